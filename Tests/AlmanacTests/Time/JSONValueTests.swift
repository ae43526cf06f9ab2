import Foundation
import Testing

@testable import Almanac

@Suite("JSON values")
struct JSONValueTests {
  @Test("every value survives the way through JSON, integers to the last bit")
  func roundTrip() throws {
    let value: JSONValue = [
      "null": nil, "yes": true, "no": false, "large": .integer(.max), "small": .integer(.min), "half": 0.5,
      "text": "a\u{0}\u{1F551}\"", "list": [1, [], [:], nil], "object": ["": 1],
    ]
    let data = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(JSONValue.self, from: data) == value)
  }

  @Test("one and true are different values")
  func kinds() throws {
    let decoded = try JSONDecoder().decode(JSONValue.self, from: Data(#"[1, true, 0, false, "1", 1.5]"#.utf8))
    #expect(decoded == [1, true, 0, false, "1", 1.5])
  }
}
