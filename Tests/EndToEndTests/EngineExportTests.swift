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
    }
  }
}
