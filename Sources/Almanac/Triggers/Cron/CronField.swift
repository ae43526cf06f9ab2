/// One field of a cron expression: its name in messages, its values and their names.
struct CronField: Sendable {
  let name: String
  let range: ClosedRange<Int>
  /// Names of the values from the lower end of the range on, in capital letters.
  let valueNames: [String]
  /// The number that the first of `valueNames` stands for.
  let firstNamed: Int

  init(_ name: String, _ range: ClosedRange<Int>, valueNames: [String] = [], firstNamed: Int = 0) {
    self.name = name
    self.range = range
    self.valueNames = valueNames
    self.firstNamed = firstNamed
  }

  static let monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
  static let weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

  static let second = CronField("second", 0...59)
  static let minute = CronField("minute", 0...59)
  static let hour = CronField("hour", 0...23)
  static let dayOfMonth = CronField("day of month", 1...31)
  static let month = CronField("month", 1...12, valueNames: monthNames, firstNamed: 1)
  /// 0 and 7 are Sunday.
  static let weekday = CronField("weekday", 0...7, valueNames: weekdayNames)
  static let year = CronField("year", 1...9_999)

  func number(named name: String) -> Int? {
    valueNames.firstIndex(of: name.uppercased()).map { $0 + firstNamed }
  }
}

/// The values `low`, `low + step` … up to `high`.
struct CronSpan: Hashable, Sendable {
  var low: Int
  var high: Int
  var step = 1

  func contains(_ value: Int) -> Bool {
    value >= low && value <= high && (value - low) % step == 0
  }
}

extension [CronSpan] {
  /// The values as bits; all of them must lie in 0...63.
  var bits: UInt64 {
    var bits: UInt64 = 0
    for span in self {
      for value in stride(from: span.low, through: span.high, by: span.step) { bits |= 1 << UInt64(value) }
    }
    return bits
  }

  /// The values modulo `size` from `low` on, for ranges that wrap around the end of their field.
  func bits(modulo size: Int, from low: Int) -> UInt64 {
    var bits: UInt64 = 0
    for span in self {
      for value in stride(from: span.low, through: span.high, by: span.step) {
        bits |= 1 << UInt64((value - low) % size + low)
      }
    }
    return bits
  }
}
