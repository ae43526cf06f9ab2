/// A time as a wall clock and a wall calendar show it, in no time zone: "the exam is on 13 June at nine".
///
/// It becomes an instant in a zone, see ``ZoneRules/instant(of:)``:
///
/// ```swift
/// let shanghai = try ZoneDatabase.system.zone("Asia/Shanghai")
/// let exam = LocalTime("2026-06-13T09:00")
/// let evening = exam?.onDay(-1, hour: 20)              // 2026-06-12T20:00
/// let reminder = evening.map { shanghai.instant(of: $0) }
/// ```
public struct LocalTime: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01 00:00:00 as the wall shows them.
  let seconds: CivilSeconds

  init(seconds: CivilSeconds) { self.seconds = seconds }

  /// - Returns: nil where there is no such time: 30 February, 24:00, a second of 60, a year that is not 1 to 9999.
  public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    guard (1...9_999).contains(year), let date = CivilDate(validYear: year, month: month, day: day),
      (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
    else { return nil }
    self.seconds = CivilTime.seconds(of: date, hour: hour, minute: minute, second: second)
  }

  /// Reads `2026-06-13T09:00` or `2026-06-13T09:00:30`, with a space for the `T` too; nil where the text is no such time.
  public init?(_ text: String) {
    let hasSeconds = text.utf8.count > 16
    var scanner = DigitScanner((hasSeconds ? text : text + ":00").utf8)
    guard let stamp = scanner.civilDateTime(separators: [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")]),
      stamp.microseconds == 0, scanner.isAtEnd, (CivilTime.first...CivilTime.last).contains(stamp.seconds)
    else { return nil }
    self.seconds = stamp.seconds
  }

  /// What the clocks of the zone show at the instant; parts of a second are dropped.
  public init(_ instant: Instant, in zone: ZoneRules) {
    self.seconds = instant.secondsSinceEpoch + Int64(zone.offset(at: instant))
  }

  public var year: Int { self.date.year }
  /// 1 for January to 12 for December.
  public var month: Int { self.date.month }
  /// From 1.
  public var day: Int { self.date.day }
  public var hour: Int { self.secondOfDay / 3_600 }
  public var minute: Int { self.secondOfDay / 60 % 60 }
  public var second: Int { self.secondOfDay % 60 }

  /// A time of day so many days later, or earlier where `days` is negative; nil where there is none.
  public func onDay(_ days: Int, hour: Int, minute: Int = 0, second: Int = 0) -> LocalTime? {
    // A million days are beyond the years that there are.
    guard (-1 << 22...1 << 22).contains(days) else { return nil }
    let date = CivilDate(daysSinceEpoch: self.date.daysSinceEpoch + days)
    return LocalTime(
      year: date.year, month: date.month, day: date.day, hour: hour, minute: minute, second: second)
  }

  public static func < (left: LocalTime, right: LocalTime) -> Bool { left.seconds < right.seconds }

  private var date: CivilDate { CivilTime.split(self.seconds).date }
  private var secondOfDay: Int { CivilTime.split(self.seconds).secondOfDay }
}

extension LocalTime: CustomStringConvertible, Codable {
  /// `2026-06-13T09:00`, with the seconds where there are any.
  public var description: String {
    let text = CivilText.dateTime(self.seconds)
    return text.hasSuffix(":00") ? String(text.dropLast(3)) : text
  }

  /// Decodes the text of ``description``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let time = LocalTime(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text.prefix(40))\" is no local time such as \"2026-06-13T09:00\"")
    }
    self = time
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(self.description)
  }
}

extension ZoneRules {
  /// The instants at which the clocks of the zone show the time: none where they jump over it, two where they show it twice.
  public func instants(showing local: LocalTime) -> [Instant] {
    let (first, last) = self.seconds(showing: local.seconds)
    var instants: [Instant] = []
    if let first { instants.append(Instant(secondsSinceEpoch: first)) }
    if let last, last != first { instants.append(Instant(secondsSinceEpoch: last)) }
    return instants
  }

  /// The instant that is meant by the time: the first one where the clocks show it twice, and where they jump over it the one that is later by
  /// the length of the jump, so that 02:30 means 03:30.
  public func instant(of local: LocalTime) -> Instant {
    switch self.resolve(local.seconds) {
    case .unique(let offset): Instant(secondsSinceEpoch: local.seconds - Int64(offset))
    case .fold(let before, _, _), .gap(let before, _, _): Instant(secondsSinceEpoch: local.seconds - Int64(before))
    }
  }
}
