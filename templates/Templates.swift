/// The configuration files that nextdeploy writes for other programs, with `{{NAME}}` in place of each value.
public enum Templates {
  /// Caddy's own configuration file, for a Caddy that nextdeploy runs itself.
  public static func caddyfile(_ values: [String: String]) -> String {
    fill(PackageResources.Caddyfile, values)
  }

  /// One app's site block.
  public static func site(_ values: [String: String]) -> String {
    fill(PackageResources.site_caddy, values)
  }

  /// The block of an app whose site is files.
  public static func staticSite(_ values: [String: String]) -> String { fill(PackageResources.static_caddy, values) }

  /// The part of a block that serves a release's files in one way.
  public static func files(_ values: [String: String]) -> String { fill(PackageResources.files_caddy, values) }

  /// The part of a block that serves what an app's `public/` holds.
  public static func publicFolder(_ values: [String: String]) -> String { fill(PackageResources.public_caddy, values) }

  /// How a single file of such a site is served.
  public static func file(_ values: [String: String]) -> String { fill(PackageResources.file_caddy, values) }

  /// The program that serves a Next.js app.
  public static var next: String { String(decoding: PackageResources.next_cjs, as: UTF8.self) }

  /// The program that asks an app in a container whether it is healthy.
  public static var health: String { String(decoding: PackageResources.health_cjs, as: UTF8.self) }

  /// Where the file that makes nextdeploy's users and groups belongs on a server.
  public static let sysusersFile = "/usr/lib/sysusers.d/nextdeploy.conf"
  /// Where the file that makes nextdeploy's directories belongs on a server.
  public static let tmpfilesFile = "/usr/lib/tmpfiles.d/nextdeploy.conf"

  /// The files that a server is set up with, and where they belong; the package installs the same files.
  ///
  /// The polkit rule comes last, since it must not exist without the units that it names.
  public static var serverFiles: [(path: String, text: String)] {
    [
      ("/usr/lib/systemd/system/nextdeploy@.service", PackageResources.nextdeploy__service),
      ("/usr/lib/systemd/system/nextdeploy-build@.service", PackageResources.nextdeploy_build__service),
      ("/usr/lib/systemd/system/nextdeploy-files@.service", PackageResources.nextdeploy_files__service),
      ("/usr/lib/systemd/system/nextdeploy-boot.service", PackageResources.nextdeploy_boot_service),
      ("/usr/lib/systemd/system/nextdeploy-ports.service", PackageResources.nextdeploy_ports_service),
      (sysusersFile, PackageResources.sysusers_conf),
      (tmpfilesFile, PackageResources.tmpfiles_conf),
      ("/usr/lib/sysctl.d/50-nextdeploy.conf", PackageResources.sysctl_conf),
      ("/usr/share/polkit-1/rules.d/50-nextdeploy.rules", PackageResources.polkit_rules),
    ].map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }
  }

  // MARK: The workflow of GitHub Actions, and the parts that it may have

  /// The whole workflow, with gaps for the job that verifies the commit and for the steps that deploy it.
  public static func workflow(_ values: [String: String]) -> String { fill(PackageResources.workflow_yml, values) }

  /// The step that has the server build and deploy the commit.
  public static func push(_ values: [String: String]) -> String { fill(PackageResources.push_yml, values) }

  /// The steps that ship what the runner builds, with a gap for those that build it.
  public static func ship(_ values: [String: String]) -> String { fill(PackageResources.ship_yml, values) }

  /// A step that runs a command with the variables that the server gives a build.
  public static func given(_ values: [String: String]) -> String { fill(PackageResources.given_yml, values) }

  /// The step that keeps the cache of Next.js from run to run.
  public static func nextCache(_ values: [String: String]) -> String { fill(PackageResources.next_cache_yml, values) }

  /// The commands that build with that cache.
  public static func nextBuild(_ values: [String: String]) -> String { fill(PackageResources.next_build_yml, values) }

  /// The job that verifies a commit before it is deployed.
  public static func verify(_ values: [String: String]) -> String { fill(PackageResources.verify_yml, values) }

  /// The step that sets up a package manager with Corepack.
  public static func corepack(_ values: [String: String]) -> String { fill(PackageResources.corepack_yml, values) }

  /// The step that sets up Node.
  public static func node(_ values: [String: String]) -> String { fill(PackageResources.node_yml, values) }

  /// The step that sets up Bun.
  public static func bun(_ values: [String: String]) -> String { fill(PackageResources.bun_yml, values) }

  /// The step that keeps Bun's package cache from run to run.
  public static func bunCache(_ values: [String: String]) -> String { fill(PackageResources.bun_cache_yml, values) }

  /// A step that runs a command.
  public static func run(_ values: [String: String]) -> String { fill(PackageResources.run_yml, values) }

  /// Fills each gap once, whatever a value looks like.
  private static func fill(_ template: [UInt8], _ values: [String: String]) -> String {
    var filled: [UInt8] = []
    var rest = template[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
      filled += rest[..<open]
      rest = rest[open...]
      let name = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "}") }
      let after = rest[name.endIndex...]
      if rest.starts(with: "{{".utf8), after.starts(with: "}}".utf8),
        let value = values[String(decoding: name, as: UTF8.self)]
      {
        filled += value.utf8
        rest = after.dropFirst(2)
      } else {
        filled.append(rest.removeFirst())
      }
    }
    return String(decoding: filled + rest, as: UTF8.self)
  }
}
