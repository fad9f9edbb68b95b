/// What nextdeploy.json says of an app's health; nil where it says nothing.
public struct HealthSettings: Equatable, Sendable {
  public var path: String?
  public var timeout: Double?
  public var status: ClosedRange<Int>?

  public init() {}
}

/// When a release counts as healthy, decided once it is built.
public struct HealthPolicy: Equatable, Codable, Sendable {
  /// What is asked for.
  public var path = "/"
  /// Seconds within which the first healthy answer must come.
  public var timeout = 60.0
  /// The HTTP statuses that are healthy.
  public var status = 200...399
  /// What is asked for where `path` is not found, for it may or may not be a page.
  public var alternative: String?
  /// Healthy too where nothing else is answered: nobody knows a page of the app, and it may have none.
  public var tolerated: ClosedRange<Int>?
  /// Some of the pages that the build made, for messages.
  public var pages: [String]?

  public init() {}

  /// - Parameter routes: the pages that the build says exist; nil for an app that does not tell.
  init(_ settings: HealthSettings, routes: NextRoutes? = nil) {
    timeout = settings.timeout ?? timeout
    status = settings.status ?? status
    pages = routes.map { Array($0.pages.prefix(5)) }
    if let path = settings.path {
      self.path = path
      return
    }
    let home = routes?.home ?? "/"
    if let routes, let first = routes.pages.first, first != home {
      path = routes.mayHaveHome ? home : first
      alternative = routes.mayHaveHome ? first : nil
    } else {
      path = home
    }
    if settings.status == nil, routes?.pages.isEmpty ?? true { tolerated = 400...499 }
  }

  /// Whether a redirect of the site's own is what is asked for, and not where it leads.
  var wantsRedirect: Bool { status.lowerBound >= 300 && status.upperBound <= 399 }

  func accepts(_ status: Int) -> Bool { self.status.contains(status) || tolerated?.contains(status) == true }

  /// The statuses as nextdeploy.json has them: "204", "200-399".
  var statusText: String {
    status.count == 1 ? "\(status.lowerBound)" : "\(status.lowerBound)-\(status.upperBound)"
  }
}
