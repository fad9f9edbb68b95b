import TestKit
import Testing

@testable import Deploy

@Suite("The schema of nextdeploy.json")
struct SchemaTests {
  @Test("names the settings that there are, and no others", arguments: [[String](), ["health"], ["drain"]])
  func namesSettingsNo(place: [String]) throws {
    var schema = try JSON.parse(ThisProject.text("docs/nextdeploy.schema.json"))
    for name in place { schema = try #require(schema["properties"]?[name]) }
    let documented = try #require(schema["properties"]?.members).map(\.key).filter { $0 != "$schema" }.sorted()
    let unknown = place.reduce(#"{"0000000000": 1}"#) { #"{"\#($1)": \#($0)}"# }

    let error = try #require(throws: Failure.self) { try ProjectFile(unknown) }

    #expect(error.next == "There are: \(documented.joined(separator: ", ")).")
  }
}
