/// Kinds of apps other than Next.js, by the package that makes them one: how each is served.
struct AppKind: Equatable, Sendable {
  enum Serving: Equatable, Sendable {
    /// A command, and the package without which the build makes nothing that it could start.
    case server(String, needs: String? = nil)
    /// The build makes files, in one of these directories; there is nothing to start.
    case files([String])
  }

  let name: String
  let package: String
  let serving: Serving

  private init(_ name: String, _ package: String, _ serving: Serving) {
    self.name = name
    self.package = package
    self.serving = serving
  }

  /// What is built on another of them stands before it.
  static let all = [
    AppKind("SvelteKit", "@sveltejs/adapter-node", .server("node build")),
    AppKind("SvelteKit", "@sveltejs/adapter-static", .files(["build"])),
    AppKind("SvelteKit", "@sveltejs/kit", .server("node build", needs: "@sveltejs/adapter-node")),
    AppKind("Nuxt", "nuxt", .server("node .output/server/index.mjs")),
    AppKind("Astro", "@astrojs/node", .server("node dist/server/entry.mjs")),
    AppKind("Astro", "astro", .files(["dist"])),
    AppKind(
      "React Router", "@react-router/dev",
      .server("react-router-serve build/server/index.js", needs: "@react-router/serve")),
    AppKind("Remix", "@remix-run/react", .server("remix-serve build/server/index.js", needs: "@remix-run/serve")),
    AppKind("TanStack Start", "@tanstack/react-start", .server("node .output/server/index.mjs")),
    AppKind("SolidStart", "@solidjs/start", .server("node .output/server/index.mjs")),
    AppKind("NestJS", "@nestjs/core", .server("node dist/main")),
    AppKind("Gatsby", "gatsby", .files(["public"])), AppKind("Docusaurus", "@docusaurus/core", .files(["build"])),
    AppKind("VitePress", "vitepress", .files([".vitepress/dist", "docs/.vitepress/dist"])),
    AppKind("Eleventy", "@11ty/eleventy", .files(["_site"])),
    AppKind("Create React App", "react-scripts", .files(["build"])),
    AppKind("Vue CLI", "@vue/cli-service", .files(["dist"])), AppKind("Parcel", "parcel", .files(["dist"])),
    AppKind("Vite", "vite", .files(["dist"])),
  ]

  /// The kind of an app; nil if none of the packages is among its dependencies.
  static func find(_ manifest: PackageManifest) -> AppKind? {
    all.first { manifest.dependency($0.package) != nil }
  }

  /// The programs that it has for development, or to look at what it built.
  var programs: [String] {
    [package, package.pathParts.last ?? package, "vite", "svelte-kit", "docusaurus", "eleventy", "vue-cli-service"]
  }

  /// "a Nuxt app", "an Astro app".
  var description: String { "\("AEIOU".contains(name.prefix(1)) ? "an" : "a") \(name) app" }

  /// The command that starts it, where all that this needs is there.
  func start(_ manifest: PackageManifest) -> String? {
    guard case .server(let command, let package) = serving else { return nil }
    return package.map { manifest.dependency($0) != nil } ?? true ? command : nil
  }

  /// What a user is told who gave no start command.
  func missingStart(_ manifest: PackageManifest) -> (cause: String, next: String) {
    let cause = "there is no \"start\" script; it is \(description), "
    switch serving {
    case .files:
      return (
        cause + "whose build makes static files, and there is no \"build\" script either",
        "Add one to package.json, or set \"build\" in \(ProjectFile.name)."
      )
    case .server(let command, let package):
      let set = "set \"start\": \"\(command)\" in \(ProjectFile.name)"
      guard let package, manifest.dependency(package) == nil else {
        return (cause + "which is served by '\(command)'", "\(set.capitalizedFirst), then push again.")
      }
      return (
        cause + "which is served by '\(command)' once it has \(package)",
        "Add \(package) as its documentation says, \(set), then push again."
      )
    }
  }
}
