import Deploy
import Templates

extension Workflow {
  /// The text of the workflow's file.
  public var text: String {
    Templates.workflow([
      "BRANCH": branch.description, "REMOTE": remote.short, "APP": remote.app.description, "SERVER": remote.server,
      "CHECKOUT": Action.checkout,
      "KNOWN_HOSTS": hostKeys.lines(for: remote).map { "            \($0)" }.joined(separator: "\n"),
      "VERIFY": verification.map { "\($0.job)\n" } ?? "",
      "NEEDS": verification == nil ? "" : "    needs: verify\n",
    ])
  }
}

extension Verification {
  /// The job's text in the workflow.
  fileprivate var job: String {
    Templates.verify([
      "CHECKOUT": Action.checkout, "STEPS": steps.joined(separator: "\n").dropLast().description,
    ])
  }

  private var steps: [String] {
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
    if let install { steps.append(self.step(install)) }
    return steps
      + scripts.map { script in
        let name = script.rawValue
        return Self.step(name.prefix(1).uppercased() + name.dropFirst(), "\(manager.rawValue) run \(name)", in: root)
      }
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

  private func step(_ install: Install) -> String {
    switch install {
    case .manager(let words): Self.step("Install", words.joined(separator: " "), in: packages.directory)
    // In a variable, so that whatever it contains is only seen by the shell.
    case .own(let command):
      Self.step("Install", #"sh -c "$INSTALL""#, in: root, env: ["INSTALL": command])
    }
  }

  private static func step(
    _ name: String, _ command: String, in directory: RelativePath, env: [String: String] = [:]
  ) -> String {
    var settings = directory.isTop ? "" : "        working-directory: \(directory.description.yaml)\n"
    if !env.isEmpty {
      settings += "        env:\n" + env.map { "          \($0.key): \($0.value.yaml)\n" }.sorted().joined()
    }
    return Templates.run(["NAME": name, "SETTINGS": settings, "COMMAND": command])
  }
}

extension String {
  /// The text as a YAML scalar in single quotes (YAML 1.2.2, section 7.3.2). It must have no line breaks.
  fileprivate var yaml: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
