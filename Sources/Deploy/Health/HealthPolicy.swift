/// What nextdeploy.json says about an app's health; nil for what it does not say.
public struct HealthSettings: Equatable, Sendable {
  /// The path and query that are asked for with GET, as in "/status".
  public var path: String?
  /// Seconds within which the first healthy answer must come.
  public var timeout: Double?
  /// The HTTP statuses that count as healthy.
  public var status: ClosedRange<Int>?

  /// Makes settings that say nothing.
  public init() {}
}

/// When a release counts as healthy, decided once it is built.
public struct HealthPolicy: Equatable, Codable, Sendable {
  /// The path and query that are asked for.
  public var path = "/"
  /// Seconds within which the first healthy answer must come.
  public var timeout = 60.0
  /// The HTTP statuses that count as healthy.
  public var status = 200...399
  /// What is asked for if `path` is not found, when it is unclear whether that is a page; nil for nothing.
  public var alternative: String?
  /// Statuses that count as healthy if the app answers nothing better: it may have no page at all.
  public var tolerated: ClosedRange<Int>?
  /// A few of the pages that the build made, for messages; nil if they are not known.
  public var pages: [String]?

  /// Makes the default policy: "/" must answer 200–399 within 60 seconds.
  public init() {}

  /// - Parameter page: one that is there.
  init(_ settings: HealthSettings, page: String) {
    path = settings.path ?? page
    timeout = settings.timeout ?? timeout
    status = settings.status ?? status
  }

  /// - Parameter routes: the pages that exist according to the build; nil for an app whose build does not say.
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

  /// Whether a redirect is itself the healthy answer, so that it is not followed within the site.
  var wantsRedirect: Bool { status.lowerBound >= 300 && status.upperBound <= 399 }

  func accepts(_ status: Int) -> Bool { self.status.contains(status) || tolerated?.contains(status) == true }

  /// The statuses as nextdeploy.json has them: "204", "200-399".
  var statusText: String {
    status.count == 1 ? "\(status.lowerBound)" : "\(status.lowerBound)-\(status.upperBound)"
  }
}
