import Deploy
import Testing

@Suite("An app's limits")
struct LimitsTests {
  @Test("of memory are whole megabytes or gigabytes", arguments: ["1M", "512M", "2G"])
  func memory(text: String) throws {
    #expect(try MemoryLimit(text).description == text)
  }

  @Test(
    "of memory are nothing else", arguments: ["", "M", "0M", "512", "512K", "-1M", "1M ", "1M\n", "infinity", "٣M"])
  func noMemory(text: String) {
    #expect(throws: Failure.self) { try MemoryLimit(text) }
  }

  @Test("of the processor are a share in percent", arguments: ["1%", "50%", "400%"])
  func cpu(text: String) throws {
    #expect(try CPULimit(text).description == text)
  }

  @Test("of the processor are nothing else", arguments: ["", "%", "0%", "50", "-5%", "+5%", "5.5%", "50%%"])
  func noCPU(text: String) {
    #expect(throws: Failure.self) { try CPULimit(text) }
  }

  @Test("that are not set are lifted")
  func lifted() throws {
    var limits = Limits()
    limits.memory = try MemoryLimit("300M")

    #expect(limits.properties == ["MemoryMax=300M", "CPUQuota=", "TasksMax=2048"])
  }
}
