import TestKit
import Testing

@testable import Deploy

private func advisor(
  _ manager: PackageManager = .npm, environment: [String: AppEnvironment.Variable] = [:], unset: [String] = [],
  version: String? = "10.8.2",
  manifest: String = #"{"dependencies": {"express": "5"}, "devDependencies": {"tsx": "4"}}"#
) throws -> Advisor {
  let lockfile = manager.lockfiles[0]
  let tree = try MemoryTree(["package.json": manifest, lockfile: ""])
  return Advisor(
    app: try AppName("shop"), manifests: [try PackageManifest(manifest, path: "package.json")],
    packages: try PackageManagerChoice.find(in: tree, root: .top, manifests: []), version: version,
    environment: AppEnvironment(environment), leavesOutDevelopment: manager == .npm,
    unset: unset.isEmpty ? nil : UnsetVariables(file: ".env.example", names: unset))
}

/// What a real program wrote: Tests/Fixtures/outputs.
private func output(_ name: String) throws -> String {
  try ThisProject.text("Tests/Fixtures/outputs/\(name).txt")
}

@Suite("Advice on a failed install")
struct AdviceTests {
  @Test(
    "names what wrote the lockfile, and the command that fixes it",
    arguments: [
      (
        "npm-frozen", PackageManager.npm, "{\"lockfileVersion\": 3}",
        "package-lock.json, which npm 9 or later wrote, does not fit package.json",
        "Run 'npm install' where you develop (npm 9 or later), commit package-lock.json"
      ),
      ("npm-frozen", .npm, "{", "package-lock.json does not fit package.json", "where you develop (npm 10.8.2)"),
      (
        "pnpm8-frozen", .pnpm, "lockfileVersion: '6.0'",
        "pnpm-lock.yaml, which pnpm 8 wrote, does not fit package.json",
        "Run 'pnpm install'"
      ),
      (
        "pnpm10-frozen", .pnpm, "lockfileVersion: '9.0'", "pnpm-lock.yaml, which pnpm 9 or 10 wrote, does not fit",
        "Run 'pnpm install'"
      ),
      (
        "pnpm10-old", .pnpm, "lockfileVersion: '6.0'", "pnpm-lock.yaml, which pnpm 8 wrote, is not one for pnpm 10.8.2",
        "'packageManager' in package.json a version of pnpm 8"
      ),
      (
        "pnpm8-new", .pnpm, "lockfileVersion: '9.0'", "pnpm-lock.yaml, which pnpm 9 or 10 wrote, is not one for",
        "'packageManager'"
      ),
      (
        "yarn1-frozen", .yarn, "# yarn lockfile v1\n", "yarn.lock, which yarn 1 wrote, does not fit",
        "Run 'yarn install'"
      ),
      (
        "yarn4-frozen", .yarn, "__metadata:\n  version: 8\n", "yarn.lock, which yarn 4 wrote, does not fit",
        "Run 'yarn install'"
      ),
      ("bun-frozen", .bun, "{", "bun.lock, which bun 1.2 or later wrote, does not fit", "Run 'bun install'"),
    ])
  func namesLockfileAuthor(
    _ name: String, _ manager: PackageManager, _ lockfile: String, _ cause: String, _ next: String
  ) throws {
    let advice = try #require(try advisor(manager).advice(on: output(name), by: .install, lockfile: lockfile))

    #expect(advice.cause.contains(cause), "\(advice)")
    #expect(advice.next.contains(next), "\(advice)")
  }

  @Test("knows what pnpm 12 says, which cannot be had here")
  func knowsPnpm12() throws {
    let text =
      " ERR_PNPM_BROKEN_LOCKFILE  The lockfile at \"/srv/shop/pnpm-lock.yaml\" is broken: expected a single document"

    let advice = try #require(try advisor(.pnpm).advice(on: text, by: .install, lockfile: "lockfileVersion: '6.0'"))

    #expect(advice.cause == "pnpm-lock.yaml, which pnpm 8 wrote, is not one for pnpm 10.8.2")
  }

  @Test(
    "tells what the programs themselves say",
    arguments: [
      ("npm-refused", "the registry of packages at http://127.0.0.1:9 cannot be reached from the server"),
      ("pnpm10-refused", "the registry of packages at http://127.0.0.1:9 cannot be reached from the server"),
      ("yarn1-refused", "the registry of packages at 127.0.0.1:9 cannot be reached from the server"),
      ("yarn4-refused", "the registry of packages at 127.0.0.1:9 cannot be reached from the server"),
      ("bun-refused", "the registry of packages cannot be reached from the server"),
      (
        "npm-notfound",
        "the registry of packages at http://registry.invalid cannot be reached from the server: its name was not found"
      ),
      ("pnpm10-notfound", "the registry of packages at http://registry.invalid cannot be reached from the server: "),
      ("yarn1-notfound", "the registry of packages at registry.invalid cannot be reached from the server: "),
      ("corepack-notfound", "the registry of packages at http://registry.invalid cannot be reached from the server: "),
      ("bun-notfound", "the registry of packages cannot be reached from the server: its name was not found"),
      ("npm-tls", "the server does not trust the certificate of localhost:42843"),
      ("pnpm10-tls", "the server does not trust the certificate of localhost:42843"),
      ("yarn1-tls", "the server does not trust the certificate of the registry"),
      ("yarn4-tls", "the server does not trust the certificate of the registry"),
      ("bun-tls", "the server does not trust the certificate of the registry"),
      ("npm-reset", "the registry of packages at http://127.0.0.1:43569 cannot be reached from the server"),
      ("pnpm10-reset", "the registry of packages at http://127.0.0.1:43569 cannot be reached from the server"),
      ("yarn1-reset", "the registry of packages cannot be reached from the server"),
      ("bun-reset", "the registry of packages cannot be reached from the server"),
      ("npm-auth", "the registry of packages refused access"),
      ("pnpm10-auth", "the registry of packages refused access"),
      ("yarn4-auth", "the registry of packages refused access"),
      ("bun-auth", "the registry of packages refused access"),
      ("npm-absent-one", "the registry has no @acme/left-pad,"),
      ("pnpm10-absent-one", "the registry has no @acme/left-pad,"),
      ("yarn4-absent-one", "the registry has no @acme/left-pad,"),
      ("bun-absent-one", "the registry has no @acme/left-pad,"),
      ("npm-absent-two", "the registry has no ms,"), ("pnpm10-absent-two", "the registry has no ms,"),
      ("yarn1-absent-two", "the registry has no ms,"),
      ("yarn4-absent-two", "the registry has no ms,"), ("bun-absent-two", "the registry has no ms,"),
      ("gyp-python", "a package must be compiled, and the server lacks what that takes"),
      ("gyp-make", "a package must be compiled, and the server lacks what that takes"),
      ("pnpm10-ignored", "pnpm ran no build scripts of dep"), ("nospace", "the disk is full"),
      ("heap", "Node needed more memory than it may take"),
    ])
  func tellsProgramsThemselves(_ name: String, _ cause: String) throws {
    let advice = try #require(try advisor().advice(on: output(name), by: .install))

    #expect(advice.cause.hasPrefix(cause), "\(advice)")
    #expect(!advice.next.contains("lockfile") || name.contains("absent"))
  }

  @Test(
    "says how to look for a registry that cannot be reached, and how to name another one",
    arguments: [
      ("npm-refused", .npm, ["'curl -sSI http://127.0.0.1:9'", "in .npmrc", "shop NPM_CONFIG_REGISTRY=URL --build'"]),
      ("npm-notfound", .npm, ["'getent hosts registry.invalid'", "NPM_CONFIG_REGISTRY"]),
      ("pnpm10-refused", .pnpm, ["'curl -sSI http://127.0.0.1:9'", "in .npmrc"]),
      ("yarn4-refused", .yarn, ["127.0.0.1:9'", "npmRegistryServer in .yarnrc.yml", "YARN_NPM_REGISTRY_SERVER"]),
      ("bun-refused", .bun, ["'curl -sSI URL', with the registry's address,", "NPM_CONFIG_REGISTRY"]),
      ("corepack-notfound", .pnpm, ["COREPACK_NPM_REGISTRY"]),
    ] as [(String, PackageManager, [String])])
  func unreachableRegistry(_ name: String, _ manager: PackageManager, _ words: [String]) throws {
    let advisor = try advisor(manager, version: manager == .yarn ? "4.18.1" : nil)

    let advice = try #require(advisor.advice(on: output(name), by: .install))

    for word in words { #expect(advice.next.contains(word), "\(advice)") }
  }

  @Test(
    "takes no host that a package's script or git asked for for the registry",
    arguments: [
      "npm error command failed\nnpm error Error: getaddrinfo ENOTFOUND binaries.example.com",
      "sharp postinstall: connect ETIMEDOUT 203.0.113.9:443",
      "npm error fatal: unable to access 'https://git.example.com/a.git/': Could not resolve host: git.example.com",
    ])
  func otherHost(_ text: String) throws {
    #expect(try advisor().advice(on: text, by: .install)?.cause.hasPrefix("the server could not reach ") == true)
  }

  @Test("names the variable that .npmrc takes a token from")
  func namesVariableNpmrc() throws {
    let text =
      " WARN  Issue while reading \".npmrc\". Failed to replace env in config: ${ACME_TOKEN}\n"
      + (try output("pnpm10-auth"))

    let advice = try advisor(.pnpm).advice(on: text, by: .install)

    #expect(advice?.next.contains("'nextdeploy env set shop ACME_TOKEN --build'") == true)
  }

  @Test("says what to install for packages that are compiled, and which package it is")
  func saysInstallPackages() throws {
    let text = "npm error path /srv/shop/node_modules/better-sqlite3\n" + (try output("gyp-make"))

    let advice = try #require(try advisor().advice(on: text, by: .install))

    #expect(advice.cause.hasPrefix("the package better-sqlite3 must be compiled"))
    #expect(advice.next == "Run 'apt install build-essential python3' on the server, then push again.")
  }
}

@Suite("Advice on a failed build")
struct AdviceFailedBuildTests {
  @Test(
    "names the variables that it misses",
    arguments: [
      ("Error: STRIPE_KEY environment variable is not set", "STRIPE_KEY"),
      ("Error: NEXTAUTH_SECRET is required", "NEXTAUTH_SECRET"),
      ("throw new Error('process.env.AUTH_SECRET must be set')", "AUTH_SECRET"),
      ("Missing required environment variable: DATABASE_URL", "DATABASE_URL"),
      ("error: Environment variable not found: DATABASE_URL.\n  -->  schema.prisma:6", "DATABASE_URL"),
      ("PrismaConfigEnvError: Missing required environment variable: DIRECT_URL", "DIRECT_URL"),
      (
        "❌ Invalid environment variables: { BACKEND_URL: [ 'Required' ] }\nError: Invalid environment variables",
        "BACKEND_URL"
      ),
      (
        "❌ Invalid environment variables: {\n  NEXTAUTH_SECRET: [ 'Required' ],\n  DISCORD_CLIENT_ID: [ 'Required' ]\n}\n    at ABC_DEF: x",
        "NEXTAUTH_SECRET, DISCORD_CLIENT_ID"
      ),
      (
        "❌ Invalid environment variables: [\n  {\n    code: 'invalid_type',\n    expected: 'string',\n    received: 'undefined',\n    path: [ 'AWS_ACCESS_KEY' ],\n    message: 'Required'\n  },\n  {\n    path: [ 'REDIS_URL' ],\n    message: 'Required'\n  }\n]",
        "AWS_ACCESS_KEY, REDIS_URL"
      ),
      (
        "================================\n Missing environment variables:\n    SESSION_KEY: undefined\n", "SESSION_KEY"
      ),
      ("web:build: Error: Please define the MONGODB_URI environment variable inside .env.local", "MONGODB_URI"),
      (
        "The OPENAI_API_KEY environment variable is missing or empty; either provide it, or instantiate",
        "OPENAI_API_KEY"
      ),
      ("\u{1B}[31mError: \u{1B}[1mAPI_TOKEN\u{1B}[22m is not defined\u{1B}[39m", "API_TOKEN"),
      ("SECRET is not set", "SECRET"),
      (
        "Error: TURSO_DATABASE_URL is not defined\n    at <unknown> (.next/server/app/route.js:1:429)",
        "TURSO_DATABASE_URL"
      ),
    ])
  func namesVariablesMisses(_ text: String, _ names: String) throws {
    let first = names.prefix { $0 != "," }

    let advice = try #require(try advisor(unset: ["SECRET"]).advice(on: text, by: .build))

    #expect(advice.cause == "it needs \(names), which nothing sets")
    #expect(advice.next.contains("'nextdeploy env set shop \(first)'"))
  }

  @Test(
    "takes nothing else for a variable",
    arguments: [
      "ReferenceError: SOME_CONSTANT is not defined", "Error: supabaseUrl is required.", "Type error: A is required",
      "URL is required",
      "Error: PORT is not set", "Environments: .env.production", "info  - Loaded env from /srv/.env",
      "NODE_ENV is required",
      "Error: the environment variable is missing", "Warning: set the SENTRY_TOKEN environment variable",
      "Warning: Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections insecure",
      "A_B is not set\nType error: x", "ECONNREFUSED 127.0.0.1:5432\nsrc/a.ts(1,2): error TS2304: x",
      "npm warn ENOTFOUND x.y", "warn ERR_FOO_BAR is required", "compiled A_B in 3 s",
    ])
  func takesNothingElse(_ text: String) throws {
    #expect(try advisor().advice(on: text, by: .build) == nil)
  }

  @Test("tells a variable that has a value from one that has none, and from one that builds are not given")
  func tellsVariableValue() throws {
    let advisor = try advisor(environment: ["SET_URL": .init("x"), "RUN_URL": .init("x", .run)])
    let advice = { (name: String) in
      advisor.advice(on: "❌ Invalid environment variables: { \(name): [ 'Invalid url' ] }", by: .build)
    }

    #expect(advice("SET_URL")?.cause == "it does not accept the value of SET_URL")
    #expect(advice("RUN_URL")?.cause == "it needs RUN_URL, which builds are not given")
    #expect(
      advice("RUN_URL")?.next == "Give it to both: 'nextdeploy env set shop RUN_URL --build --run', then push again.")
  }

  @Test(
    "tells what could not be reached or found",
    arguments: [
      (
        "`next/font` error:\nFailed to fetch `Inter` from Google Fonts.",
        "the server could not reach fonts.googleapis.com"
      ),
      (
        "FetchError: request to https://binaries.example.com/x failed, reason: getaddrinfo EAI_AGAIN binaries.example.com",
        "the server could not reach binaries.example.com: its name was not found"
      ),
      ("Error: connect ETIMEDOUT 203.0.113.9:443", "the server could not reach 203.0.113.9:443"),
      (
        "PrismaClientInitializationError:\nCan't reach database server at `db.example.com:5432`",
        "the server could not reach db.example.com:5432"
      ),
      ("Error: connect ECONNREFUSED ::1:5432", "nothing answers at ::1:5432 on the server"),
      (
        "fatal: unable to access 'https://user:s3cret@git.example.com/a.git/': Could not resolve host: git.example.com",
        "the server could not reach git.example.com: "
      ),
      ("Cannot find module 'left-pad'\n", "the package left-pad is not there, and package.json does not name it"),
      ("Cannot find module 'express/lib'\n", "the package express is not there, though package.json names it"),
      ("Module not found: Can't resolve '@/components/Button'", "the file '@/components/Button' is not there"),
      (
        "Error: Cannot find module '/opt/nextdeploy/app/releases/live/app/server.js'\n",
        "the file '/opt/nextdeploy/app/releases/live/app/server.js' is not there"
      ),
      ("Module not found: Can't resolve '@acme/ui/button'", "the package @acme/ui is not there"),
      ("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from", "the package zod is not there"),
      ("sh: 1: prisma: not found", "the program 'prisma' was not found"),
      ("finding the program nest: No such file or directory", "the program 'nest' was not found"),
      ("bash: line 1: tsc: command not found", "the program 'tsc' was not found"),
    ])
  func tellsCouldNot(_ text: String, _ cause: String) throws {
    let advice = try #require(try advisor().advice(on: text, by: .build))

    #expect(advice.cause.hasPrefix(cause), "\(advice)")
  }

  @Test("names the program that is missing", arguments: ["npm-127", "bun-127", "pnpm-127"])
  func namesProgramMissing(_ name: String) throws {
    #expect(try advisor().advice(on: output(name), by: .build)?.cause == "the program 'no-such-bundler' was not found")
  }

  @Test("names the package that is missing", arguments: ["module", "module-esm"])
  func namesPackageMissing(_ name: String) throws {
    #expect(
      try advisor().advice(on: output(name), by: .build)?.cause.hasPrefix("the package left-pad is not there") == true)
  }

  @Test("names the port that is kept for others")
  func namesPortKept() throws {
    for program in [AppProgram.app, .build] {
      let advice = try advisor().advice(on: output("listen-eperm"), by: program)

      #expect(advice?.cause == "it tried to listen on port 3500, which is not its own")
      #expect(advice?.next.contains("the port in PORT") == true)
    }
  }

  @Test("knows what a release does not have")
  func knowsReleaseNone() throws {
    let advice = try advisor().advice(on: "Error: Cannot find module 'tsx'\nRequire stack:", by: .app)

    #expect(advice?.cause == "tsx is a development dependency, and a release has none of these")
    #expect(advice?.next.contains("\"dependencies\": \"all\"") == true)
  }

  @Test(
    "takes from a hostile output only what has the shape of a name",
    arguments: [
      "request to https://a;reboot/ failed, reason: ENOTFOUND $(reboot)", "getaddrinfo ENOTFOUND -oProxyCommand=x.y",
      "connect ECONNREFUSED `id`.example.com", "Cannot find module '$(reboot)'", "Cannot find module '; rm -rf /'",
      "sh: 1: $(reboot): not found", "npm error 404  '../../x@1.0.0' is not in this registry.",
      "Missing required environment variable: A_B;reboot",
      "ERR_PNPM_IGNORED_BUILDS Ignored build scripts: `reboot`, $(x)",
      "npm error path /x/node_modules/$(reboot)\nnot found: make", "Failed to replace env in config: ${A B;reboot}",
    ])
  func takesHostileOutput(_ text: String) throws {
    let advice = try advisor().advice(on: text, by: .build)

    let told = (advice?.cause ?? "") + (advice?.next ?? "")
    for part in ["reboot", "$(", "`", "rm -rf", "-oProxy", "../.."] { #expect(!told.contains(part), "\(told)") }
  }

  @Test(
    "of any length is read",
    .timeLimit(.minutes(1)),
    arguments: ["A_B is not set ", "environment variable A_B missing ", "https://", "Cannot find module '", "\u{1B}["])
  func anyLengthRead(_ text: String) throws {
    _ = try advisor().advice(on: String(repeating: text, count: 32_768 / text.utf8.count), by: .build)
  }
}

@Suite("Variables of an example")
struct VariablesExampleTests {
  private static let example =
    "# all\nDATABASE_URL=postgres://…\nexport AUTH_SECRET=\n\nA_B = 'x'\nno line\n1X=2\nPORT=3000\nDATABASE_URL=again\n"

  @Test("are reported where nothing sets them")
  func toldNothingSets() throws {
    let tree = try MemoryTree([
      "nextdeploy.json": #"{"root": "apps/web"}"#, "apps/web/.env.sample": Self.example,
      "apps/web/.env.production": "A_B=1",
      "apps/web/package.json": #"{"scripts": {"start": "node a.js"}}"#,
    ])

    let unset = try UnsetVariables.find(in: tree, Project(tree), AppEnvironment(["AUTH_SECRET": .init("x")]))

    #expect(unset == UnsetVariables(file: "apps/web/.env.sample", names: ["DATABASE_URL"]))
  }

  @Test("are looked for beside the files of the start command too, and what this sets is set")
  func lookedBesideFiles() throws {
    let manifest =
      #"{"scripts": {"build": "next build", "start": "A_B=1 dotenv -e ../../.env -- next start"}, "dependencies": {"next": "16"}}"#
    let tree = try MemoryTree([
      "nextdeploy.json": #"{"root": "apps/web"}"#, ".env.example": Self.example, ".env": "AUTH_SECRET=1",
      "apps/web/package.json": manifest,
    ])

    let unset = try UnsetVariables.find(in: tree, Project(tree), AppEnvironment())

    #expect(unset == UnsetVariables(file: ".env.example", names: ["DATABASE_URL"]))
  }

  @Test("are none where all are set", arguments: [".env.example", ".env.template", ".env.local.example"])
  func noneSet3(_ name: String) throws {
    let tree = try MemoryTree([name: "A_B=", ".env": "A_B=1", "package.json": #"{"scripts": {"start": "node a.js"}}"#])

    #expect(try UnsetVariables.find(in: tree, Project(tree), AppEnvironment()) == nil)
  }
}
