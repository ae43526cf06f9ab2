/// Why a calendar file cannot be read.
public struct ICalendarError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1; of a property that is folded over several lines, the first.
  public var line: Int
  /// What is wrong and what was expected, without a full stop.
  public var problem: String

  public init(line: Int, problem: String) {
    self.line = line
    self.problem = problem
  }

  public var description: String { "Line \(line): \(problem)." }
}

extension DayCalendar {
  /// The time that the events of an iCalendar file (RFC 5545) take up: whole days, and times of day.
  ///
  /// Events that are cancelled and events without length count for nothing; an event that stands for one occurrence of
  /// another (RECURRENCE-ID) takes its place. Zones are those of the zone database; what a file itself says of them
  /// (VTIMEZONE) is not used, so that a file with old rules cannot contradict the triggers. Repeated events must be in `zone` or
  /// in no zone, because a rule of another zone has no fixed times of day here.
  ///
  /// - Parameters:
  ///   - iCalendar: the text of the file.
  ///   - zone: the IANA identifier of the zone to whose wall clocks the times are brought.
  /// - Throws: ``ICalendarError`` with the line where the text is none or says what is not supported, ``ZoneError`` where
  ///   `zone` is not known.
  public static func events(iCalendar: String, in zone: String) throws -> DayCalendar {
    var reader = ICalendarReader(zone: try ZoneDatabase.system.zone(zone))
    try reader.read(iCalendar)
    return DayCalendar(.events(try reader.events()), name: reader.name)
  }
}

/// The reading of an iCalendar file, property by property.
struct ICalendarReader {
  let zone: ZoneRules
  private(set) var name: String?
  private var components: [String] = []
  private var sawCalendar = false
  private var event: ICalendarEvent?
  private var found: [ICalendarEvent] = []

  /// Files with more bytes are refused.
  static let longest = 16 << 20
  private static let deepest = 8

  init(zone: ZoneRules) { self.zone = zone }

  /// Unfolds the lines (RFC 5545, section 3.1) and takes each property. Lines are told apart by bytes: a text value may hold
  /// what else Unicode takes for a line's end, and a fold may stand before a combining character.
  mutating func read(_ text: String) throws {
    guard text.utf8.count <= Self.longest else {
      throw ICalendarError(line: 1, problem: "the file has more than \(Self.longest >> 20) MiB")
    }
    var bytes = Array(text.utf8)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    var pending: (line: Int, bytes: [UInt8])?
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
        if pending != nil {
          pending?.bytes += line.dropFirst()
        } else if !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
          throw ICalendarError(line: number, problem: "a continuation without a line before it")
        }
        continue
      }
      try take(pending)
      pending = line.isEmpty ? nil : (number, Array(line))
    }
    try take(pending)
    if let open = components.last {
      throw ICalendarError(
        line: number,
        problem: "the file ends within \(printable(open, limit: 30)); expected END:\(printable(open, limit: 30))")
    }
    guard sawCalendar else { throw ICalendarError(line: 1, problem: "this is no calendar; expected BEGIN:VCALENDAR") }
  }

  private mutating func take(_ line: (line: Int, bytes: [UInt8])?) throws {
    guard let line else { return }
    try property(ICalendarProperty(String(decoding: line.bytes, as: UTF8.self), line: line.line))
  }

  private mutating func property(_ property: ICalendarProperty) throws {
    let line = property.line
    switch property.name {
    case "BEGIN": try begin(property.value.uppercased(), line)
    case "END":
      guard let open = components.popLast(), open == property.value.uppercased() else {
        throw ICalendarError(
          line: line, problem: "END:\(printable(property.value, limit: 30)) without its BEGIN")
      }
      if open == "VEVENT", let ended = event {
        found.append(ended)
        event = nil
      }
    case "X-WR-CALNAME" where components == ["VCALENDAR"]: name = property.text
    default:
      guard !components.isEmpty else {
        throw ICalendarError(line: line, problem: "this is no calendar; expected BEGIN:VCALENDAR")
      }
      // Alarms within an event have properties of the same names.
      if components.last == "VEVENT" { try event?.take(property, zone: zone) }
    }
  }

  private mutating func begin(_ component: String, _ line: Int) throws(ICalendarError) {
    guard !components.isEmpty || component == "VCALENDAR" else {
      throw ICalendarError(
        line: line, problem: "\(printable(component, limit: 30)) outside of a VCALENDAR; expected BEGIN:VCALENDAR")
    }
    guard components.count < Self.deepest else {
      throw ICalendarError(line: line, problem: "components lie more than \(Self.deepest) deep in each other")
    }
    sawCalendar = true
    components.append(component)
    guard component == "VEVENT" else { return }
    guard event == nil else {
      throw ICalendarError(line: line, problem: "an event within an event; expected END:VEVENT")
    }
    guard found.count < EventSet.mostEvents else {
      throw ICalendarError(line: line, problem: "more than \(EventSet.mostEvents) events")
    }
    event = ICalendarEvent(line: line)
  }

  /// The events, those that replace an occurrence of another in its place.
  func events() throws -> EventSet {
    var replaced: [String: [CivilSeconds]] = [:]
    for event in found {
      if let uid = event.uid, let occurrence = event.occurrence { replaced[uid, default: []].append(occurrence) }
    }
    var once: [Range<CivilSeconds>] = []
    var series: [EventSeries] = []
    for event in found {
      let overridden = event.occurrence == nil ? event.uid.flatMap { replaced[$0] } ?? [] : []
      switch try event.times(without: overridden) {
      case .none: break
      case .once(let ranges): once += ranges
      case .series(let repeated):
        guard series.count < EventSet.mostSeries else {
          throw ICalendarError(line: event.line, problem: "more than \(EventSet.mostSeries) events that repeat")
        }
        series.append(repeated)
      }
    }
    guard once.count <= EventSet.mostEvents else {
      throw ICalendarError(
        line: 1, problem: "the events take place \(once.count) times; expected at most \(EventSet.mostEvents)")
    }
    return try EventSet(once: once, series: series)
  }
}

/// One line of a calendar file: `NAME;PARAMETER=value:VALUE`.
struct ICalendarProperty {
  let name: String
  let parameters: [String: String]
  let value: String
  let line: Int

  init(_ text: String, line: Int) throws(ICalendarError) {
    var isQuoted = false
    var parts: [Substring] = []
    var start = text.startIndex
    var colon: String.Index?
    for index in text.utf8.indices {
      let byte = text.utf8[index]
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard !isQuoted, byte == UInt8(ascii: ";") || byte == UInt8(ascii: ":") else { continue }
      parts.append(text[start..<index])
      start = text.utf8.index(after: index)
      guard byte == UInt8(ascii: ":") else { continue }
      colon = index
      break
    }
    guard let colon, let name = parts.first, !name.isEmpty else {
      throw ICalendarError(
        line: line, problem: "\"\(printable(text, limit: 40))\" is no property; expected a name, a colon and a value")
    }
    self.name = name.uppercased()
    var parameters: [String: String] = [:]
    for part in parts.dropFirst() {
      guard let equals = part.utf8.firstIndex(of: UInt8(ascii: "=")) else {
        throw ICalendarError(
          line: line,
          problem: "the parameter \"\(printable(String(part), limit: 30))\" has no value; expected NAME=value")
      }
      let value = part[part.utf8.index(after: equals)...]
      let isWrapped = value.utf8.count >= 2 && value.utf8.first == UInt8(ascii: "\"") && value.hasSuffix("\"")
      parameters[part[..<equals].uppercased()] = String(isWrapped ? value.dropFirst().dropLast() : value)
    }
    self.parameters = parameters
    value = String(text[text.utf8.index(after: colon)...])
    self.line = line
  }

  /// The value as a text, without its escapes (RFC 5545, section 3.3.11).
  var text: String {
    var text = ""
    var isEscaped = false
    for character in value {
      if !isEscaped, character == "\\" {
        isEscaped = true
        continue
      }
      text.append(isEscaped && (character == "n" || character == "N") ? " " : character)
      isEscaped = false
    }
    return text
  }
}
