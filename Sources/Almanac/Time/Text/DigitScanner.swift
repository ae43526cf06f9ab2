/// A reader of the fixed forms of dates and times, over the bytes of a text; every method returns nil and traps on
/// nothing where the text has another form.
package struct DigitScanner {
  private var rest: Substring.UTF8View

  package init(_ text: String.UTF8View) { rest = text[...] }

  package var isAtEnd: Bool { rest.isEmpty }

  package var peek: UInt8? { rest.first }

  /// Takes `byte` if it comes next.
  package mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest.removeFirst()
    return true
  }

  package mutating func take(anyOf bytes: [UInt8]) -> UInt8? {
    guard let first = rest.first, bytes.contains(first) else { return nil }
    rest.removeFirst()
    return first
  }

  /// Exactly `count` decimal digits.
  package mutating func number(digits count: Int) -> Int? {
    var value = 0
    for _ in 0..<count {
      guard let byte = rest.first, byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
      rest.removeFirst()
    }
    return value
  }

  /// One decimal digit or more, at most `most`.
  package mutating func number(upToDigits most: Int) -> Int? {
    var value: Int?
    for _ in 0..<most {
      guard let byte = rest.first, byte >= 0x30, byte <= 0x39 else { break }
      value = (value ?? 0) * 10 + Int(byte - 0x30)
      rest.removeFirst()
    }
    return value
  }

  /// `2026-01-31`, a day that exists.
  package mutating func civilDate() -> CivilDate? {
    guard let year = number(digits: 4), take(UInt8(ascii: "-")), let month = number(digits: 2),
      take(UInt8(ascii: "-")), let day = number(digits: 2)
    else { return nil }
    return CivilDate(validYear: year, month: month, day: day)
  }

  /// `09:30`, `09:30:00` or `09:30:00.123456789`, as seconds of the day and microseconds; `:60` counts on.
  package mutating func timeOfDay(needsSeconds: Bool = true) -> (seconds: Int, microseconds: Int64)? {
    guard let hour = number(digits: 2), hour < 24, take(UInt8(ascii: ":")), let minute = number(digits: 2), minute < 60
    else { return nil }
    guard take(UInt8(ascii: ":")) else { return needsSeconds ? nil : (hour * 3_600 + minute * 60, 0) }
    guard let second = number(digits: 2), second <= 60 else { return nil }
    var microseconds: Int64 = 0
    if take(UInt8(ascii: ".")) {
      guard let fraction = fraction() else { return nil }
      microseconds = fraction
    }
    return (hour * 3_600 + minute * 60 + second, microseconds)
  }

  /// One digit or more after a decimal point, as microseconds; digits beyond the sixth are dropped, more than `mostDigits`
  /// refused.
  package mutating func fraction(mostDigits: Int = .max) -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let byte = rest.first, byte >= 0x30, byte <= 0x39 {
      if count < 6 { value = value * 10 + Int64(byte - 0x30) }
      count += 1
      rest.removeFirst()
    }
    guard count > 0, count <= mostDigits else { return nil }
    for _ in min(count, 6)..<6 { value *= 10 }
    return value
  }

  /// A date, one of `separators` and a time of day.
  package mutating func civilDateTime(separators: [UInt8]) -> (seconds: CivilSeconds, microseconds: Int64)? {
    guard let date = civilDate(), take(anyOf: separators) != nil, let time = timeOfDay() else { return nil }
    return (CivilTime.seconds(of: date) + Int64(time.seconds), time.microseconds)
  }

  /// `Z` or `±hh:mm`, in seconds east of UTC.
  package mutating func offset() -> Int? {
    if take(anyOf: [UInt8(ascii: "Z"), UInt8(ascii: "z")]) != nil { return 0 }
    guard let sign = take(anyOf: [UInt8(ascii: "+"), UInt8(ascii: "-")]), let hours = number(digits: 2), hours < 24,
      take(UInt8(ascii: ":")), let minutes = number(digits: 2), minutes < 60
    else { return nil }
    let seconds = hours * 3_600 + minutes * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }
}
