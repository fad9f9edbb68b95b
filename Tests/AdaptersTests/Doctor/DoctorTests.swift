import Deploy
import TestKit
import Testing

@testable import Adapters
@testable import ProcessSupervision

@Suite("The doctor, about the machine's Caddy")
struct DoctorCaddyTests {
  private static let caddyfile = "{\n\t\(CaddyfileEdit.admin)\n}\n\(CaddyfileEdit.sites)\n"
  private static let healthy = CaddyCheck(
    unit: ["LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"], caddyfile: caddyfile,
    isTaken: true)

  @Test("finds nothing where all is well")
  func healthy() {
    #expect(Self.healthy.findings.map(\.state) == [.ok])
  }

  @Test(
    "says what fixes a Caddy that is missing, does not run, or will not",
    arguments: [
      ("LoadState", "not-found", .problem, "sudo apt-get install caddy"),
      ("ActiveState", "inactive", .problem, "sudo systemctl start caddy"),
      ("ActiveState", "failed", .problem, "sudo systemctl start caddy"),
      ("UnitFileState", "disabled", .warning, "sudo systemctl enable caddy"),
    ] as [(String, String, Finding.State, String)])
  func process(property: String, value: String, state: Finding.State, command: String) {
    var check = Self.healthy
    check.unit[property] = value

    #expect(check.findings.map(\.state) == [state])
    #expect(check.findings.map(\.command) == [command])
  }

  @Test(
    "has a service that hangs in a reload started anew, once it would come up",
    arguments: [(true, false, "sudo systemctl restart caddy"), (true, true, nil), (false, false, nil)]
      as [(Bool, Bool, String?)])
  func stuck(isTaken: Bool, isHindered: Bool, command: String?) {
    var check = Self.healthy
    check.unit["ActiveState"] = "reloading"
    (check.isStuck, check.isHindered, check.isTaken) = (true, isHindered, isTaken)

    let finding = check.findings.last

    #expect(finding?.state == .problem)
    #expect(finding?.command == command)
    #expect((finding?.advice == nil) == (command != nil))
  }

  @Test(
    "knows a service that hangs in a reload from one that reloads",
    arguments: [("active", "0", false), ("reloading", "17", false), ("reloading", "0", true)])
  func stuckService(state: String, control: String, isStuck: Bool) throws {
    var looks = 0
    let caddy = CaddyProcess.service { _ in
      looks += 1
      return ["MainPID": "7", "User": "", "ActiveState": state, "ControlPID": control]
    }

    #expect(caddy == CaddyProcess(id: 7, user: 0, isStuck: isStuck))
    #expect(looks == (isStuck ? 2 : 1))
    #expect(CaddyProcess.service { _ in ["MainPID": "0", "ActiveState": "inactive"] } == nil)
  }

  @Test("takes one that is just reloading for one that runs")
  func reloading() {
    var check = Self.healthy
    check.unit["ActiveState"] = "reloading"

    #expect(check.findings.map(\.state) == [.ok])
  }

  @Test(
    "has setup put back what is missing in the Caddyfile",
    arguments: [
      ("{\n\t\(CaddyfileEdit.admin)\n}\n", "does not import"), ("{\n}\n\(CaddyfileEdit.sites)\n", "administration"),
      ("{\n\t\(CaddyfileEdit.admin)\n}\n# \(CaddyfileEdit.sites)\n", "does not import"),
    ])
  func edits(caddyfile: String, found: String) {
    var check = Self.healthy
    check.caddyfile = caddyfile

    #expect(check.findings.map(\.command) == ["sudo nextdeploy setup"])
    #expect(check.findings.allSatisfy { $0.state == .problem && $0.found.contains(found) })
  }

  @Test("reports a Caddyfile that Caddy rejects, without quoting it")
  func refused() {
    var check = Self.healthy
    check.caddyfile = Self.caddyfile + "token SECRET\n"
    check.isTaken = false

    #expect(check.findings.map(\.state) == [.problem])
    #expect(!"\(check.findings)".contains("SECRET"))
  }
}

@Suite("The doctor, about ports")
struct DoctorPortTests {
  private func check(
    _ others: [PortHolder], apps: [PortCheck.Wanted] = [], leftovers: [ListeningAddress] = []
  ) -> [Finding] {
    PortCheck(
      wanted: [80, 443].map { PortCheck.Wanted(address: CaddyAddress(host: nil, port: $0)) } + apps, others: others,
      leftovers: leftovers, restart: "sudo systemctl restart caddy", sudo: "sudo ",
      afterwards: "Then 'sudo systemctl restart caddy'."
    ).findings
  }

  private static func process(_ id: Int32, _ name: String, _ unit: String? = nil) -> PortHolder.Process {
    PortHolder.Process(id: id, name: name, unit: unit)
  }

  private static func holder(_ port: UInt16, _ process: PortHolder.Process? = nil) -> PortHolder {
    PortHolder(address: ListeningAddress(host: "0.0.0.0", port: port), user: "root", process: process)
  }

  @Test("finds nothing where Caddy has them")
  func fine() {
    #expect(check([]).map(\.state) == [.ok])
  }

  @Test(
    "knows Caddy by its process, or by its user where it cannot see that",
    arguments: [
      (100, 7, true), (100, nil, true), (0, nil, false), (0, 8, false),
      // Somebody's own Caddy is not the service.
      (100, 8, false),
    ] as [(UInt32, Int32?, Bool)])
  func isCaddys(user: UInt32, process: Int32?, isCaddys: Bool) {
    let listener = ConnectionTable.Listener(
      address: ListeningAddress(host: "::", port: 80), user: user, process: process, socket: "1")

    #expect(CaddyProcess(id: 7, user: 100).has(listener) == isCaddys)
  }

  @Test(
    "names who else has them, and what ends that",
    arguments: [
      (process(9, "nginx", "nginx.service"), "nginx (process 9, nginx.service)", "sudo systemctl stop nginx.service"),
      (process(9, "node"), "node (process 9)", "sudo kill 9"), (nil, "a program of the user root", nil),
    ] as [(PortHolder.Process?, String, String?)])
  func taken(process: PortHolder.Process?, found: String, command: String?) {
    let findings = check([Self.holder(443, process)])

    #expect(findings.map(\.state) == [.problem])
    #expect(findings.map(\.command) == [command])
    #expect(findings.allSatisfy { $0.found.contains("port 443") && $0.found.contains(found) })
  }

  @Test("looks at an app's own port too")
  func app() throws {
    let shop = try AppName("shop")

    let findings = check(
      [Self.holder(8080)], apps: [PortCheck.Wanted(address: CaddyAddress(host: nil, port: 8080), app: shop)])

    #expect(findings.map(\.app) == [shop])
  }

  @Test("finds where Caddy listens twice, and what ends it")
  func twice() {
    let leftovers = [8080, 443].map { ListeningAddress(host: "::", port: $0) }

    let findings = check([], leftovers: leftovers)

    #expect(findings.map(\.state) == [.problem])
    #expect(findings.map(\.command) == ["sudo systemctl restart caddy"])
    #expect(findings.first?.found.contains("more than once on 443, 8080:") == true)
    // A Caddy that cannot have its ports would not come up.
    let both = check([Self.holder(80)], leftovers: leftovers)
    #expect(both.map(\.command) == [nil, nil])
  }

  @Test(
    "knows a process's service",
    arguments: [
      ("0::/system.slice/nginx.service\n", "nginx.service"),
      (
        "5:memory:/x.service\n1:name=systemd:/system.slice/nextdeploy@shop:3001.service\n",
        "nextdeploy@shop:3001.service"
      ),
      ("0::/user.slice/user-0.slice/session-3.scope\n", nil), ("0::/a;reboot.service\n", nil),
      ("0::/--force.service\n", nil), ("", nil),
    ] as [(String, String?)])
  func unit(groups: String, unit: String?) {
    #expect(PortHolder.unit(groups) == unit)
  }
}

@Suite("The doctor, about Node")
struct DoctorNodeTests {
  private func check(
    _ version: String?, file: String = "/usr/bin/node", apps: Int = 1, isAutomatic: Bool = false,
    _ need: (inout NodeCheck.Need) -> Void = { _ in }
  ) throws -> [Finding] {
    var wanted = NodeCheck.Need(app: try AppName("shop"))
    need(&wanted)
    return NodeCheck(
      node: version.map { NodeCheck.Program(path: "/usr/bin/node", file: file, version: $0) }, hasBun: false,
      needs: Array(repeating: wanted, count: apps), hidesHomes: true, isAutomatic: isAutomatic,
      today: "2026-11-27T06:00:00Z"
    ).findings
  }

  @Test("is content with one that is new enough", arguments: ["22.9.0", "24.1.0"])
  func fine(version: String) throws {
    #expect(try check(version) { $0.nextRange = ">=20.9.0" }.map(\.state) == [.ok])
  }

  @Test("says that there is none, unless a push brings one, or each app has its own")
  func missing() throws {
    #expect(try check(nil).map(\.state) == [.problem])
    #expect(try check(nil, isAutomatic: true).map(\.state) == [.problem], "the app was built with one that is gone")
    #expect(try check(nil, apps: 0, isAutomatic: true).map(\.state) == [.ok])
    #expect(try check(nil, isAutomatic: true) { $0.own = Self.own("24.1.0") }.map(\.state) == [.ok])
  }

  private static func own(_ version: String) -> Tool {
    Tool(name: "node", path: "/opt/nextdeploy/runtimes/node/\(version)/bin/node", version: version)
  }

  @Test("says that it is too old for an app's Next.js, or else for today's")
  func tooOld() throws {
    let apps = try check("18.19.0") { $0.nextRange = ">=20.9.0" }
    let todays = try check("18.19.0", apps: 0)

    #expect(apps.map(\.state) == [.problem])
    #expect(apps.first?.found == "shop's Next.js needs Node >=20.9.0; it runs with 18.19.0")
    #expect(todays.map(\.state) == [.warning])
    #expect(try check("18.19.0", apps: 0, isAutomatic: true).map(\.state) == [.ok], "a push brings another one")
  }

  @Test("looks at the Node that an app runs with, not at the one on the PATH")
  func own() throws {
    #expect(try check("18.19.0") { ($0.own, $0.nextRange) = (Self.own("24.1.0"), ">=20.9.0") }.map(\.state) == [.ok])
    let gone = try check("24.1.0") { ($0.own, $0.isGone) = (Self.own("22.1.0"), true) }
    #expect(gone.map(\.state) == [.problem])
    #expect(gone.first?.command == "nextdeploy runtime install node@22.1.0")
  }

  @Test(
    "warns of one that gets no fixes any more",
    arguments: [("20.20.2", "Node 20 ended on 2026-04-30"), ("25.1.0", "Node 25 ended on 2026-06-01")])
  func ended(version: String, words: String) throws {
    for findings in [try check(version), try check("24.1.0") { $0.own = Self.own(version) }] {
      #expect(findings.map(\.state) == [.warning])
      #expect(findings.first?.found.contains(words) == true)
    }
  }

  @Test("warns of what package.json asks for")
  func range() throws {
    let findings = try check("22.9.0") { $0.range = ">=24" }

    #expect(findings.map(\.state) == [.warning])
    #expect(findings.first?.found == "shop's package.json asks for Node >=24; it runs with 22.9.0")
  }

  @Test("says that units do not see somebody's home", arguments: ["/home/a/.nvm/node", "/root/.nvm/node"])
  func hidden(file: String) throws {
    let findings = try check("22.9.0", file: file)

    #expect(findings.map(\.state) == [.problem])
    #expect(findings.first?.found.contains(file) == true)
  }

  @Test("wants Bun only for an app that Bun starts")
  func bun() throws {
    #expect(try check("22.9.0") { $0.isBun = true }.map(\.state) == [.problem])
  }
}

@Suite("The doctor, about the machine")
struct DoctorMachineTests {
  @Test(
    "warns where a Next.js build gets too little memory, and is sure where it gets far too little",
    arguments: [
      (4000, 0, true, .ok), (960, 2048, true, .ok), (1970, 0, true, .ok), (960, 512, true, .warning),
      (960, 0, true, .problem), (960, 0, false, .warning),
    ] as [(Int, Int, Bool, Finding.State)])
  func memory(memory: Int, swap: Int, buildsNext: Bool, state: Finding.State) throws {
    let text = "MemTotal: \(memory << 10) kB\nMemFree: 1 kB\nSwapTotal: \(swap << 10) kB\n"

    let findings = try #require(MemoryCheck(text, buildsNext: buildsNext)).findings

    #expect(findings.map(\.state) == [state])
    #expect((findings.first?.command == nil) == (state == .ok))
  }

  @Test("does not guess the memory")
  func noMemory() {
    #expect(MemoryCheck("nonsense", buildsNext: true) == nil)
  }

  @Test(
    "looks at bytes and at files",
    arguments: [
      (5 << 30, 1_000_000, [.ok]), (5 << 30, nil, [.ok]), (900 << 20, 1_000_000, [.warning]),
      (10 << 20, 1_000_000, [.problem]), (5 << 30, 20_000, [.warning]), (5 << 30, 0, [.problem]),
      (0, 0, [.problem, .problem]),
    ] as [(Int, Int?, [Finding.State])])
  func disk(free: Int, files: Int?, states: [Finding.State]) {
    #expect(DiskCheck(path: "/", free: free, files: files).findings.map(\.state) == states)
  }

  @Test(
    "knows a clock that is wrong, and one that nothing keeps right",
    arguments: [
      (true, 0, .ok, nil), (nil, 0, .ok, nil), (true, 200, .ok, nil),
      (false, 0, .warning, "sudo timedatectl set-ntp true"), (true, 86_400, .problem, "sudo timedatectl set-ntp true"),
    ] as [(Bool?, Int, Finding.State, String?)])
  func clock(isSynchronised: Bool?, ahead: Int, state: Finding.State, command: String?) {
    let check = ClockCheck(
      now: 1_800_000_000, isSynchronised: isSynchronised, past: (1_800_000_000 + ahead, "a file"), hasKeeper: true)

    #expect(check.findings.map(\.state) == [state])
    #expect(check.findings.map(\.command) == [command])
  }

  @Test("has what keeps the clock right installed first")
  func noKeeper() {
    let check = ClockCheck(now: 1_800_000_000, isSynchronised: false, past: nil, hasKeeper: false)

    #expect(check.findings.map(\.command) == ["sudo apt-get install systemd-timesyncd"])
  }
}

@Suite("The doctor, about users, units and rules")
struct DoctorUnitTests {
  @Test("only mentions settings that an admin put beside a unit")
  func dropIn() {
    let path = "/etc/systemd/system/nextdeploy@.service.d/override.conf"

    let findings = UnitCheck(dropIns: [path]).findings

    #expect(findings.map(\.state) == [.ok, .ok])
    #expect(findings.last?.found == "settings of your own are in \(path)")
    #expect(UnitCheck(dropIns: [path], bootIsEnabled: false).findings.map(\.state) == [.problem, .ok])
  }

  @Test(
    "says what fixes each",
    arguments: [
      (UnitCheck(missingAccounts: ["the user nextdeploy"]), "sudo nextdeploy setup"),
      (UnitCheck(files: [("/usr/a.service", .missing)]), "sudo nextdeploy setup"),
      (UnitCheck(files: [("/usr/a.service", .altered)]), "sudo rm /usr/a.service && sudo nextdeploy setup"),
      (UnitCheck(replacements: ["/etc/b.service"]), "sudo rm /etc/b.service && sudo systemctl daemon-reload"),
      (UnitCheck(bootIsEnabled: false), "sudo nextdeploy setup"),
      (UnitCheck(polkit: .refuses), "sudo nextdeploy setup"),
      (UnitCheck(keepsPorts: false), "sudo systemctl restart nextdeploy-ports.service"),
      (
        UnitCheck(givenOut: try? PortRange("3001-3999")), "sudo sysctl -w net.ipv4.ip_local_reserved_ports=3001-3999"
      ),
    ] as [(UnitCheck, String)])
  func broken(check: UnitCheck, command: String) {
    #expect(check.findings.map(\.state) == [.problem])
    #expect(check.findings.map(\.command) == [command])
  }

  @Test("says what it could not look at, beside what is right")
  func closed() {
    #expect(
      UnitCheck(files: [("/a", .same), ("/b", .closed)], polkit: .unknown).findings.map(\.state) == [
        .ok, .skipped, .skipped,
      ])
  }
}

@Suite("The doctor, about domains")
struct DoctorDomainTests {
  private static let own = ["127.0.0.1", "::1", "192.0.2.1", "2001:db8::1", "fe80::1%eth0"]

  @Test(
    "knows where they lead",
    arguments: [
      (.addresses(["192.0.2.1"]), .ok), (.addresses(["2001:db8::1", "192.0.2.1"]), .ok),
      // Behind NAT or a CDN that is right.
      (.addresses(["203.0.113.9"]), .warning), (.addresses(["192.0.2.1", "2001:db8::9"]), .warning),
      // What /etc/hosts says holds for this machine alone.
      (.addresses(["127.0.1.1"]), .warning), (.late, .warning), (.none, .problem),
    ] as [(DomainCheck.Answer, Finding.State)])
  func leads(answer: DomainCheck.Answer, state: Finding.State) throws {
    let check = DomainCheck(
      domain: try Domain("shop.example.com"), app: try AppName("shop"), answer: answer, own: Self.own)

    #expect(check.finding.state == state)
    #expect(check.finding.app == check.app)
  }

  @Test("names the addresses that the record should have, leaving out local ones")
  func record() throws {
    let check = DomainCheck(domain: try Domain("a.b"), app: try AppName("shop"), answer: .none, own: Self.own)

    #expect(check.finding.advice?.hasPrefix("Have its A (or AAAA) record name 192.0.2.1 or 2001:db8::1.") == true)
  }

  @Test("reads each address once")
  func answer() {
    #expect(
      DomainCheck.addresses("192.0.2.1  STREAM server\n192.0.2.1  DGRAM\n::1  STREAM\n") == ["192.0.2.1", "::1"])
  }
}
