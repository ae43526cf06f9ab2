/// A VEVENT: its times on the wall clocks of the calendar's zone.
struct ICalendarEvent {
  /// Where it begins in the file.
  let line: Int
  private(set) var uid: String?
  /// The occurrence of another event that this one replaces.
  private(set) var occurrence: CivilSeconds?
  private var start: Stamp?
  private var end: (stamp: Stamp, line: Int)?
  private var length: (seconds: Int64, line: Int)?
  private var rule: (text: String, until: CivilSeconds?, line: Int)?
  private var excluded: [CivilSeconds] = []
  private var included: [CivilSeconds] = []
  private var isCancelled = false

  init(line: Int) { self.line = line }

  /// A date or time of the file.
  private struct Stamp {
    /// What the clocks of the calendar's zone show.
    var seconds: CivilSeconds
    /// Seconds since the epoch.
    var instant: Int64
    var isDateOnly = false
    /// Whether it is of a zone with other clocks.
    var isForeign = false
  }

  mutating func take(_ property: ICalendarProperty, zone: ZoneRules) throws {
    switch property.name {
    case "UID": uid = property.value
    case "STATUS": isCancelled = property.value.uppercased() == "CANCELLED"
    case "DTSTART": start = try Self.stamp(property.value, property, zone)
    case "DTEND": end = (try Self.stamp(property.value, property, zone), property.line)
    case "DURATION": length = (try Self.duration(property), property.line)
    case "RECURRENCE-ID":
      guard property.parameters["RANGE"] == nil else {
        throw Self.failure(property, "RANGE is not supported; expected an event for each occurrence that is moved")
      }
      occurrence = try Self.stamp(property.value, property, zone).seconds
    case "EXDATE": excluded += try Self.stamps(property, zone)
    case "RDATE": included += try Self.stamps(property, zone)
    case "RRULE":
      guard rule == nil else { throw Self.failure(property, "a second RRULE; expected one at most") }
      rule = (property.value, try Self.until(property, zone), property.line)
    case "EXRULE": throw Self.failure(property, "EXRULE is not supported; expected EXDATE")
    default: break
    }
  }

  /// When an event takes place.
  enum Times {
    /// It was cancelled, or has no length.
    case none
    case once([Range<CivilSeconds>])
    case series(EventSeries)
  }

  /// - Parameter overridden: the beginnings of occurrences for which there are other events.
  func times(without overridden: [CivilSeconds]) throws -> Times {
    guard let start else {
      throw ICalendarError(
        line: line, problem: "the event has no DTSTART; expected a line such as DTSTART:20260131T090000")
    }
    guard !isCancelled else { return .none }
    if end != nil, let length {
      throw ICalendarError(line: length.line, problem: "DURATION beside DTEND; expected one of them")
    }
    var seconds = start.isDateOnly ? CivilTime.secondsPerDay : 0
    if let length { seconds = length.seconds }
    if let end {
      seconds = end.stamp.seconds - start.seconds
      // Where the clocks go back within the event, they may show its end before its beginning.
      if seconds <= 0 { seconds = end.stamp.instant - start.instant }
    }
    guard seconds >= 0 else {
      throw ICalendarError(line: end?.line ?? line, problem: "the event ends before it begins")
    }
    guard seconds > 0 else { return .none }
    guard let rule else {
      guard seconds <= EventSet.longest else {
        throw ICalendarError(
          line: end?.line ?? length?.line ?? line,
          problem: Self.clause(EventSeries.wrongLength(seconds, longest: EventSet.longest).description))
      }
      let beginnings = Set(included + [start.seconds]).subtracting(excluded + overridden)
      return .once(beginnings.map { $0..<$0 + seconds })
    }
    guard !start.isForeign else {
      throw ICalendarError(
        line: rule.line, problem: "a repeated event of another time zone; expected the zone of the calendar")
    }
    do {
      return .series(
        try EventSeries(
          EventSeries.Spec(
            start: start.seconds, length: seconds, rule: rule.text, until: rule.until,
            excluded: excluded + overridden, included: included)))
    } catch let error as TriggerParseError {
      throw ICalendarError(line: rule.line, problem: Self.clause(error.summary))
    } catch let error as TriggerError {
      throw ICalendarError(line: rule.line, problem: Self.clause(error.description))
    }
  }

  private static func clause(_ sentence: String) -> String {
    sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
  }

  private static func failure(_ property: ICalendarProperty, _ problem: String) -> ICalendarError {
    ICalendarError(line: property.line, problem: problem)
  }

  // MARK: - Values

  private static func stamps(_ property: ICalendarProperty, _ zone: ZoneRules) throws -> [CivilSeconds] {
    guard property.parameters["VALUE"]?.uppercased() != "PERIOD" else {
      throw failure(property, "\(property.name) with periods is not supported; expected dates or times")
    }
    return try property.value.split(separator: ",", omittingEmptySubsequences: false)
      .map { try stamp(String($0), property, zone).seconds }
  }

  /// A date or time, brought to the wall clocks of the zone.
  private static func stamp(
    _ text: String, _ property: ICalendarProperty, _ zone: ZoneRules
  ) throws -> Stamp {
    guard let stamp = CivilStamp(basic: text) else {
      throw failure(
        property,
        "\(property.name) has no date or time, but \"\(printable(text, limit: 30))\"; "
          + "expected a form such as 20260131 or 20260131T090000")
    }
    let own = Stamp(
      seconds: stamp.seconds, instant: zone.earliestSecond(showing: stamp.seconds), isDateOnly: stamp.isDateOnly)
    if stamp.isDateOnly { return own }
    if stamp.isUTC {
      return Stamp(seconds: local(stamp.seconds, zone), instant: stamp.seconds, isForeign: !zone.isUTC)
    }
    guard let identifier = property.parameters["TZID"], identifier != zone.identifier else {
      return own
    }
    guard let other = try? ZoneDatabase.system.zone(identifier) else {
      throw failure(property, "unknown time zone \"\(printable(identifier, limit: 60))\"; expected an IANA identifier")
    }
    // Many zones have several names.
    guard other.initialOffset != zone.initialOffset || other.transitions != zone.transitions else {
      return own
    }
    let instant = other.earliestSecond(showing: stamp.seconds)
    return Stamp(seconds: local(instant, zone), instant: instant, isForeign: true)
  }

  /// What the clocks of the zone show, within the years that can be written.
  private static func local(_ second: Int64, _ zone: ZoneRules) -> CivilSeconds {
    min(max(second + zone.offset(atSecond: second), CivilTime.first), CivilTime.last)
  }

  /// The UNTIL of a rule, which is in UTC where the event has a zone.
  private static func until(_ property: ICalendarProperty, _ zone: ZoneRules) throws -> CivilSeconds? {
    let rule: RecurrenceRule
    do {
      rule = try RecurrenceGrammar.parse(property.value)
    } catch {
      throw failure(property, clause(error.summary))
    }
    return switch rule.end {
    case .until(let instant): local(instant.secondsSinceEpoch, zone)
    case .untilLocal(let local): local
    case .never, .count: nil
    }
  }

  /// `P1D`, `PT1H30M`, `P2W`: seconds, not negative.
  private static func duration(_ property: ICalendarProperty) throws -> Int64 {
    let wrong = failure(
      property,
      "DURATION is no length of time, but \"\(printable(property.value, limit: 30))\"; "
        + "expected a form such as P1D or PT1H30M")
    var scanner = DigitScanner(property.value.utf8)
    _ = scanner.take(UInt8(ascii: "+"))
    guard scanner.take(UInt8(ascii: "P")) else { throw wrong }
    var total: Int64 = 0
    var units: [(UInt8, Int64)] = [(UInt8(ascii: "W"), 604_800), (UInt8(ascii: "D"), 86_400)]
    var isTime = false
    var count = 0
    while !scanner.isAtEnd {
      if !isTime, scanner.take(UInt8(ascii: "T")) {
        units = [(UInt8(ascii: "H"), 3_600), (UInt8(ascii: "M"), 60), (UInt8(ascii: "S"), 1)]
        isTime = true
        // At least one unit of time has to follow.
        count = 0
        continue
      }
      guard let number = scanner.number(upToDigits: 7),
        let unit = units.firstIndex(where: { scanner.peek == $0.0 }), scanner.take(units[unit].0)
      else { throw wrong }
      total += Int64(number) * units[unit].1
      units.removeFirst(unit + 1)
      count += 1
    }
    guard count > 0 else { throw wrong }
    return total
  }
}
