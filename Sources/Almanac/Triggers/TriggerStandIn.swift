#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

public struct Trigger: Hashable, Sendable, Codable {
  enum Kind: Hashable, Sendable, Codable { case at(Instant), every(Int64, Instant?, Bool) }
  var kind: Kind
  public func next(after: Instant) -> Instant? {
    switch kind {
    case .at(let i): return i > after ? i : nil
    case .every(let step, let anchor, _):
      let a = (anchor ?? Instant(microsecondsSinceEpoch: 0)).microsecondsSinceEpoch
      if after.microsecondsSinceEpoch < a { return Instant(microsecondsSinceEpoch: a) }
      let n = (after.microsecondsSinceEpoch - a) / step + 1
      return Instant(microsecondsSinceEpoch: a + n * step)
    }
  }
  public func last(onOrBefore: Instant) -> Instant? {
    switch kind {
    case .at(let i): return i <= onOrBefore ? i : nil
    case .every(let step, let anchor, _):
      let a = (anchor ?? Instant(microsecondsSinceEpoch: 0)).microsecondsSinceEpoch
      if onOrBefore.microsecondsSinceEpoch < a { return nil }
      return Instant(microsecondsSinceEpoch: a + (onOrBefore.microsecondsSinceEpoch - a) / step * step)
    }
  }
  public func count(after: Instant, through: Instant, limit: Int) -> FireCount {
    var n = 0
    var at = after
    while let next = next(after: at), next <= through { n += 1; at = next; if n >= limit { return .atLeast(n) } }
    return .exactly(n)
  }
  public static func at(_ date: Date) -> Trigger { Trigger(kind: .at(Instant(date))) }
  public static func at(_ instant: Instant) -> Trigger { Trigger(kind: .at(instant)) }
  public static func every(_ interval: Duration, startingAt: Date? = nil, until: Date? = nil) throws -> Trigger {
    Trigger(kind: .every(max(1, interval.wholeMicroseconds), startingAt.map { Instant($0) }, startingAt == nil))
  }
  public func anchored(at: Instant) -> Trigger {
    if case .every(let step, nil, true) = kind { return Trigger(kind: .every(step, at + .microseconds(step), true)) }
    return self
  }
  public func hasSameRule(as other: Trigger) -> Bool {
    if case .every(let a, _, true) = kind, case .every(let b, _, true) = other.kind { return a == b }
    return self == other
  }
  public var isReadable: Bool { true }
  public var zoneDataVersion: String? { nil }
  public func firstFire(onceAddedAt now: Instant) -> Instant? {
    if case .at(let i) = kind { return i }
    return next(after: now)
  }
}
public enum FireCount: Hashable, Sendable {
  case exactly(Int), atLeast(Int)
  public var value: Int { switch self { case .exactly(let n), .atLeast(let n): n } }
  public var isExact: Bool { if case .exactly = self { true } else { false } }
}
