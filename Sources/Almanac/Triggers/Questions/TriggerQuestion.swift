/// A question about a trigger in the form of one JSON object: which are the first fire times after an instant?
///
/// ```json
/// {"id": 1, "dialect": "crontab", "spec": "0 4 * * *", "tz": "Asia/Tokyo", "from": "2026-01-01T00:00:00Z", "count": 5}
/// ```
///
/// `almanac next --jsonl` answers one such object a line.
public struct TriggerQuestion: Sendable {
  /// Returned with the answer as it came.
  public var id: JSONValue
  /// The language of ``spec``: a cron dialect, or one of the other forms in ``dialects``.
  public var dialect: String
  public var spec: JSONValue
  /// The zone in which the trigger is read, an IANA identifier.
  public var zone: String
  /// Fire times after this instant are asked for.
  public var from: Instant
  /// How many of them.
  public var count: Int

  /// No question gets more fire times than this.
  public static let largestCount = 100_000

  /// The question in `json`.
  ///
  /// - Throws: ``TriggerError`` where a member is missing or has the wrong type.
  public init(json: JSONValue) throws(TriggerError) {
    guard case .object(let members) = json else { throw TriggerError("A question must be a JSON object.") }
    id = members["id"] ?? .null
    guard let dialect = members["dialect"]?.stringValue else {
      throw TriggerError("The member \"dialect\" is missing.")
    }
    guard let spec = members["spec"] else { throw TriggerError("The member \"spec\" is missing.") }
    self.dialect = dialect
    self.spec = spec
    switch members["tz"] {
    case nil, .null: zone = "UTC"
    case .string(let zone): self.zone = zone
    default: throw TriggerError("The member \"tz\" must be the name of a time zone.")
    }
    switch members["from"] {
    case nil, .null: from = .distantPast
    case .string(let text):
      guard let instant = Instant(rfc3339: text) else {
        throw TriggerError("The member \"from\" must be an RFC 3339 timestamp such as \"2026-01-31T09:30:00Z\".")
      }
      from = instant
    default: throw TriggerError("The member \"from\" must be an RFC 3339 timestamp.")
    }
    switch members["count"] {
    case nil, .null: count = 1
    case .integer(let number) where number >= 0 && number <= Int64(Self.largestCount): count = Int(number)
    default: throw TriggerError("The member \"count\" must be a whole number 0 to \(Self.largestCount).")
    }
  }

  /// The answer: fire times in the question's zone, or what is wrong. Never throws, so that one bad line of many does no
  /// harm.
  public func answer() -> JSONValue {
    do {
      let trigger = try Self.trigger(dialect: dialect, spec: spec, zone: zone)
      let zone = try ZoneDatabase.system.zone(zone)
      var fires: [JSONValue] = []
      var instant = dialect == CronDialect.quartz.rawValue ? Self.quartzStart(from, in: zone) : from
      while fires.count < count, let fire = trigger.next(after: instant) {
        fires.append(.string(fire.rfc3339(in: zone)))
        instant = fire
      }
      return ["id": id, "fires": .array(fires), "exhausted": .bool(fires.count < count)]
    } catch let error as TriggerParseError where error.reason == .neverFires {
      // Well formed, but without any fire time: for a question that is an answer, not a failure.
      return ["id": id, "fires": [], "exhausted": true, "note": .string(error.summary)]
    } catch {
      return Self.failure(error, id: id)
    }
  }

  /// Quartz takes the instant that it is asked about for a wall-clock time, and a wall-clock time that is shown twice for
  /// the second one: asked in the first round of a fold, it answers as if it were the second. A question in its dialect
  /// is answered so. ``Trigger`` itself is not: there, every fire time after the instant counts.
  private static func quartzStart(_ instant: Instant, in zone: ZoneRules) -> Instant {
    let next = instant.secondsSinceEpoch + 1
    let segment = zone.segment(containing: next)
    let repeated = segment.offset - segment.offsetAfter
    guard segment.end != .max, repeated > 0, next >= segment.end - repeated else { return instant }
    return instant + .seconds(repeated)
  }

  /// The answer to a question that is wrong: the error, with its column where there is one.
  public static func failure(_ error: any Error, id: JSONValue = .null) -> JSONValue {
    guard let error = error as? TriggerParseError else {
      return ["id": id, "error": .string(String(describing: error))]
    }
    var members: [String: JSONValue] = [
      "id": id, "error": .string(error.summary), "column": .integer(Int64(error.column)),
    ]
    if let suggestion = error.suggestion { members["suggestion"] = .string(suggestion) }
    return .object(members)
  }
}
