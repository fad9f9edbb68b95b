/// Files of small apps.
public enum App {
  /// A plain Node server without packages, which answers with a text.
  public static func node(_ text: String, start: String = "node server.js", extra: [String: String] = [:]) -> [String:
    String]
  {
    [
      "package.json": #"{"name": "shop", "scripts": {"start": "\#(start)"}}"#,
      "server.js": server("answer.end(\(quoted(text)))"),
    ].merging(extra) { _, own in own }
  }

  /// A server that does this for each request.
  public static func server(_ handler: String, listen: String = "process.env.PORT, '127.0.0.1'") -> String {
    """
    const server = require('http').createServer((request, answer) => { \(handler) })
    server.listen(\(listen), () => console.log('listening'))
    """
  }

  /// An app whose build command runs this shell line.
  public static func built(_ text: String, build: String) -> [String: String] {
    node(text, extra: ["nextdeploy.json": #"{"build": \#(quoted(build))}"#])
  }

  /// A text as JSON and JavaScript write it.
  public static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
