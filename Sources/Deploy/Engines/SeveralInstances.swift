/// Something that several instances of one app need, and whether a release has it.
public struct SharedNeed: Equatable, Sendable {
  /// Whether the release has it, or the exported files see to it.
  public let isMet: Bool
  /// What it is, in a sentence.
  public let text: String

  private init(_ isMet: Bool, _ text: String) {
    self.isMet = isMet
    self.text = text
  }
}

extension SharedNeed {
  /// What an app needs to be run more than once at a time.
  ///
  /// - Parameter required: what the build of Next.js says of itself (`required-server-files.json`); nil for another app.
  static func all(of app: ContainerApp, required: JSON?) -> [SharedNeed] {
    var needs = app.volumes.map {
      SharedNeed(
        false, "\($0) is kept on a volume: all instances must see the same one (ReadWriteMany), on every machine.")
    }
    if let site = app.site { return needs + all(of: site) }
    guard app.nextOutput != nil else {
      return needs + [
        SharedNeed(
          false,
          "Nothing may be kept in the memory of one instance (sessions, locks, timers), or in files beside the volumes."
        )
      ]
    }
    let id = app.variables[AppProcess.nextDeployment] ?? ""
    needs.append(SharedNeed(true, "One build for all, with one deployment id (\(id)): they run the same image."))
    needs.append(
      SharedNeed(
        true,
        "One key of server actions: \(ServerActionsKey.name) is among the secrets; give all the same value, as it is on the server."
      ))
    return needs + caches(required?["config"])
  }

  private static func all(of site: StaticSite) -> [SharedNeed] {
    let same = SharedNeed(true, "All instances serve the same files, and keep nothing.")
    if site.hashed.isEmpty && !site.hasHashedScripts { return [same] }
    return [
      same, SharedNeed(false, "\(olderScripts) What a volume at \(ContainerApp.place)/app/all has is served to it."),
    ]
  }

  private static func caches(_ config: JSON?) -> [SharedNeed] {
    let experimental = config?["experimental"]
    let handler = isSet(config?["cacheHandler"])
    var needs = [
      SharedNeed(
        handler,
        handler
          ? "cacheHandler is set: pages that are made anew (ISR) and fetched data are shared, if its store is."
          : "cacheHandler is not set: each instance keeps pages (ISR) and fetched data for itself, and revalidatePath and "
            + "revalidateTag reach one of them only. @fortedigital/nextjs-cache-handler (Next.js 15 and later) or "
            + "@neshca/cache-handler (13.5 and 14) keep them in Redis.")
    ]
    let memory: Double? = if case .number(let bytes)? = config?["cacheMaxMemorySize"] { bytes } else { nil }
    needs.append(
      SharedNeed(
        memory == 0,
        memory == 0
          ? "cacheMaxMemorySize is 0: no instance answers from a copy of its own."
          : "cacheMaxMemorySize is not 0: an instance goes on answering from its own memory. Set it to 0 in next.config, "
            + "together with cacheHandler."))
    let uses = [config?["cacheComponents"], experimental?["cacheComponents"], experimental?["useCache"]].contains(
      .bool(true))
    let handlers = (config?["cacheHandlers"] ?? experimental?["cacheHandlers"])?.members ?? []
    let isShared = ["default", "remote"].contains { name in handlers.contains { $0.key == name && isSet($0.value) } }
    if uses || isShared {
      needs.append(
        SharedNeed(
          isShared,
          isShared
            ? "cacheHandlers has one of the app's own: what \"use cache\" keeps is shared, if its store is."
            : "cacheHandlers is not set: what \"use cache\" keeps, each instance keeps for itself. It takes a handler of your "
              + "own, which Next.js's documentation describes."))
    }
    let isElsewhere = isSet(config?["assetPrefix"])
    needs.append(
      SharedNeed(
        isElsewhere,
        isElsewhere
          ? "assetPrefix is set: scripts and styles come from there; keep those of older releases."
          : "\(olderScripts) Kamal's asset_path keeps those of one release; else put .next/static of each release on a CDN (assetPrefix) "
            + "or a volume."))
    return needs
  }

  private static let olderScripts =
    "Scripts and styles of older releases: a page that is still open asks the new instances for them, and gets 404."

  private static func isSet(_ value: JSON?) -> Bool { value?.string.map { !$0.isEmpty } ?? false }
}
