/// The wall-clock times of a pattern in Chinese: from the largest unit to the smallest, as Chinese tells times.
struct ChinesePattern {
  private let pattern: CivilPattern

  init(_ pattern: CivilPattern) { self.pattern = pattern }

  var text: String {
    let shape = TimeShape(pattern.times, isEveryDay: pattern.isEveryDay)
    let time = Self.time(shape)
    var day = years + weeks + daysInYears
    if case .clock = shape, !pattern.restrictsDays { day += pattern.restrictedMonths == nil ? "每天" : "的每一天" }
    guard !day.isEmpty else { return time }
    return Self.joined(day, time)
  }

  /// A space between a Chinese character and a figure, none between two characters but where a pause helps.
  private static func joined(_ day: String, _ time: String) -> String {
    guard let first = time.unicodeScalars.first, first.value < 0x80 else { return day + "，" + time }
    return day + (day.last == "）" ? "" : " ") + time
  }

  // MARK: - Time of day

  static func time(_ shape: TimeShape) -> String {
    switch shape {
    case .clock(let times): return ChineseWords.list(Clock.texts(times))
    case .everyMinutes(let step, let window):
      return stretch(window) + ChineseWords.every(step, "分钟", single: "每分钟")
    case .everySeconds(let step, let window): return stretch(window) + ChineseWords.every(step, "秒", single: "每秒")
    case .everyHours(let step, let window): return stretch(window) + ChineseWords.every(step, "小时", single: "每小时")
    case .hourly(let minute): return minute == 0 ? "每小时整点" : "每小时的第 \(minute) 分"
    case .product(let seconds, let minutes, let hours): return product(seconds, minutes, hours)
    }
  }

  private static func stretch(_ window: DayWindow?) -> String {
    guard let window else { return "" }
    return "\(window.texts[0]) 至\(window.isOverMidnight ? "次日" : "") \(window.texts[1]) "
  }

  private static func product(_ seconds: ValueShape?, _ minutes: ValueShape, _ hours: ValueShape) -> String {
    let hour =
      switch hours {
      case .every: "每小时"
      case .stepping(let by, let from, let through): "\(from) 点至 \(through) 点之间每 \(by) 小时"
      case .pieces(let ranges): values(ranges, "", "点")
      }
    guard let seconds else {
      return minutes == .every ? "\(hour)的每一分钟" : "\(hour)的\(named(minutes, "分", "分钟"))"
    }
    let second = named(seconds, "秒", "秒")
    if minutes == .every { return hours == .every ? "每分钟的\(second)" : "\(hour)内每分钟的\(second)" }
    return "\(hour)\(named(minutes, "分", "分钟"))的\(second)"
  }

  /// `第 0、30 分`, `第 3 分起每 7 分钟（至第 59 分）`.
  private static func named(_ shape: ValueShape, _ unit: String, _ length: String) -> String {
    switch shape {
    case .every: "每一\(length)"
    case .stepping(let by, let from, let through): "第 \(from) \(unit)起每 \(by) \(length)（至第 \(through) \(unit)）"
    case .pieces(let ranges): values(ranges, "第 ", unit)
    }
  }

  private static func values(_ ranges: [ClosedRange<Int>], _ before: String, _ unit: String) -> String {
    let texts = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
    return before + ChineseWords.list(texts) + " " + unit
  }

  // MARK: - Days

  private var month: String {
    pattern.restrictedMonths.map { "每年 " + Self.months($0) } ?? "每月"
  }

  static func months(_ months: [Int]) -> String { ChineseWords.pieces(months) { "\($0) 月" }.replacingSpaces() }

  /// Where the years are told already, 每年 is not said again of the months.
  private var daysInYears: String {
    guard let years = pattern.restrictedYears, days.hasPrefix("每年 ") else { return days }
    let set = pattern.years
    let rest = days.dropFirst("每年 ".count)
    if set.first == set.last { return " " + rest }
    let isStepping = !set.isContiguous && years.count > 2 && ValueShape.distance(years) != nil
    return isStepping ? "的 " + rest : days
  }

  private var days: String {
    let day = pattern.days
    guard pattern.restrictsDays else { return pattern.restrictedMonths == nil ? "" : month }
    if day.allowsEveryDayOfMonth { return weekdays }
    guard day.restrictsWeekdays else { return dates }
    return switch day.combination {
    case .either: "\(dates)或\(weekdays)"
    case .both: "\(dates)（须为\(ChineseWords.phrases(weekdayNames, "或"))）"
    }
  }

  private var weekdays: String {
    var texts: [String] = []
    if let plain = pattern.days.restrictedWeekdays {
      let isEveryMonth = pattern.restrictedMonths == nil
      texts.append(isEveryMonth ? ChineseWords.everyWeekdays(plain) : "\(month)的" + ChineseWords.everyWeekdays(plain))
    }
    let numbered = pattern.days.countsNthAmongDays ? [] : numberedNames
    if !numbered.isEmpty {
      texts.append(month + (pattern.restrictedMonths == nil ? "" : "的") + ChineseWords.phrases(numbered))
    }
    return ChineseWords.phrases(texts)
  }

  private var numberedNames: [String] {
    pattern.days.numberedWeekdays.map {
      ChineseWords.ordinal($0.number == 0 ? -1 : $0.number, "个") + ChineseWords.weekday($0.weekday)
    }
  }

  private var weekdayNames: [String] {
    let plain = pattern.days.restrictedWeekdays.map { days in
      ValueShape.ranges(days).map { range in
        range.count == 1
          ? ChineseWords.weekday(range.lowerBound)
          : ChineseWords.weekday(range.lowerBound) + "至" + ChineseWords.weekday(range.upperBound)
      }
    }
    let numbered = pattern.days.countsNthAmongDays ? [] : numberedNames.map { "当月" + $0 }
    return (plain ?? []) + numbered
  }

  /// Said with its days: what the state makes a working day or a holiday is unknown to cron.
  private static let workday = "工作日（周一至周五）"

  /// `每月 1 日、15 日`, `每年 2 月 29 日`, `每月最后一天`.
  private var dates: String {
    let day = pattern.days
    let plain = setBits(UInt64(day.days))
    var parts: [String] = []
    if !plain.isEmpty {
      switch ValueShape(plain, in: 1...31) {
      case .stepping(let by, let from, let through): parts.append(" \(from) 日至 \(through) 日之间每 \(by) 天")
      default: parts.append(" " + ChineseWords.pieces(plain) { "\($0) 日" }.replacingSpaces())
      }
    }
    for before in setBits(UInt64(day.daysFromEnd)) { parts.append(ChineseWords.ordinal(-before - 1, "天")) }
    for near in setBits(UInt64(day.nearestWeekday)) { parts.append("离 \(near) 日最近的\(Self.workday)") }
    for before in setBits(UInt64(day.nearestWeekdayFromEnd)) {
      parts.append("离\(ChineseWords.ordinal(-before - 1, "天"))最近的\(Self.workday)")
    }
    if day.lastWorkday { parts.append("最后一个\(Self.workday)") }
    if day.countsNthAmongDays { parts += numberedNames }
    guard let months = pattern.restrictedMonths else { return month + ChineseWords.phrases(parts) }
    if months.count == 1, plain.count == 1, parts.count == 1 { return month + ChineseWords.phrases(parts) }
    return month + (parts.first?.hasPrefix("离") == true ? "" : "的") + ChineseWords.phrases(parts)
  }

  private var weeks: String {
    let weeks = setBits(pattern.days.isoWeeks)
    guard !weeks.isEmpty else { return "" }
    let texts = ValueShape.ranges(weeks).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)"
    }
    return "每年第 \(ChineseWords.list(texts)) 周（ISO）"
  }

  private var years: String {
    guard let years = pattern.restrictedYears else { return "" }
    let set = pattern.years
    if set.isContiguous {
      if set.first == set.last { return "\(set.first) 年" }
      if set.last >= CivilPattern.farYear { return "\(set.first) 年起" }
      if set.first <= 1_970 { return "\(set.last) 年以前（含）" }
      return "\(set.first) 年至 \(set.last) 年"
    }
    if let step = ValueShape.distance(years), years.count > 2 {
      return "\(set.first) 年起每 \(step) 年" + (CivilPattern.isEndless(set, step: step) ? "" : "（至 \(set.last) 年）")
    }
    return ChineseWords.pieces(years) { "\($0) 年" }.replacingSpaces()
  }
}

extension String {
  /// `1 日至3 日` with the space that stands between a character and a figure.
  fileprivate func replacingSpaces() -> String {
    var text = ""
    var previous: Character?
    for character in self {
      if let previous, previous == "至", character.isASCII { text.append(" ") }
      text.append(character)
      previous = character
    }
    return text
  }
}
