import FoundationEssentials
import Testing

@testable import Deploy

/// A release as it is exported for engines.
struct Exported {
  var app = "shop"
  var process = AppProcess(
    start: .program(["node", "server.js"]), directory: .top, environment: [:], drainTimeout: 30)
  var site: StaticSite?
  var runtime = Runtime.node
  var health = HealthPolicy()
  var variables = AppEnvironment(["DATABASE_URL": .init("postgres://secret@db"), "BUILT": .init("b", .build)])
  var config: AppConfig
  var volumes: [String] = []
  var migration: String?
  var files: [String: String] = ["server.js": "x"]

  init() throws {
    config = AppConfig(
      branch: try BranchName("main"), domains: [try Domain("shop.example.com")], port: try Port("8080"))
  }

  static func next(_ config: String = "{}") throws -> Exported {
    var exported = try Exported()
    exported.process = AppProcess(
      start: .program(["node", "../next.cjs", ".next"]), launcher: .next, directory: .top,
      environment: ["NEXT_DEPLOYMENT_ID": "20261127-101112", "NODE_OPTIONS": "--max-old-space-size=300", "MODE": "x"],
      drainTimeout: 12.5)
    exported.files = [".next/required-server-files.json": #"{"config": \#(config)}"#]
    return exported
  }

  var container: ContainerApp {
    get throws {
      let release = ReleaseRecord(
        id: try ReleaseID("20261127-101112"),
        source: .commit(
          Commit(
            id: try CommitID(String(repeating: "a", count: 40)), tree: try CommitID(String(repeating: "b", count: 40)),
            subject: "x")),
        buildKey: "k", framework: "f", serving: site.map { .files($0) } ?? .process(process), environmentMark: nil,
        health: health,
        createdAt: "2026-11-27T10:11:12Z", inventory: nil)
      return try ContainerApp(
        AppName(app), release, config: config, variables: variables,
        runtime: ContainerRuntime(
          site == nil ? .runtime(runtime) : .caddy, #require(Version("24.11.1")), program: "/usr/bin/it",
          suite: "bookworm"),
        files: Built(files: files), volumes: volumes.map { try #require(RelativePath($0)) }, migration: migration)
    }
  }

  func files(_ engine: Engine) throws -> ContainerFiles {
    try ContainerFiles(container, for: engine, release: Built(files: files))
  }

  func text(_ path: String, _ engine: Engine) throws -> String {
    try #require(files(engine).files.first { $0.path == path }).text
  }

  var everything: String {
    get throws { try Engine.allCases.flatMap { try files($0).files.map(\.text) }.joined() }
  }
}

@Suite("What is exported for engines")
struct EngineTests {
  @Test("of a Next.js app is started as its instances are, on all addresses, with the Node that it was built with")
  func containerfile() throws {
    let text = try Exported.next().text("Containerfile", .compose)
    for line in [
      "FROM node:24.11.1-bookworm-slim", "WORKDIR /srv/app", "USER 1000:1000", "STOPSIGNAL SIGTERM",
      #"ENV PORT="3000""#, #"ENV NODE_ENV="production""#,
      #"ENV NEXT_DEPLOYMENT_ID="20261127-101112""#, #"ENV NODE_OPTIONS="--max-old-space-size=300""#,
      #"CMD ["/usr/bin/env","HOSTNAME=0.0.0.0","node","../next.cjs",".next","https://shop.example.com"]"#,
      "COPY --chown=1000:1000 writable/ /srv/",
    ] { #expect(text.contains("\(line)\n"), "\(line) is missing in:\n\(text)") }
    #expect(text.contains(#"CMD ["node","/srv/health.cjs","/","200-399","https://shop.example.com"]"#))
  }

  @Test("names what the app is given, and writes no value of it anywhere")
  func secrets() throws {
    var next = try Exported.next()
    next.process = AppProcess(
      start: next.process.start, launcher: .next, directory: .top,
      environment: [
        "NEXT_DEPLOYMENT_ID": "1", "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY": "key-of-an-archive", "FROM_START": "hidden",
      ],
      drainTimeout: 30)
    next.migration = "node migrate.js"
    let container = try next.container
    #expect(container.secrets == ["DATABASE_URL", "FROM_START", "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"])
    let all = try next.everything
    for name in container.secrets { #expect(all.contains(name)) }
    for value in ["postgres://", "key-of-an-archive", "hidden", "BUILT"] { #expect(!all.contains(value)) }
    #expect(try next.text("compose.yaml", .compose).contains(#"DATABASE_URL: "${DATABASE_URL?set it in .env}""#))
    #expect(try next.text("config/deploy.yml", .kamal).contains("    - DATABASE_URL\n"))
    #expect(try next.text(".kamal/secrets", .kamal).contains("DATABASE_URL=$DATABASE_URL\n"))
  }

  @Test("asks Kubernetes for what a switch here does: ready before the old one goes, time to drain, the app's limits")
  func kubernetes() throws {
    var next = try Exported.next()
    next.config.limits = Limits()
    next.config.limits?.memory = try MemoryLimit("512M")
    next.config.limits?.cpu = try CPULimit("150%")
    next.health.path = "/up"
    let text = try next.text("kubernetes.yaml", .kubernetes)
    for part in [
      "maxUnavailable: 0", "maxSurge: 1", "terminationGracePeriodSeconds: 28", "setTimeout(() => {}, 5000)",
      "path: /up", #"memory: "512Mi""#, #"cpu: "1500m""#, "host: shop.example.com", "kind: PodDisruptionBudget",
      "kind: HorizontalPodAutoscaler", "runAsNonRoot: true", "failureThreshold: 30",
    ] { #expect(text.contains(part), "\(part) is missing") }
    #expect(!text.contains("PersistentVolumeClaim"))
    #expect(
      try next.files(.kubernetes).files.map(\.path).sorted() == [
        ".dockerignore", "Containerfile", "README.md", "kubernetes.yaml",
      ])
  }

  @Test("has a job for the release command, and volumes for what is kept, only where there are such")
  func migration() throws {
    var exported = try Exported()
    exported.migration = "prisma migrate deploy"
    exported.volumes = ["uploads", "data/images"]
    let files = try exported.files(.kubernetes)
    #expect(
      files.lacksMigration && files.migration?.hasSuffix("cd '/srv/app' || exit 1\nprisma migrate deploy\n") == true)
    let job = try exported.text("migrate.yaml", .kubernetes)
    #expect(
      job.contains("name: shop-migrate-20261127-101112") && job.contains("- /srv/migrate.sh")
        && job.contains("backoffLimit: 0"))
    #expect(try exported.text("volumes.yaml", .kubernetes).contains("name: shop-data-2"))
    #expect(try exported.text("kubernetes.yaml", .kubernetes).contains("mountPath: /srv/app/data/images"))
    let compose = try exported.text("compose.yaml", .compose)
    #expect(compose.contains("shop-migrate:\n        condition: service_completed_successfully"))
    #expect(compose.contains("\n  shop:\n") && compose.contains("\n  shop-migrate:\n"))
    #expect(try exported.text("config/deploy.yml", .kamal).contains(#""shop-data-1:/srv/app/uploads""#))
    #expect(try #require(exported.files(.kamal).files.first { $0.path == ".kamal/hooks/pre-deploy" }).isProgram)
    exported.files["node_modules/.bin/prisma"] = ""
    #expect(try !exported.files(.kubernetes).lacksMigration)
  }

  @Test("keeps an engine from taking what an app is called for its own language")
  func hostile() throws {
    var exported = try Exported()
    exported.health.path = "/${HOME}$(PORT)<%=`id`%>\"#"
    exported.process = AppProcess(
      start: .program(["node", "$(PORT)"]), directory: .top, environment: ["NODE_OPTIONS": "a\"$HOME\\"],
      drainTimeout: 1)
    #expect(try exported.text("config/deploy.yml", .kamal).contains(##"path: "/${HOME}$(PORT)<%%=`id`%>\"#""##))
    #expect(try exported.text("compose.yaml", .compose).contains(##""/$${HOME}$$(PORT)<%=`id`%>\"#""##))
    #expect(try exported.text("kubernetes.yaml", .kubernetes).contains(#""$$(PORT)""#))
    #expect(try exported.text("Containerfile", .compose).contains(#"ENV NODE_OPTIONS="a\"\$HOME\\""#))
    exported.app = "shop--"
    #expect(try exported.container.image == "shop:20261127-101112")
    exported.process = AppProcess(
      start: .program(["node"]), directory: try #require(RelativePath("a'; id #")), environment: [:], drainTimeout: 1)
    #expect(throws: Failure.self) { try exported.container }
    exported = try Exported()
    exported.volumes = ["data:ro"]
    #expect(throws: Failure.self) { try exported.container }
  }

  @Test("asks itself where Kubernetes would take another status for healthy")
  func probes() throws {
    var exported = try Exported()
    exported.health.tolerated = 400...499
    exported.health.path = "/"
    let text = try exported.text("kubernetes.yaml", .kubernetes)
    #expect(!text.contains("httpGet") && text.contains(#"- "200-399,400-499""#))
  }

  @Test(
    "of a site of files is served by Caddy: nobody's variables, no release command, and its own wait before it ends")
  func site() throws {
    var exported = try Exported()
    exported.site = StaticSite(hashed: [try #require(RelativePath("assets"))])
    exported.migration = "node migrate.js"
    let text = try exported.text("Containerfile", .compose)
    for line in [
      "FROM caddy:2", "RUN cp /usr/bin/caddy /usr/local/bin/caddy", "USER 1000:1000", #"ENV XDG_DATA_HOME="/tmp""#,
      #"CMD ["caddy","run","--config","/srv/Caddyfile","--adapter","caddyfile"]"#,
    ] { #expect(text.contains("\(line)\n"), "\(line) is missing in:\n\(text)") }
    #expect(text.contains(#"CMD ["wget","-q","-O","/dev/null","http://127.0.0.1:3000/"]"#))
    let kubernetes = try exported.text("kubernetes.yaml", .kubernetes)
    #expect(kubernetes.contains("httpGet") && kubernetes.contains("terminationGracePeriodSeconds: 25"))
    #expect(!kubernetes.contains("preStop"))
    let all = try exported.everything
    for word in ["DATABASE_URL", "env-file", "migrate.", "health.cjs"] { #expect(!all.contains(word), "\(word)") }
    #expect(try exported.container.leavesMigration && exported.container.migration == nil)
    let readme = try exported.text("README.md", .oci)
    for part in ["Caddy 24.11.1", "Nothing here runs it", "a volume at /srv/app/all", "- [x] All instances serve"] {
      #expect(readme.contains(part), "\(part) is missing")
    }
    exported.health.status = 404...404
    #expect(throws: Failure.self) { try exported.container }
  }

  @Test("of an app of Bun's is asked and held by Bun, in its own image")
  func bun() throws {
    var exported = try Exported()
    exported.runtime = .bun
    exported.process = AppProcess(
      start: .program(["bun", "server.ts"]), directory: .top, environment: [:], drainTimeout: 1)
    exported.health.tolerated = 400...499
    let text = try exported.text("Containerfile", .compose)
    #expect(
      text.contains("FROM oven/bun:24.11.1\n") && text.contains(#"CMD ["bun","/srv/health.cjs","/","200-399,400-499""#))
    #expect(try exported.text("kubernetes.yaml", .kubernetes).contains("- bun\n                  - \"-e\""))
    #expect(try !exported.everything.contains("node:"))
  }

  @Test("has the time of its release")
  func time() throws { #expect(try Exported().container.time == 1_795_774_272) }
}

@Suite("What several instances need")
struct SharedNeedTests {
  private func unmet(_ config: String) throws -> [String] {
    try Exported.next(config).files(.oci).needs.filter { !$0.isMet }.map {
      String($0.text.prefix { $0 != " " && $0 != ":" })
    }
  }

  @Test("is told from what the build of Next.js says of itself")
  func next() throws {
    #expect(try unmet("{}") == ["cacheHandler", "cacheMaxMemorySize", "Scripts"])
    #expect(
      try unmet(#"{"cacheHandler": "./c.js", "cacheMaxMemorySize": 0, "assetPrefix": "https://cdn.example"}"#) == [])
    #expect(
      try unmet(#"{"cacheHandler": "./c.js", "cacheMaxMemorySize": 0, "cacheComponents": true}"#) == [
        "cacheHandlers", "Scripts",
      ])
    #expect(
      try unmet(
        #"{"cacheHandler": "./c.js", "cacheMaxMemorySize": 0, "cacheComponents": true, "cacheHandlers": {"default": "./h.js"}}"#
      )
        == ["Scripts"])
    #expect(try unmet("not JSON").count == 3)
  }

  @Test("is in the folder's README, with what is met")
  func readme() throws {
    let text = try Exported.next().text("README.md", .kubernetes)
    #expect(text.contains("- [x] One build for all, with one deployment id (20261127-101112)"))
    #expect(text.contains("- [ ] cacheHandler is not set") && text.contains("kubectl apply -f kubernetes.yaml"))
  }
}
