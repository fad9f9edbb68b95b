// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled the same strict way; only the modules that wrap C contain `unsafe`.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "nextdeploy",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "nextdeploy", targets: ["nextdeploy"]),
    .executable(name: "nextdeploy-supervisor", targets: ["nextdeploy-supervisor"]),
  ],
  targets: [
    // The system's libraries.
    .systemLibrary(
      name: "CGit2", pkgConfig: "libgit2",
      providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"]), .brew(["xz"])]),
    .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"]), .brew(["nettle"])]),
    .systemLibrary(name: "CPosix"),

    // The pure core: values, the flow of a deploy and the seams it acts through.
    .target(name: "Deploy", swiftSettings: strict),

    // Who may do what over ssh: keys, the words that a client sends, and rights; as pure as the core.
    .target(name: "SSHAccess", dependencies: ["Deploy"], swiftSettings: strict),

    // The workflow that a project's CI runs, as a value and as text; as pure as the core.
    .target(name: "GitHubActions", dependencies: ["SSHAccess", "Deploy", "Templates"], swiftSettings: strict),

    // The adapters.
    .target(name: "Posix", dependencies: ["CPosix"], swiftSettings: strict),
    .target(name: "Git", dependencies: ["CGit2", "Deploy", "Posix"], swiftSettings: strict),
    .target(
      name: "Archives", dependencies: ["CArchive", "CZlib", "CZstd", "CLzma", "CBzip2", "CNettle", "Posix"],
      swiftSettings: strict),
    .target(name: "ProcessSupervision", dependencies: ["Deploy", "Posix"], swiftSettings: strict),
    .target(
      name: "Adapters",
      dependencies: [
        "Archives", "SSHAccess", "GitHubActions", "Deploy", "Holes", "Hooks", "Posix", "ProcessSupervision",
        "Templates",
      ],
      swiftSettings: strict),
    .target(name: "Console", dependencies: ["Deploy", "Posix"], swiftSettings: strict),
    .target(
      name: "Commands",
      dependencies: ["Archives", "SSHAccess", "GitHubActions", "Deploy", "Posix", "Git", "Adapters", "Console"],
      swiftSettings: strict),
    .executableTarget(name: "nextdeploy", dependencies: ["Posix", "Commands"], swiftSettings: strict),
    // A program of its own, without Foundation and libgit2: one of it stays in memory for each running instance.
    .executableTarget(
      name: "nextdeploy-supervisor", dependencies: ["Posix", "ProcessSupervision"], swiftSettings: strict),

    // Text that is part of the binary.
    .target(
      name: "Templates", path: "templates",
      resources: [
        .embedInCode("Caddyfile"), .embedInCode("site.caddy"),
        .embedInCode("static.caddy"), .embedInCode("files.caddy"), .embedInCode("file.caddy"),
        .embedInCode("public.caddy"),
        // What a Next.js app is started with.
        .embedInCode("next.cjs"),
        // What asks an app in a container for its health.
        .embedInCode("health.cjs"),
        // What a server is set up with.
        .embedInCode("server/nextdeploy@.service"), .embedInCode("server/nextdeploy-build@.service"),
        .embedInCode("server/nextdeploy-files@.service"),
        .embedInCode("server/nextdeploy-boot.service"), .embedInCode("server/nextdeploy-ports.service"),
        .embedInCode("server/sysusers.conf"), .embedInCode("server/tmpfiles.conf"),
        .embedInCode("server/sysctl.conf"),
        .embedInCode("server/polkit.rules"),
        // What a project's CI runs.
        .embedInCode("ci/workflow.yml"), .embedInCode("ci/push.yml"), .embedInCode("ci/ship.yml"),
        .embedInCode("ci/given.yml"), .embedInCode("ci/next-cache.yml"), .embedInCode("ci/next-build.yml"),
        .embedInCode("ci/verify.yml"), .embedInCode("ci/corepack.yml"),
        .embedInCode("ci/node.yml"), .embedInCode("ci/bun.yml"), .embedInCode("ci/bun-cache.yml"),
        .embedInCode("ci/run.yml"),
      ], swiftSettings: strict),
    .target(name: "Holes", path: "holes", resources: [.embedInCode("holes.txt")], swiftSettings: strict),
    .target(name: "Hooks", path: "hooks", resources: [.embedInCode("post-receive")], swiftSettings: strict),

    // Units where the logic is dense, contract suites for each member of every backend, the commands in a sandbox, and pushes
    // on real parts.
    tests("DeployTests", ["Deploy", "Holes", "TestKit"]),
    tests("SSHAccessTests", ["SSHAccess", "Deploy"]),
    tests("GitHubActionsTests", ["SSHAccess", "GitHubActions", "Deploy"]),
    tests("PosixTests", ["Posix", "TestKit"]),
    tests("GitTests", ["Git", "Deploy", "Posix", "TestKit"]),
    tests("ArchivesTests", ["Archives", "Posix", "TestKit"]),
    tests("ProcessSupervisionTests", ["ProcessSupervision", "Deploy", "Posix", "TestKit"]),
    tests(
      "AdaptersTests",
      ["Archives", "SSHAccess", "Adapters", "Git", "ProcessSupervision", "Deploy", "Posix", "TestKit"]),
    tests("ConsoleTests", ["Console", "Deploy"]),
    tests("CommandsTests", ["Deploy", "Posix", "TestKit"]),
    tests("EndToEndTests", ["Adapters", "Deploy", "Posix", "TestKit"]),
    // What they share: scratch directories and ports, waiting, servers, hostile trees, a sandbox with a nextdeploy.
    .target(name: "TestKit", dependencies: ["Deploy", "Posix"], path: "Tests/TestKit", swiftSettings: strict),
  ])
