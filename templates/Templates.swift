/// The configuration files that nextdeploy writes for other programs, with `{{NAME}}` where a value goes.
public enum Templates {
  /// Caddy's own configuration file, where nextdeploy runs Caddy itself.
  public static func caddyfile(_ values: [String: String]) -> String {
    fill(PackageResources.Caddyfile, values)
  }

  /// One app's site block.
  public static func site(_ values: [String: String]) -> String {
    fill(PackageResources.site_caddy, values)
  }

  private static func fill(_ template: [UInt8], _ values: [String: String]) -> String {
    var text = String(decoding: template, as: UTF8.self)
    for (name, value) in values {
      text = text.split(separator: "{{\(name)}}", omittingEmptySubsequences: false).joined(separator: value)
    }
    return text
  }
}
