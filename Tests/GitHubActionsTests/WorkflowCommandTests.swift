import GitHubActions
import Testing

@Suite("What has GitHub mask a secret")
struct WorkflowCommandTests {
  @Test(
    "is a line for each of its own, with nothing in it that the runner reads as something else",
    arguments: [
      ("hunter2-hunter2", ["hunter2-hunter2"]),
      ("100%0A::error::x%", ["100%250A::error::x%25"]),
      ("{\n  \"key\": \"abc\",\r\n  }\n\nlast line::set-env", ["\"key\": \"abc\",", "last line::set-env"]),
      ("short", []), ("", []), ("         \n\t\t\t\t\t\t\t\t", []), ("a\nb\nc\nd\ne", []),
      ("::add-mask::\n::stop-commands::now", ["::add-mask::", "::stop-commands::now"]),
      ("Schlüssel", ["Schlüssel"]),
    ])
  func masks(secret: String, masked: [String]) {
    #expect(WorkflowCommand.masks([secret]) == masked.map { "::add-mask::\($0)" })
  }

  @Test("is there once, whoever has it")
  func once() {
    #expect(WorkflowCommand.masks(["one secret", "two\none secret"]) == ["::add-mask::one secret"])
  }
}
