#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Trigger {
  /// Fires once, at `instant`.
  public static func at(_ instant: Instant) -> Trigger { Trigger(at: instant) }

  /// Fires once, at `date`, to the microsecond.
  public static func at(_ date: Date) -> Trigger { Trigger(at: Instant(date)) }

  /// Fires at a fixed interval of elapsed time, on the grid of `startingAt` plus whole intervals. It never drifts, and
  /// clock changes do not touch it.
  ///
  /// The first fire time is `startingAt` itself. Without it, the grid begins when the job is added, and the first fire
  /// time is one interval later. `until` is inclusive.
  ///
  /// - Throws: ``TriggerError`` where the interval is shorter than a microsecond.
  public static func every(
    _ interval: Duration, startingAt: Date? = nil, until: Date? = nil
  ) throws(TriggerError) -> Trigger {
    let microseconds = interval.saturatedMicroseconds
    guard microseconds > 0 else {
      throw TriggerError("An interval must be at least one microsecond, not \(interval).")
    }
    let rule = IntervalRule(microseconds: microseconds, anchor: startingAt.map(Instant.init), isImplicit: false)
    let trigger = Trigger(rule)
    return until.map { trigger.ending(at: $0) } ?? trigger
  }

  /// Fires at the wall-clock times of a zone that a cron expression describes.
  ///
  /// - Parameters:
  ///   - expression: the text, in the grammar of `dialect`.
  ///   - zone: the IANA identifier of the zone in which the expression is read.
  ///   - gap: what becomes of times that the clocks jump over; `.auto` for the dialect's custom.
  ///   - fold: what becomes of times that the clocks show twice; `.auto` for the dialect's custom.
  /// - Throws: ``TriggerParseError`` where the expression is none or never fires, ``ZoneError`` where the zone is not known.
  public static func cron(
    _ expression: String, dialect: CronDialect = .ocps, in zone: String = "UTC", gap: GapPolicy = .auto,
    fold: FoldPolicy = .auto
  ) throws -> Trigger {
    Trigger(try CronRule(expression, dialect: dialect, zone: zone, gap: gap, fold: fold))
  }

  /// What is kept of a stored trigger that could not be understood: it never fires and is encoded as it came.
  public static func unreadable(raw: JSONValue, reason: String) -> Trigger {
    Trigger(UnreadableRule(raw: raw, reason: reason))
  }

  /// The trigger without its fire times before `instant`, which is itself allowed.
  public func starting(at instant: Instant) -> Trigger { QualifiedRule.bounding(self, start: instant, end: nil) }

  /// The trigger without its fire times after `instant`, which is itself allowed.
  public func ending(at instant: Instant) -> Trigger { QualifiedRule.bounding(self, start: nil, end: instant) }

  /// The trigger without its fire times before `date`, which is itself allowed.
  public func starting(at date: Date) -> Trigger { starting(at: Instant(date)) }

  /// The trigger without its fire times after `date`, which is itself allowed.
  public func ending(at date: Date) -> Trigger { ending(at: Instant(date)) }
}

/// Why values make no trigger.
public struct TriggerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and what would be right, in full sentences.
  public var description: String

  public init(_ description: String) { self.description = description }
}
