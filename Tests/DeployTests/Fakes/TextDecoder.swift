/// A decoder that holds one string, as a member of a state file is.
struct TextDecoder: Decoder, SingleValueDecodingContainer {
  let text: String
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  init(_ text: String) { self.text = text }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
  func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> { throw Unexpected("an object") }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unexpected("a list") }
  func decodeNil() -> Bool { false }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let value = text as? Value { return value }
    if let number = UInt16(text) as? Value { return number }
    throw Unexpected("a \(type)")
  }
}
