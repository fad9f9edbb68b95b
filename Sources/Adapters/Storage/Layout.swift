public import Deploy

/// Where everything is, below nextdeploy's root directory.
public struct Layout: Sendable {
  /// The directory that holds everything, without a slash at its end.
  public let root: String

  /// Makes the layout below a root directory; nothing is created on the disk.
  public init(root: String) { self.root = root }

  /// The directory of the apps, one directory each.
  public var apps: String { "\(root)/apps" }
  /// The directory of the instances' records, one directory each.
  public var instances: String { "\(root)/instances" }
  /// The directory of Caddy's site files, and of nextdeploy's own Caddy where it runs one.
  public var caddy: String { "\(root)/caddy" }
  /// What Caddy serves of an app from the disk, below the directory of the site files.
  public static func publicFiles(of app: AppName, below sites: String) -> String { "\(sites)/files/\(app)" }
  /// The server's settings.
  public var config: String { "\(root)/config.json" }
  /// The cached versions of the machine's programs.
  public var tools: String { "\(root)/tools.json" }
  /// The versions of Node and Bun that were brought, one directory for each: `runtimes/node/24.11.1/`.
  public var runtimes: String { "\(root)/runtimes" }
  /// What is being brought or removed.
  var unfinishedRuntime: String { "\(runtimes)/unfinished" }
  /// Held while versions of Node and Bun are brought or removed.
  var runtimesLock: String { "\(runtimes)/lock" }
  /// The keys of those who sign Node's releases, where the server has them.
  var nodeKeyring: String { "\(runtimes)/node.kbx" }
  /// The hooks that git runs for a push, if the package installs none that root owns.
  public var hooks: String { "\(root)/hooks" }
  /// Held while hooks are rewritten.
  public var hooksLock: String { "\(root)/hooks.lock" }
  /// Which app each key is for.
  public var keys: String { "\(root)/keys.json" }
  /// Held while keys are changed.
  public var keysLock: String { "\(root)/keys.lock" }
  /// Held while settings are changed that must be unique among apps: domains and visitors' ports.
  public var settingsLock: String { "\(root)/settings.lock" }
  /// Held while ports are allocated.
  public var portsLock: String { "\(root)/ports.lock" }
  /// Where a backup is unpacked.
  var unfinishedImport: String { "\(root)/import.unfinished" }
  /// Held while one is imported.
  public var importLock: String { "\(root)/import.lock" }

  /// Held while a build runs; there is one lock per build that may run at the same time, numbered from 1.
  public func buildLock(_ number: Int) -> String { "\(root)/build-\(number).lock" }

  /// Where what belongs to an app is.
  public func app(_ name: AppName) -> AppLayout { AppLayout(directory: "\(apps)/\(name)") }

  /// The directory of an instance's record.
  public func instance(_ id: InstanceID) -> String { "\(instances)/\(id)" }
}

/// Where everything that belongs to one app is.
public struct AppLayout: Sendable {
  /// The app's own directory.
  public let directory: String

  /// The bare repository that pushes go to.
  public var repository: String { "\(directory)/repo.git" }
  /// The directory in which the app is built.
  public var workspace: String { "\(directory)/workspace" }
  /// What is kept of the last commit that needed no build; no build gets there.
  public var unbuilt: String { "\(directory)/unbuilt" }
  /// Its files.
  public var unbuiltFiles: String { "\(unbuilt)/files" }
  /// The index of their checkout, in a directory of its own: what writes both changes no names beside them.
  var unbuiltIndex: String { "\(unbuilt)/git/index" }
  /// The home directory of builds under systemd.
  public var cache: String { "\(directory)/cache" }
  /// What Corepack has downloaded for the app.
  public var corepack: String { "\(cache)/corepack" }
  /// Where the release command of an archive runs, in a copy of that.
  public var shipped: String { "\(cache)/shipped" }
  /// Where the user of builds creates its own directories and keeps the index of its checkouts; builds cannot get
  /// there.
  public var checkout: String { "\(directory)/checkout" }
  /// The index of the last checkout under systemd.
  public var index: String { "\(checkout)/index" }
  /// The pipes for a build under systemd: its request and its output.
  public var build: String { "\(directory)/build" }
  /// The programs that builds find on their PATH; builds cannot change them.
  public var programs: String { "\(build)/bin" }
  /// The number of the user that the app runs as under systemd.
  public var user: String { "\(directory)/uid" }
  /// Where the `doppler` program looks for its settings.
  public var doppler: String { "\(directory)/doppler" }
  /// The directory of the app's releases, one directory each.
  public var releases: String { "\(directory)/releases" }
  /// Where what belongs to a release is.
  public func release(_ id: ReleaseID) -> ReleaseLayout { ReleaseLayout(directory: "\(releases)/\(id)") }
  /// Where a release is made.
  func unfinishedRelease(_ id: ReleaseID) -> String { "\(releases)/\(id)\(Self.unfinished)" }
  /// Where an archive is unpacked that a release is made of.
  func unpacked(_ id: ReleaseID) -> String { "\(releases)/\(id).archive\(Self.unfinished)" }
  /// Where a release is that waits to be packed.
  func waitingRelease(_ id: ReleaseID) -> String { "\(releases)/\(id)\(Self.waiting)" }
  /// The end of its name.
  static let waiting = ".waiting"
  /// Where a release is removed that is packed: by whoever packs, while deploys remove what is unfinished.
  func packedRelease(_ id: ReleaseID) -> String { "\(releases)/\(id)\(Self.packed)" }
  /// The end of its name.
  static let packed = ".packed"
  /// The packed releases.
  public var archive: String { "\(directory)/archive" }
  /// Held while it changes which releases are packed.
  var archiveLock: String { "\(archive)/lock" }
  /// Held while releases are packed.
  var packingLock: String { "\(archive)/packing.lock" }
  /// Where one of them is unpacked to be exported.
  var exported: String { "\(archive)/exported" }
  /// Held while one is.
  var exportedLock: String { "\(archive)/exported.lock" }
  /// Why the last release that was to be packed is not.
  var archiveProblem: String { "\(archive)/problem" }
  /// The end of the name of a release that is being made or removed.
  static let unfinished = ".unfinished"
  /// A link to the release that is live.
  public var current: String { "\(directory)/current" }
  /// The env file, which holds the app's variables.
  public var environment: String { "\(directory)/env" }
  /// A marker that exists once the environment has had variables: a file without any is then an error.
  public var environmentSet: String { "\(directory)/env.set" }
  /// Held while the environment is changed.
  public var environmentLock: String { "\(directory)/env.lock" }
  /// What is kept from release to release.
  public var shared: String { "\(directory)/shared" }
  /// The directory of the deploys' records and logs.
  public var deploys: String { "\(directory)/deploys" }
  /// The directory of the instances' logs.
  public var logs: String { "\(directory)/logs" }
  /// A link to the log of the instance that is live.
  public var liveLog: String { "\(logs)/live" }
  /// The app's settings.
  public var config: String { "\(directory)/config.json" }
  /// The record of the release and instance that are live.
  public var live: String { "\(directory)/live.json" }
  /// What Node has compiled of the last release, for the next one.
  public var compiled: String { "\(directory)/compiled" }
  /// The key of the install that node_modules in the workspace came from.
  public var installedKey: String { "\(directory)/installed" }
  /// The key of what was built in the workspace last.
  public var builtKey: String { "\(directory)/built" }
  /// The key that Next.js encrypts server actions with, the same for every release.
  public var serverActionsKey: String { "\(directory)/server-actions-key" }
  /// Files of packages, as releases have them, for the next release to link to; builds cannot write there.
  public var packages: String { "\(directory)/packages" }
  /// Where an image is made that is exported.
  var unfinishedExport: String { "\(directory)/export.unfinished" }
  /// Held while one is made there.
  var exportLock: String { "\(directory)/export.lock" }
  /// Takes up the space that a failed deploy needs.
  public var reserve: String { "\(directory)/reserve" }
  /// The pushes that git is receiving right now, one file each.
  public var pushes: String { "\(directory)/pushes" }
  /// Held while a job of the app runs, where systemd does not run it.
  public var jobLock: String { "\(directory)/job.lock" }
  /// Held while the app is deployed.
  public var lock: String { "\(directory)/lock" }

  /// A deploy's record.
  public func record(_ id: DeployID) -> String { "\(deploys)/\(id).json" }
  /// Who cancelled the deploy; the file is missing if nobody did.
  public func cancellation(_ id: DeployID) -> String { "\(deploys)/\(id).cancelled" }
  /// The log of the deploy, as its pusher saw it.
  public func deployLog(_ id: DeployID) -> String { "\(deploys)/\(id).log" }
  /// The output of the instance that the deploy started.
  public func instanceLog(_ id: DeployID) -> String { "\(logs)/\(id).log" }
}

/// Where everything that belongs to one release is.
public struct ReleaseLayout: Sendable {
  /// The release's own directory.
  public let directory: String

  /// The name of the directory of the release's files.
  public static let filesName = "app"
  /// The release's files.
  public var files: String { "\(directory)/\(Self.filesName)" }
  /// The programs that its instances find on their PATH besides their own.
  public var programs: String { "\(directory)/bin" }
}
