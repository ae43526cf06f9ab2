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

  /// Fires once at each of the instants; several that are equal are one.
  ///
  /// As with a single one, an instant that has passed when the job is added is still owed: the job's ``CatchUp`` policy says which of several
  /// that have passed run.
  ///
  /// - Throws: ``TriggerError`` where there is no instant, or more than 256.
  public static func at(_ instants: [Instant]) throws(TriggerError) -> Trigger {
    let single = Set(instants).sorted().map { Trigger(at: $0) }
    return single.count == 1 ? single[0] : try .anyOf(single)
  }

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

  /// Fires at the times of a cron expression in which `H` stands for values that `seed` chooses, so that many jobs that
  /// say the same do not all begin at once.
  ///
  /// `H` is one value of its field, `H(a-b)` one of a range, `H/n` and `H(a-b)/n` every n-th from a chosen beginning; in
  /// the day of month, `H` alone is one of 1 to 28. The same seed chooses the same values for ever.
  ///
  /// - Parameters:
  ///   - dialect: ``CronDialect/ocps`` or ``CronDialect/crontab``; the others have no `H`.
  ///   - seed: a text that differs from job to job, such as the job's identifier. It is stored with the trigger.
  /// - Throws: as ``cron(_:dialect:in:gap:fold:)``, and ``TriggerError`` where the dialect has no `H`.
  public static func cron(
    _ expression: String, dialect: CronDialect = .ocps, in zone: String = "UTC", hash seed: String,
    gap: GapPolicy = .auto, fold: FoldPolicy = .auto
  ) throws -> Trigger {
    Trigger(try CronRule(expression, dialect: dialect, zone: zone, gap: gap, fold: fold, seed: seed))
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
