import Posix
import TestKit
import Testing

@Suite("An app of a monorepo", .enabled(if: Registry.answers, "no npm registry answers"))
struct MonorepoTests {
  private static func web(_ scripts: String, _ dependencies: String) -> String {
    #"{"name": "web", "private": true, "scripts": {\#(scripts)}, "dependencies": {\#(dependencies)}}"#
  }

  /// The fixture's monorepo, its Next.js app replaced by a small one.
  private func turborepo(_ sandbox: Sandbox, _ more: [String: String?] = [:]) throws -> PushedProject {
    let project = try sandbox.createApp()
    let files = try Fixture.files("turborepo").filter { !$0.key.hasPrefix("apps/") && $0.key != "pnpm-lock.yaml" }
    try project.write(files)
    try project.write([
      "apps/web/package.json": Self.web(
        #""build": "node build.mjs", "start": "node server.js""#, #""@shop/ui": "workspace:*""#),
      "apps/web/build.mjs": """
      import { title } from '@shop/ui'
      import { mkdirSync, writeFileSync } from 'fs'
      mkdirSync('dist', { recursive: true })
      writeFileSync('dist/page.txt', `${title}, ${process.env.GREETING}, in ${process.env.PWD}`)
      """,
      "apps/web/server.js": App.server("answer.end(require('fs').readFileSync('dist/page.txt'))"),
    ])
    try project.write(more)
    try sandbox.run(["corepack", "pnpm@10.34.9", "install", "--lockfile-only"], in: project.directory).expectSuccess()
    try project.commit("One")
    return project
  }

  @Test("is built by Turborepo after the packages that it needs, each time with its variables as they are")
  func turborepo() throws {
    try Sandbox.run { sandbox in
      let project = try turborepo(sandbox)
      try sandbox.nextdeploy("env", "set", "GREETING=hello").expectSuccess()

      let push = try project.push().expectSuccess()

      push.expect("pnpm 10.34.9 (pnpm-lock.yaml)", "run build --filter=web", "@shop/ui:build:", "web:build:")
      #expect(!push.text.contains("\u{1b}["), "there are no colours")
      let place = "in \(sandbox.app())/workspace/apps/web"
      #expect(try sandbox.get() == "version 1, hello, \(place)")
      // Turborepo's cache knows nothing of the variable.
      try sandbox.nextdeploy("env", "set", "GREETING=good bye").expectSuccess()
      try sandbox.nextdeploy("rebuild", "--app", "shop").expectSuccess()
      #expect(try sandbox.get() == "version 1, good bye, \(place)")
      #expect(!Files.exists("\(sandbox.app())/workspace/.turbo/cache"))
    }
  }

  @Test("without a program that builds its packages is told how, and that works")
  func advice() throws {
    try Sandbox.run { sandbox in
      let project = try turborepo(sandbox, ["turbo.json": nil])

      let failed = try project.push().expect(status: 1)

      let command = "pnpm --filter web... run build"
      failed.expect("@shop/ui is a package of this workspace that has to be built first", #""build": "\#(command)""#)
      try project.commit("Two", ["nextdeploy.json": #"{"root": "apps/web", "build": "\#(command)"}"#])
      try project.push().expectSuccess()
      #expect(try sandbox.get()?.hasPrefix("version 1") == true)
    }
  }

  @Test("with a lockfile of its own is installed by that one, whatever installs the repository")
  func ownLockfile() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.write([
        "nextdeploy.json": #"{"root": "apps/web"}"#, "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
        "package.json": #"{"name": "top", "packageManager": "pnpm@10.34.9", "dependencies": {"bytes": "3.1.2"}}"#,
        "packages/ui/package.json": #"{"name": "ui", "version": "1.0.0"}"#, ".gitignore": "node_modules\n",
        "apps/web/package.json": Self.web(#""start": "node server.js""#, #""ms": "2.1.3""#),
        "apps/web/server.js": App.server("answer.end(require('ms')(60000))"),
      ])
      let app = "\(project.directory)/apps/web"
      try sandbox.run(["corepack", "pnpm", "install", "--lockfile-only"], in: project.directory).expectSuccess()
      try sandbox.run(["corepack", "pnpm@8.15.9", "install", "--lockfile-only", "--ignore-workspace"], in: app)
        .expectSuccess()
      try project.commit("One")

      try project.push().expectSuccess().expect("pnpm 8.15.9 (pnpm-lock.yaml)")

      #expect(try sandbox.get() == "1m")
      #expect(!Files.exists("\(sandbox.app())/workspace/node_modules"))
    }
  }
}
