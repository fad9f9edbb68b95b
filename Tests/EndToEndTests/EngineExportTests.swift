import Deploy
import Posix
import TestKit
import Testing

/// What `script/dev/engines` then runs.
@Suite("A release that is exported for an engine", .serialized)
struct EngineExportTests {
  private static let files = App.node(
    "",
    extra: [
      "server.js": App.server("answer.end('shop')"), "data/first": "kept", "node_modules/.bin/tool": "#!/bin/sh\n",
      "nextdeploy.json": #"{"persist": ["data"], "release": "true"}"#,
    ])

  @Test(
    "is a folder with the release, without its secrets and what is kept; a key gets it as a tar"
  )
  func folder() throws {
    try SSHServer.run { server in
      let sandbox = server.sandbox
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("env", "set", "shop", "TOKEN=of-nobodys-business").expectSuccess()
      try project.commit("Open", Self.files)
      try project.push().expectSuccess()
      let folder = "\(sandbox.home)/folder"
      func export(_ kind: String, _ target: String) throws -> Output {
        try sandbox.nextdeploy("export", "shop", "--as", kind, "--output", target)
      }

      try export("kubernetes", folder).expectSuccess().expect(
        "secrets to be given there: ", "TOKEN", "for several instances: data ")
      #expect(
        try Files.list(folder).sorted() == [
          ".dockerignore", "Containerfile", "README.md", "kubernetes.yaml", "migrate.yaml", "release", "volumes.yaml",
          "writable",
        ])
      #expect(try Files.text("\(folder)/release/app/server.js")?.contains("shop") == true)
      #expect(try Files.list("\(folder)/writable/app/data") == [] && !Files.exists("\(folder)/release/app/data"))
      #expect(try Files.text("\(folder)/release/migrate.sh")?.hasSuffix("\ntrue\n") == true)
      try sandbox.run(["grep", "-r", "of-nobodys-business", folder]).expect(status: 1)
      try export("kubernetes", folder).expect(status: 2).expect("something is there already")
      // It may be somebody's own.
      try Files.makeDirectory("\(folder)-2.unfinished")
      try export("kubernetes", "\(folder)-2").expect(status: 2).expect(
        "\(folder)-2.unfinished", "something is there already")
      #expect(Files.exists("\(folder)-2.unfinished") && !Files.exists("\(folder)-2"))
      try export("swarm", "\(folder)2").expect(status: 2).expect(
        "'swarm' is nothing", "oci, compose, kubernetes, kamal")

      let laptop = try server.addKey("laptop", apps: "shop")
      try laptop.ssh("export shop --as compose --output /tmp/x").expect(status: 2).expect("of no use to a key")
      let tar = "\(sandbox.home)/tar"
      let words = laptop.words([]) + [laptop.host, "--", "export shop --as oci"]
      try sandbox.run(["/bin/sh", "-c", "exec \"$@\" > \"$0\"", tar] + words).expectSuccess()
      let listed = try sandbox.run(["tar", "--list", "--zstd", "--file", tar]).expectSuccess()
      listed.expect("oci-layout", "index.json", "README.md")
      #expect(!Files.exists("\(sandbox.app())/export.unfinished"))
      // What an app wrote into its release may be longer than the disk is.
      let long = "\(sandbox.app())/releases/\(try #require(try sandbox.liveRelease()))/app/long"
      try sandbox.run(["truncate", "-s", "10T", long]).expectSuccess()
      try sandbox.nextdeploy("export", "shop", "--as", "oci").expect(status: 1).expect("MB are free")
      #expect(!Files.exists("\(sandbox.app())/export.unfinished"))

      // The same app as a site of files.
      try project.commit(
        "Pages",
        Self.files.mapValues { _ in nil }.merging([
          "nextdeploy.json": #"{"static": "public", "release": "true"}"#, "public/index.html": "home",
          "public/_redirects": "/old /new 301", "public/text.txt": String(repeating: "text ", count: 1000),
        ]) { $1 })
      try project.push().expectSuccess()
      let site = try export("compose", "\(folder)3").expectSuccess()
      site.expect("its release command is not exported")
      site.expectNo("TOKEN")
      let release = try #require(try sandbox.liveRelease())
      #expect(try Files.list("\(folder)3/release").sorted() == ["Caddyfile", "app"])
      let pages = try Files.list("\(folder)3/release/app/releases/\(release)")
      #expect(pages.contains("text.txt.gz") && !pages.contains("_redirects"))
      let caddy = try sandbox.run(
        ["caddy", "adapt", "--adapter", "caddyfile", "--config", "\(folder)3/release/Caddyfile"])
      try caddy.expectSuccess().expect("/new", "/srv/app/releases/", "shutdown_delay")
      try Files.remove("\(sandbox.root)/caddy/sites/files/shop/releases/\(release)")
      try export("oci", "\(folder)4").expect(status: 3).expect("is not there", "nextdeploy rollback")
      #expect(!Files.exists("\(folder)4"))
    }
  }
}
