/// An RFC 5545 recurrence in Chinese.
struct ChineseRecurrence {
  private let parts: RecurrenceParts
  private var rule: RecurrenceRule { parts.rule }

  init(_ rule: RecurrenceRule, start: CivilSeconds) { parts = RecurrenceParts(rule, start: start) }

  var text: String {
    var text = "从 \(Self.local(parts.start)) 起，" + every + days
    let time = times
    if text.last == "的", time.isEmpty || time.first == "的" { text.removeLast() }
    if !time.isEmpty { text += time.first?.isASCII == true && text.last != "）" ? " " + time : time }
    if !rule.positions.isEmpty {
      text += "，每\(unit)只取其中\(ChineseWords.phrases(rule.positions.map { ChineseWords.ordinal($0, "个") }))"
    }
    if parts.weekStartMatters { text += "，一周从\(ChineseWords.weekday(parts.weekStart))开始" }
    switch rule.end {
    case .never: break
    case .count(let count): text += "，共 \(count) 次"
    case .until(let instant):
      text += StampedInstant(instant, in: .utc).map { "，至 \(ChineseWords.date($0.date)) \($0.time)（UTC）止" } ?? ""
    case .untilLocal(let local):
      let (date, second) = CivilTime.split(local)
      text +=
        second == RecurrenceParts.lastSecond
        ? "，至 \(ChineseWords.date(date))（含）止" : "，至 \(Self.local(local)) 止"
    }
    return text
  }

  private static func local(_ seconds: CivilSeconds) -> String {
    let (date, second) = CivilTime.split(seconds)
    return "\(ChineseWords.date(date)) \(Clock.text(second))"
  }

  private var unit: String {
    switch rule.frequency {
    case .yearly: "年"
    case .monthly: "月"
    case .weekly: "周"
    case .daily: "天"
    case .hourly: "小时"
    case .minutely: "分钟"
    case .secondly: "秒"
    }
  }

  private var isWithinDays: Bool { parts.isWithinDays }

  private var every: String {
    guard rule.interval > 1 else {
      // "Every week on Monday" is 每周一 in Chinese: the weekday brings its own 每周.
      return rule.frequency == .weekly && !parts.weekdays.isEmpty ? "" : "每" + unit
    }
    return "每 \(rule.interval) \(rule.frequency == .monthly ? "个" : "")\(unit)" + (isWithinDays ? "" : "的")
  }

  private var days: String {
    var text = ""
    let months = rule.months.isEmpty ? "" : ChinesePattern.months(rule.months.sorted())
    if rule.frequency == .yearly, !months.isEmpty { text += " " + months }
    if !rule.weeks.isEmpty { text += Self.numbered(rule.weeks, "第 ", "周") { ChineseWords.ordinal($0, "周") } }
    if let date = parts.date { text += " \(date.month) 月 \(date.day) 日" }
    if !parts.monthDays.isEmpty {
      let days = Self.numbered(parts.monthDays, "", "日") { ChineseWords.ordinal($0, "天") }
      switch rule.frequency {
      case .yearly: text += rule.months.isEmpty ? "每月" + days : days
      case .monthly: text += days
      default: text += "（限每月\(days)）"
      }
    }
    if !rule.yearDays.isEmpty { text += Self.numbered(rule.yearDays, "第 ", "天") { ChineseWords.ordinal($0, "天") } }
    if !parts.weekdays.isEmpty {
      let isPlainWeek = rule.frequency == .weekly && rule.interval == 1
      let isRestriction = !parts.monthDays.isEmpty || !rule.yearDays.isEmpty || rule.frequency == .daily || isWithinDays
      text += isPlainWeek ? plainWeek : isRestriction ? "（限\(weekdays)）" : text.isEmpty ? weekdays : "的\(weekdays)"
    }
    if rule.frequency != .yearly, !months.isEmpty { text += "（限 \(months)）" }
    return text
  }

  private var plainWeek: String {
    ChineseWords.everyWeekdays(DayPattern.fromMonday(parts.weekdays.map(\.weekday)))
  }

  private var weekdays: String {
    let plain = DayPattern.fromMonday(parts.weekdays.filter { $0.ordinal == 0 }.map(\.weekday))
    let numbered = parts.weekdays.filter { $0.ordinal != 0 }.map {
      ChineseWords.ordinal($0.ordinal, "个") + ChineseWords.weekday(($0.weekday + 6) % 7 + 1)
    }
    let plainText = plain.isEmpty ? [] : [(parts.hasSeveralOfAWeekday ? "每个" : "") + ChineseWords.weekdays(plain)]
    return ChineseWords.phrases(plainText + numbered)
  }

  private var times: String {
    if let clock = parts.clock { return ChineseWords.list(Clock.texts(clock)) }
    let hours = rule.hours.isEmpty ? "" : Self.numbered(rule.hours.sorted(), "", "点") { "\($0)" }
    let minutes = parts.minutes.isEmpty ? "" : Self.numbered(parts.minutes, "第 ", "分") { "\($0)" }
    let seconds = parts.seconds.isEmpty ? "" : Self.numbered(parts.seconds, "第 ", "秒") { "\($0)" }
    guard isWithinDays else { return "的" + hours + minutes + seconds }
    // What is smaller than the unit says when within it, what is larger says in which of them.
    let isHourly = rule.frequency == .hourly
    let isSecondly = rule.frequency == .secondly
    let within = (isHourly ? minutes : "") + (isSecondly ? "" : seconds)
    let limits = [hours, isHourly ? "" : minutes, isSecondly ? seconds : ""].joined()
    return (within.isEmpty ? "" : "的" + within)
      + (limits.isEmpty ? "" : "（限\(limits)）")
  }

  /// `第 1、3–5 周`, with those that are counted from the end.
  private static func numbered(
    _ values: [Int], _ before: String, _ unit: String, fromEnd: (Int) -> String
  ) -> String {
    let positive = ValueShape.ranges(values.filter { $0 >= 0 }.sorted()).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)"
    }
    let negative = values.filter { $0 < 0 }.sorted(by: >).map(fromEnd)
    let first = positive.isEmpty ? [] : [(before.isEmpty ? " " : before) + ChineseWords.list(positive) + " " + unit]
    return ChineseWords.phrases(first + negative)
  }
}
