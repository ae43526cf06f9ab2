/// An RFC 5545 recurrence in English.
struct EnglishRecurrence {
  private let parts: RecurrenceParts
  private var rule: RecurrenceRule { parts.rule }

  init(_ rule: RecurrenceRule, start: CivilSeconds) { parts = RecurrenceParts(rule, start: start) }

  var text: String {
    var text = EnglishWords.every(rule.interval, parts.unit) + inUnits
    if !rule.positions.isEmpty {
      let ordinals = EnglishWords.list(rule.positions.map { "the \(EnglishWords.ordinal($0))" })
      text += ", of these only \(ordinals) of each \(parts.unit)"
    }
    if parts.weekStartMatters { text += ", weeks beginning on \(EnglishWords.weekday(parts.weekStart))" }
    text += ", from \(Self.local(parts.start))"
    switch rule.end {
    case .never: break
    case .count(let count): text += ", \(count == 1 ? "once" : "\(count) times") in all"
    case .until(let instant):
      text += StampedInstant(instant, in: .utc).map { " until \(CivilText.date($0.date)) \($0.time) UTC" } ?? ""
    case .untilLocal(let local):
      let (date, second) = CivilTime.split(local)
      text += second == RecurrenceParts.lastSecond ? " through \(CivilText.date(date))" : " until \(Self.local(local))"
    }
    return text
  }

  private static func local(_ seconds: CivilSeconds) -> String {
    let (date, second) = CivilTime.split(seconds)
    return "\(CivilText.date(date)) \(Clock.text(second))"
  }

  private var inUnits: String {
    if rule.frequency == .daily { return (days.isEmpty ? "" : " (only\(days))") + times }
    guard parts.isWithinDays else { return days + times }
    let limits = [days, limits].filter { !$0.isEmpty }.joined()
    return times + (limits.isEmpty ? "" : ", only" + limits)
  }

  private var days: String {
    var text = ""
    // In a year the months say of what the days are; elsewhere they leave out some of what the rest says.
    let inMonths = rule.months.isEmpty ? "" : EnglishPattern.monthList(rule.months.sorted())
    let isOfMonths = rule.frequency == .yearly && !inMonths.isEmpty
    let month = isOfMonths ? inMonths : "the month"
    var saysMonths = inMonths.isEmpty
    if let date = parts.date { text += " on \(date.day) \(EnglishWords.month(date.month))" }
    if !parts.monthDays.isEmpty {
      let isOneDate = isOfMonths && rule.months.count == 1 && parts.monthDays.count == 1 && parts.monthDays[0] > 0
      text += isOneDate ? " on \(parts.monthDays[0]) \(month)" : " on \(Self.days(parts.monthDays)) of \(month)"
      saysMonths = saysMonths || isOfMonths
    }
    if !rule.yearDays.isEmpty { text += " on \(Self.days(rule.yearDays)) of the year" }
    if !parts.weekdays.isEmpty {
      if parts.monthDays.isEmpty && rule.yearDays.isEmpty {
        text += " on \(weekdays(of: month))"
        saysMonths = saysMonths || isOfMonths && parts.weekdays.contains { $0.ordinal != 0 }
      } else {
        text += " (only when it is \(weekdays(of: month)))"
      }
    }
    if !rule.weeks.isEmpty { text += " in \(Self.numbered(rule.weeks, "week"))" }
    if !saysMonths { text += rule.frequency == .monthly ? " (only in \(inMonths))" : " in \(inMonths)" }
    return text
  }

  private var times: String {
    if let clock = parts.clock { return " at " + EnglishWords.list(Clock.texts(clock)) }
    let isLimited = parts.isWithinDays
    var text = ""
    if !parts.seconds.isEmpty, !isLimited || rule.frequency != .secondly {
      text += " at \(Self.numbered(parts.seconds, "second"))"
    }
    if !parts.minutes.isEmpty, !isLimited || rule.frequency == .hourly {
      text += (text.isEmpty ? " at " : " of ") + Self.numbered(parts.minutes, "minute")
    }
    if !rule.hours.isEmpty, !isLimited {
      text += (text.isEmpty ? " in " : " past ") + Self.numbered(rule.hours.sorted(), "hour")
    }
    return text
  }

  /// What a rule of hours, minutes or seconds leaves out of the units that it steps through.
  private var limits: String {
    let isSecondly = rule.frequency == .secondly
    let texts = [
      isSecondly && !parts.seconds.isEmpty ? Self.numbered(parts.seconds, "second") : nil,
      rule.frequency != .hourly && !parts.minutes.isEmpty ? Self.numbered(parts.minutes, "minute") : nil,
      rule.hours.isEmpty ? nil : Self.numbered(rule.hours.sorted(), "hour"),
    ].compactMap(\.self)
    return texts.isEmpty ? "" : " in " + texts.joined(separator: " of ")
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

  private func weekdays(of month: String) -> String {
    let plain = parts.weekdays.filter { $0.ordinal == 0 }.map(\.weekday)
    let numbered = parts.weekdays.filter { $0.ordinal != 0 }
    var texts: [String] = []
    if !plain.isEmpty {
      let names = EnglishWords.pieces(DayPattern.fromMonday(plain), EnglishWords.weekday)
      texts.append(parts.hasSeveralOfAWeekday ? "each \(names)" : names)
    }
    if !numbered.isEmpty {
      let names = numbered.map {
        "the \(EnglishWords.ordinal($0.ordinal)) \(EnglishWords.weekday(($0.weekday + 6) % 7 + 1))"
      }
      texts.append(EnglishWords.list(names) + " of \(parts.ordinalsCountInYear ? "the year" : month)")
    }
    return EnglishWords.list(texts)
  }
}
