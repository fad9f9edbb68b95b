/// A wish for certain versions of a runtime, and what expresses it.
public struct RuntimeWish: Equatable, Sendable {
  /// The versions.
  public let request: RuntimeRequest
  /// What says so, as in ".nvmrc"; empty for somebody who asks for no app.
  public let source: String
  /// Whether another version will do where none of these can be had: so package managers take `engines`.
  let isAdvice: Bool

  /// Notes who wishes for which versions.
  public init(_ request: RuntimeRequest, source: String, isAdvice: Bool = false) {
    self.request = request
    self.source = source
    self.isAdvice = isAdvice
  }
}

/// What must be true of the runtime that an app gets.
public struct RuntimeNeed: Equatable, Sendable, CustomStringConvertible {
  /// The runtime.
  public let runtime: Runtime
  /// What its version must fit, all of it; empty if any will do.
  public let wishes: [RuntimeWish]

  /// Makes a need from wishes that must all be fulfilled.
  public init(_ runtime: Runtime, _ wishes: [RuntimeWish] = []) {
    self.runtime = runtime
    self.wishes = wishes
  }

  /// Whether a version will do.
  public func accepts(_ version: Version) -> Bool { wishes.allSatisfy { $0.request.accepts(version) } }

  /// Whether a version will do that a mirror offers, with the code name of its line if that is a long-term one.
  public func accepts(_ version: Version, codeName: String?) -> Bool {
    wishes.allSatisfy { $0.request.accepts(version, codeName: codeName) }
  }

  /// As in "Node 22 (.nvmrc)", for people.
  public var description: String {
    let texts = wishes.map { "\($0.request)\($0.source.isEmpty ? "" : " (\($0.source))")" }
    return ([runtime.title] + (texts.isEmpty ? [] : [texts.joined(separator: " and ")])).joined(separator: " ")
  }

  /// What to do where no mirror has it.
  public var alternative: String {
    let sources = wishes.map(\.source).filter { !$0.isEmpty }
    return "Ask for another version\(sources.isEmpty ? "" : " in \(sources.joined(separator: " or "))")."
  }

  /// What `nextdeploy runtime install` is told to bring it, as in "node@22".
  public var word: String {
    if wishes.isEmpty { return "\(runtime.rawValue)@\(runtime == .node ? "lts" : "latest")" }
    if wishes.count == 1, let word = wishes[0].request.word { return "\(runtime.rawValue)@\(word)" }
    switch runtime {
    case .bun: return "bun@latest"
    case .node:
      let line = NodeLine.newest { accepts($0) }
      if let line { return "node@\(line.major)" }
      return wishes.first?.request.word.map { "node@\($0)" } ?? "node@VERSION"
    }
  }

  /// The command that brings it.
  public var command: String { "nextdeploy runtime install \(word)" }

  // MARK: The machine's

  /// A runtime that was chosen.
  struct Choice: Equatable {
    let tool: Tool
    /// Whether it is the one that everybody finds on the PATH.
    let isOnPath: Bool
  }

  /// The machine's copy that is used: the one on the PATH if it will do, else the newest that will.
  ///
  /// - Parameter bring: brings one that the machine does not have; nil if it may not.
  func choice(in toolbox: some Toolbox, bring: (RuntimeNeed) throws -> Tool?) throws -> Choice {
    let usual = try toolbox.find(runtime.rawValue)
    let isHidden = usual.map(toolbox.isHidden) ?? false
    if let usual, !isHidden, accepts(usual) { return Choice(tool: usual, isOnPath: true) }
    let copies = try toolbox.copies(of: runtime)
    let fitting = copies.usable.filter(accepts).max { ($0.number, $0.path) < ($1.number, $1.path) }
    if let tool = try fitting ?? bring(self) { return Choice(tool: tool, isOnPath: false) }
    throw missing((usual.map { [$0] } ?? []) + copies.usable, copies, isHidden: isHidden)
  }

  /// The same, but where none can be had that fits what is only advice, one that fits the rest, and what to say of that.
  func lenientChoice(
    in toolbox: some Toolbox, bring: (RuntimeNeed) throws -> Tool?
  ) throws -> (choice: Choice, warning: String?) {
    do { return (try choice(in: toolbox, bring: bring), nil) } catch let failure as Failure {
      let rest = RuntimeNeed(runtime, wishes.filter { !$0.isAdvice })
      guard rest.wishes.count < wishes.count,
        let other = try? rest.choice(in: toolbox, bring: { _ in nil })
      else { throw failure }
      let asked = wishes.filter(\.isAdvice).map { "\($0.source) asks for \(runtime.title) \($0.request)" }
      return (
        other,
        "\(asked.joined(separator: ", ")), and none can be had: \(failure.attempt): \(failure.cause). It gets "
          + "\(other.tool.version). \(failure.next)"
      )
    }
  }

  private func accepts(_ tool: Tool) -> Bool { Version(tool.version).map { accepts($0) } ?? false }

  private func missing(_ tools: [Tool], _ copies: RuntimeCopies, isHidden: Bool) -> Failure {
    let hidden = ((isHidden ? tools.first.map { [$0] } : nil) ?? []) + copies.hidden
    let found = tools.dropFirst(isHidden ? 1 : 0).map { "\($0.version) (\($0.path))" }
    var causes = [
      found.isEmpty
        ? "this server has none that builds and apps can use"
        : "this server has \(found.prefix(5).joined(separator: ", "))\(found.count > 5 ? " and others" : "")"
    ]
    causes += hidden.filter(accepts).prefix(1).map {
      "\($0.version) is in \($0.directory), which builds and apps cannot see"
    }
    causes += copies.broken.prefix(1)
    return Failure(
      "looking for \(self)", causes.joined(separator: "; "), next: "Run '\(command)' on the server, then push again.")
  }
}

extension Tool {
  /// Its version, for comparison.
  fileprivate var number: Version { Version(version) ?? .zero }
}
