import Deploy
import Templates

extension Workflow {
  /// The text of the workflow's file.
  public var text: String {
    Templates.workflow([
      "ABOUT": about, "BRANCH": branch.description, "REMOTE": remote.short, "APP": remote.app.description,
      "SERVER": remote.server, "CHECKOUT": Action.checkout, "RUNNER": runner,
      "KNOWN_HOSTS": hostKeys.lines(for: remote).map { "            \($0)" }.joined(separator: "\n"),
      "VERIFY": verification.map { "\($0.job)\n" } ?? "",
      "NEEDS": verification == nil ? "" : "    needs: verify\n",
      "STEPS": steps, "DEPLOYS": build == nil ? "push" : "ship", "MINUTES": build == nil ? "30" : "45",
      "HISTORY": build == nil ? "the server takes no part of a history" : "to tell what is older than what is live",
    ])
  }

  /// What the file's first lines say.
  private var about: String {
    build == nil
      ? """
      # Every push to \(branch) is pushed on to \(remote.short).
      # The server builds the commit, checks it and puts it live. Where that fails, the job is red and the old release stays.
      """
      : """
      # Every push to \(branch) is built here, and what was built is shipped to \(remote.short).
      # The server checks it and puts it live. Where that fails, the job is red and the old release stays.
      """
  }

  private var steps: String {
    let values = ["BRANCH": branch.description, "APP": remote.app.description]
    guard let build else { return Templates.push(values) }
    return Templates.ship(values.merging(["BUILD": build.steps.joined(separator: "\n").withoutLineEnd]) { $1 })
  }
}

extension Verification {
  /// The job's text in the workflow.
  fileprivate var job: String {
    Templates.verify(["CHECKOUT": Action.checkout, "STEPS": steps.joined(separator: "\n").withoutLineEnd])
  }

  private var steps: [String] {
    setup.tools + (setup.install.map { [step($0)] } ?? [])
      + scripts.map { script in
        let name = script.rawValue
        return Templates.run([
          "NAME": name.prefix(1).uppercased() + name.dropFirst(), "SETTINGS": StepSettings(in: setup.root).text,
          "COMMAND": "\(setup.packages.manager.rawValue) run \(name)",
        ])
      }
  }

  private func step(_ install: StepCommand) -> String {
    Templates.run(["NAME": "Install", "SETTINGS": install.settings.text, "COMMAND": install.line])
  }
}

extension RunnerBuild {
  /// The steps that build, with the variables that the server gives a build.
  fileprivate var steps: [String] {
    var steps = setup.tools
    if let install = setup.install { steps.append(step("Install", install.settings, install.line.indented)) }
    guard let command else { return steps }
    let build: StepCommand
    switch command {
    case .program(let words): build = StepCommand(words.joined(separator: " "), in: directory)
    case .shell(let line): build = StepCommand(own: line, as: "NEXTDEPLOY_BUILD", in: directory)
    }
    var settings = build.settings
    settings.environment["NODE_ENV"] = "production"
    guard isNext else { return steps + [step("Build", settings, build.line.indented)] }
    let lockfile = setup.packages.lockfile.map(setup.packages.directory.file) ?? setup.root.file("package.json")
    steps.append(Templates.nextCache(["CACHE": Action.cache, "FILE": lockfile.yaml]))
    let text = Templates.nextBuild(["ROOT": Self.place(setup.root), "COMMAND": build.line.indented])
    return steps + [step("Build", settings, text.withoutLineEnd)]
  }

  private func step(_ name: String, _ settings: StepSettings, _ command: String) -> String {
    let bins = PackageManagerChoice.ancestors(of: setup.root).map { "\(Self.place($0))/node_modules/.bin" }
    return Templates.given([
      "NAME": name, "SETTINGS": settings.text, "BINS": bins.joined(separator: ":"), "COMMAND": command,
    ])
  }

  /// A directory of the project, for the shell.
  private static func place(_ directory: RelativePath) -> String {
    directory.isTop ? "$GITHUB_WORKSPACE" : "$GITHUB_WORKSPACE/\(directory)"
  }
}

extension RunnerSetup {
  /// The steps that set up Node or Bun, and the package manager.
  fileprivate var tools: [String] {
    let manager = packages.manager
    var steps: [String] = []
    if manager == .bun {
      steps.append(bun)
      if let lockfile = packages.lockfile {
        steps.append(
          Templates.bunCache(["CACHE": Action.cache, "LOCKFILE": packages.directory.file(lockfile)]))
      }
      // Bun itself does not need Node, but tools that it starts may.
      if nodeFile != nil { steps.append(node) }
    } else {
      if manager != .npm {
        // If package.json names no version, Corepack would use the newest.
        let version = packages.version.map { "@\($0)" } ?? ""
        steps.append(Templates.corepack(["MANAGER": manager.rawValue, "VERSION": version]))
      }
      steps.append(node)
    }
    return steps
  }

  private var node: String {
    let manager = packages.manager
    let cache: [String]
    if manager != .bun, let lockfile = packages.lockfile {
      cache = [
        "cache: \(manager.rawValue)", "cache-dependency-path: \(packages.directory.file(lockfile).yaml)",
      ]
    } else {
      // Without a lockfile the action finds nothing to cache, and fails.
      cache = ["package-manager-cache: false"]
    }
    return Templates.node([
      "SETUP_NODE": Action.setupNode,
      "VERSION": nodeFile.map { "node-version-file: \($0.yaml)" } ?? "node-version: 'lts/*'",
      "CACHE": cache.map { "          \($0)" }.joined(separator: "\n"),
    ])
  }

  private var bun: String {
    Templates.bun([
      "SETUP_BUN": Action.setupBun,
      "VERSION": bunFile.map { "bun-version-file: \($0.yaml)" } ?? "bun-version: latest",
    ])
  }
}
