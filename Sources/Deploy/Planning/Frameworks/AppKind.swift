/// Kinds of apps other than Next.js, by the package that makes them one: how each is served.
struct AppKind: Equatable, Sendable {
  enum Serving: Equatable, Sendable {
    /// A command, and the package without which the build makes nothing that it could start.
    case server(String, needs: String? = nil)
    /// The build makes files; there is nothing to start.
    case files
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
    AppKind("SvelteKit", "@sveltejs/kit", .server("node build", needs: "@sveltejs/adapter-node")),
    AppKind("Nuxt", "nuxt", .server("node .output/server/index.mjs")),
    AppKind("Astro", "@astrojs/node", .server("node dist/server/entry.mjs")),
    AppKind("Astro", "astro", .files),
    AppKind(
      "React Router", "@react-router/dev",
      .server("react-router-serve build/server/index.js", needs: "@react-router/serve")),
    AppKind("Remix", "@remix-run/react", .server("remix-serve build/server/index.js", needs: "@remix-run/serve")),
    AppKind("TanStack Start", "@tanstack/react-start", .server("node .output/server/index.mjs")),
    AppKind("SolidStart", "@solidjs/start", .server("node .output/server/index.mjs")),
    AppKind("NestJS", "@nestjs/core", .server("node dist/main")),
    AppKind("Gatsby", "gatsby", .files), AppKind("Docusaurus", "@docusaurus/core", .files),
    AppKind("VitePress", "vitepress", .files), AppKind("Eleventy", "@11ty/eleventy", .files),
    AppKind("Create React App", "react-scripts", .files), AppKind("Vue CLI", "@vue/cli-service", .files),
    AppKind("Parcel", "parcel", .files), AppKind("Vite", "vite", .files),
  ]

  /// The kind of an app; nil if none of the packages is among its dependencies.
  static func find(_ manifest: PackageManifest) -> AppKind? {
    all.first { manifest.dependency($0.package) != nil }
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
      let adapter =
        package == "astro" ? " With the adapter @astrojs/node it has a server: 'node dist/server/entry.mjs'." : ""
      return (
        cause + "whose build makes static files, and these are not served yet",
        "Until they are, give a server of your own as \"start\", which listens on PORT.\(adapter)"
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
