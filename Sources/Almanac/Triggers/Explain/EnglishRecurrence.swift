/// An RFC 5545 recurrence in English.
struct EnglishRecurrence {
  private let parts: RecurrenceParts
  private var rule: RecurrenceRule { parts.rule }

  init(_ rule: RecurrenceRule, start: CivilSeconds) { parts = RecurrenceParts(rule, start: start) }

  var text: String {
    var text = EnglishWords.every(rule.interval, parts.unit) + inUnits
    if !rule.positions.isEmpty {
      let ordinals = EnglishWords.list(rule.positions.map { "the \(EnglishWords.ordinal($0))" })
      text += ", of these only \(ordinals) in each \(parts.unit)"
    }
    if parts.weekStartMatters { text += ", weeks beginning on \(EnglishWords.weekday(parts.weekStart))" }
    text += ", from \(Self.local(parts.start))"
    switch rule.end {
    case .never: break
    case .count(let count): text += ", \(count == 1 ? "once" : "\(count) times") in all"
    case .until(let instant):
      text += StampedInstant(instant, in: .utc).map { " until \(CivilText.date($0.date)) \($0.time) UTC" } ?? ""
    case .untilLocal(let local): text += " until \(Self.local(local))"
    }
    return text
  }

  private static func local(_ seconds: CivilSeconds) -> String {
    let (date, second) = CivilTime.split(seconds)
    return "\(CivilText.date(date)) \(Clock.text(second))"
  }

  private var inUnits: String {
    var text = ""
    if let date = parts.date { text += " on \(date.day) \(EnglishWords.month(date.month))" }
    if !parts.monthDays.isEmpty { text += " on \(Self.days(parts.monthDays)) of the month" }
    if !rule.yearDays.isEmpty { text += " on \(Self.days(rule.yearDays)) of the year" }
    if !parts.weekdays.isEmpty {
      let isFirst = parts.monthDays.isEmpty && rule.yearDays.isEmpty
      text += isFirst ? " on \(weekdays)" : " (only when it is \(weekdays))"
    }
    if !rule.weeks.isEmpty { text += " in \(Self.numbered(rule.weeks, "week"))" }
    if !rule.months.isEmpty { text += " in \(EnglishPattern.monthList(rule.months.sorted()))" }
    return text + times
  }

  private var times: String {
    if let clock = parts.clock { return " at " + EnglishWords.list(Clock.texts(clock)) }
    var text = ""
    if !parts.seconds.isEmpty { text += " at \(Self.numbered(parts.seconds, "second"))" }
    if !parts.minutes.isEmpty { text += (text.isEmpty ? " at " : " of ") + Self.numbered(parts.minutes, "minute") }
    if !rule.hours.isEmpty { text += (text.isEmpty ? " in " : " past ") + Self.numbered(rule.hours.sorted(), "hour") }
    return text
  }

  /// `weeks 1 to 3 and the last`; `hour 9`.
  private static func numbered(_ values: [Int], _ unit: String) -> String {
    let positive = values.filter { $0 >= 0 }.sorted()
    let negative = values.filter { $0 < 0 }.sorted(by: >).map { "the \(EnglishWords.ordinal($0)) \(unit)" }
    let first =
      positive.isEmpty ? [] : [(positive.count == 1 ? unit : unit + "s") + " " + EnglishWords.pieces(positive)]
    return EnglishWords.list(first + negative)
  }

  private static func days(_ values: [Int]) -> String { numbered(values, "day") }

  private var weekdays: String {
    let plain = parts.weekdays.filter { $0.ordinal == 0 }.map(\.weekday)
    let numbered = parts.weekdays.filter { $0.ordinal != 0 }
    var texts: [String] = []
    if !plain.isEmpty { texts.append(EnglishWords.pieces(DayPattern.fromMonday(plain), EnglishWords.weekday)) }
    if !numbered.isEmpty {
      let names = numbered.map {
        "the \(EnglishWords.ordinal($0.ordinal)) \(EnglishWords.weekday(($0.weekday + 6) % 7 + 1))"
      }
      texts.append(EnglishWords.list(names) + " of the \(parts.ordinalsCountInYear ? "year" : "month")")
    }
    return EnglishWords.list(texts)
  }
}
