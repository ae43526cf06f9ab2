#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Trigger {
  /// How many bytes the encoded form has, where that is more than `limit`; nil where it is not.
  ///
  /// Only what can be large is encoded to be measured. For an interval, a single time or an expression of usual length this costs a few
  /// comparisons.
  package func encodedSize(beyond limit: Int) -> Int? {
    guard self.roughSize > limit / Self.mostGrowth, let bytes = try? JSONEncoder().encode(self) else { return nil }
    return bytes.count > limit ? bytes.count : nil
  }

  /// One byte of text becomes six at the most, where a control character is written as an escape.
  private static let mostGrowth = 8

  /// About how many bytes of text lie in the trigger; never much too low.
  var roughSize: Int {
    if case .rule(let rule) = self.content { rule.roughSize } else { 64 }
  }
}

extension JSONValue {
  /// About how many bytes it has as text.
  var roughSize: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .array(let elements): elements.reduce(0) { $0 + $1.roughSize + 8 }
    case .object(let members): members.reduce(0) { $0 + $1.key.utf8.count + $1.value.roughSize + 8 }
    default: 8
    }
  }
}
