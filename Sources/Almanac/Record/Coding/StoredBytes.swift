// Bytes are stored as the text that they mostly are, which an operator can read, and as base64 where they are not UTF-8.

extension KeyedDecodingContainer {
  func decodeBytes(text: Key, base64: Key) throws -> [UInt8]? {
    if let text = try self.decodeIfPresent(String.self, forKey: text) { return Array(text.utf8) }
    guard let encoded = try self.decodeIfPresent(String.self, forKey: base64) else { return nil }
    guard let bytes = Base64.decode(encoded) else {
      throw DecodingError.dataCorruptedError(
        forKey: base64, in: self, debugDescription: "\"\(base64.stringValue)\" is not base64")
    }
    return bytes
  }
}

extension KeyedEncodingContainer {
  mutating func encodeBytes(_ bytes: [UInt8]?, text: Key, base64: Key) throws {
    guard let bytes else { return }
    if let string = String(validating: bytes, as: UTF8.self) {
      try self.encode(string, forKey: text)
    } else {
      try self.encode(Base64.encode(bytes), forKey: base64)
    }
  }
}
