import Almanac

/// Durations as people write them: `90s`, `5m`, `1h30m`, `2d`, `250ms`.
enum DurationText {
  private static let units: [(name: String, microseconds: Int64)] = [
    ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
    ("ms", 1_000), ("us", 1),
  ]

  /// Reads a duration: whole numbers with units, the larger unit first, each unit once. A day is 24 hours, a week 7 days.
  static func parse(_ text: String) throws(SyntaxProblem) -> Duration {
    let characters = Array(text)
    guard !characters.isEmpty else {
      throw SyntaxProblem(column: 1, message: "a duration is missing; expected one such as 90s, 5m or 1h30m")
    }
    var position = 0
    var total: Int64 = 0
    var smallest = Int64.max
    while position < characters.count {
      let start = position
      var number: Int64 = 0
      while position < characters.count, let digit = characters[position].asciiDigit {
        let (scaled, overflow) = number.multipliedReportingOverflow(by: 10)
        let (sum, secondOverflow) = scaled.addingReportingOverflow(digit)
        guard !overflow, !secondOverflow else {
          throw SyntaxProblem(column: start + 1, message: "the number is too large")
        }
        number = sum
        position += 1
      }
      guard position > start else {
        throw SyntaxProblem(
          column: position + 1,
          message: "\"\(shown(characters[position]))\" is no number; a duration is written such as 90s, 5m or 1h30m")
      }
      let unitStart = position
      while position < characters.count, characters[position].isLetter { position += 1 }
      let name = String(characters[unitStart..<position])
      guard let unit = self.units.first(where: { $0.name == name }) else {
        throw self.unknownUnit(name, number: number, column: unitStart + 1, rest: characters[position...])
      }
      guard unit.microseconds < smallest else {
        throw SyntaxProblem(column: unitStart + 1, message: "units go from the larger to the smaller, each once")
      }
      smallest = unit.microseconds
      let (scaled, overflow) = number.multipliedReportingOverflow(by: unit.microseconds)
      let (sum, secondOverflow) = total.addingReportingOverflow(scaled)
      guard !overflow, !secondOverflow else {
        throw SyntaxProblem(column: start + 1, message: "the duration is too long")
      }
      total = sum
    }
    return .microseconds(total)
  }

  private static func unknownUnit(
    _ name: String, number: Int64, column: Int, rest: ArraySlice<Character>
  ) -> SyntaxProblem {
    let known = "w, d, h, m, s, ms or us"
    if name.isEmpty, let next = rest.first {
      let advice = next == "." ? "; write 1h30m for an hour and a half" : ""
      return SyntaxProblem(column: column, message: "\"\(shown(next))\" is no unit; expected \(known)\(advice)")
    }
    if name.isEmpty {
      return SyntaxProblem(
        column: column, message: "the unit is missing; expected \(known), such as \(number)s for seconds")
    }
    let meant = [
      "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
      "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w", "µs": "us",
      "msec": "ms", "millis": "ms", "S": "s", "M": "m", "H": "h", "D": "d", "W": "w",
    ][name]
    let advice = meant.map { "; did you mean \(number)\($0)?" } ?? ""
    return SyntaxProblem(column: column, message: "\"\(name)\" is no unit; expected \(known)\(advice)")
  }

  /// The exact text of a duration, as ``parse(_:)`` reads it.
  static func exact(_ duration: Duration) -> String {
    var rest = duration.wholeMicroseconds
    if rest == 0 { return "0s" }
    var text = rest < 0 ? "-" : ""
    // The least integer has no positive counterpart.
    rest = rest == .min ? .max : abs(rest)
    for unit in self.units where rest >= unit.microseconds && unit.name != "w" {
      text += "\(rest / unit.microseconds)\(unit.name)"
      rest %= unit.microseconds
    }
    return text
  }

  /// About how long it took, for people: `12 ms`, `1.23 s`, `2m 05s`, `3h 07m`, `2d 04h`.
  static func rounded(_ duration: Duration) -> String {
    let microseconds = duration.wholeMicroseconds
    if microseconds < 0 { return "-" + self.rounded(.microseconds(microseconds == .min ? .max : -microseconds)) }
    if microseconds < 1_000 { return microseconds == 0 ? "0 ms" : "<1 ms" }
    if microseconds < 1_000_000 { return "\(microseconds / 1_000) ms" }
    if microseconds < 60_000_000 {
      let hundredths = microseconds / 10_000
      return "\(hundredths / 100).\(self.padded(hundredths % 100)) s"
    }
    let seconds = microseconds / 1_000_000
    if seconds < 3_600 { return "\(seconds / 60)m \(self.padded(seconds % 60))s" }
    if seconds < 86_400 { return "\(seconds / 3_600)h \(self.padded(seconds / 60 % 60))m" }
    return "\(seconds / 86_400)d \(self.padded(seconds / 3_600 % 24))h"
  }

  private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// Sizes as people write them: `64KiB`, `10MB`, `4096`.
enum SizeText {
  private static let units: [(name: String, bytes: Int)] = [
    ("", 1), ("B", 1), ("KB", 1_000), ("KiB", 1_024), ("MB", 1_000_000), ("MiB", 1_048_576), ("GB", 1_000_000_000),
    ("GiB", 1_073_741_824),
  ]

  /// Reads a number of bytes.
  static func parse(_ text: String) throws(SyntaxProblem) -> Int {
    let digits = text.prefix { $0.asciiDigit != nil }
    let unitName = text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Int(digits) else {
      throw SyntaxProblem(
        column: 1, message: digits.isEmpty ? "a size is written such as 64KiB or 1MB" : "the number is too large")
    }
    guard let unit = self.units.first(where: { $0.name.lowercased() == unitName.lowercased() }) else {
      throw SyntaxProblem(
        column: digits.count + 1,
        message: "\"\(unitName)\" is no unit of size; expected B, KB, KiB, MB, MiB, GB or GiB")
    }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
    guard !overflow else { throw SyntaxProblem(column: 1, message: "the size is too large") }
    return bytes
  }

  /// The text of a size, in the largest unit that divides it.
  static func exact(_ bytes: Int) -> String {
    for unit in self.units.reversed() where unit.name.hasSuffix("iB") && bytes != 0 && bytes % unit.bytes == 0 {
      return "\(bytes / unit.bytes)\(unit.name)"
    }
    return "\(bytes)B"
  }
}

extension Character {
  /// The value of an ASCII digit; nil for anything else, digits of other scripts among it.
  var asciiDigit: Int64? {
    guard let byte = self.asciiValue, byte >= 0x30, byte <= 0x39 else { return nil }
    return Int64(byte - 0x30)
  }
}

/// A character fit for a message.
func shown(_ character: Character) -> String { VisibleText.line(String(character)) }
