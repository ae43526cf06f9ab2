/// A calendar in Chinese: `周六至周日`, `22:00 至 06:00`, `“团队”期间`.
struct ChineseCalendar: CalendarWords {
  func text(_ calendar: DayCalendar) -> String {
    if let name = calendar.name { return "“\(printable(name, limit: 60))”期间" }
    switch calendar.content {
    case .days(let ranges):
      let days = ranges.reduce(0) { $0 + $1.count }
      guard ranges.count <= CalendarParts.mostListed, days > 0 else { return "给定的 \(days) 天" }
      return ChineseWords.list(
        ranges.map { range in
          let (first, last) = CalendarParts.dates(range)
          return first == last ? ChineseWords.date(first) : "\(ChineseWords.date(first))至 \(ChineseWords.date(last))"
        })
    case .weekdays(let bits):
      let weekdays = CalendarParts.weekdays(bits)
      return weekdays.isEmpty ? "任何一天都不" : ChineseWords.weekdays(weekdays)
    case .yearly(let months):
      let days = CalendarParts.daysOfYear(months)
      guard days.count <= CalendarParts.mostListed, !days.isEmpty else { return "每年的 \(days.count) 天" }
      return "每年 " + ChineseWords.list(days.map { "\($0.month) 月 \($0.day) 日" })
    case .times(let times):
      let windows = CalendarParts.windows(times)
      return windows.isEmpty ? "任何时刻都不" : ChineseWords.list(windows.map { "\($0.start) 至 \($0.end)" })
    case .events(let events): return "\(events.once.count + events.series.count) 个日程期间"
    case .union(let members):
      return members.isEmpty
        ? "任何一天都不" : ChineseWords.phrases(members.map { nested($0, ("（", "）")) }, "或")
    case .intersection(let members):
      return members.isEmpty ? "任何一天" : ChineseWords.phrases(members.map { nested($0, ("（", "）")) }, "且")
    case .complement(let base): return "非" + nested(base, ("（", "）"))
    }
  }

  func filtered(only: Bool, _ calendar: DayCalendar) -> String {
    if case .complement(let base) = calendar.content, calendar.name == nil {
      return filtered(only: !only, base)
    }
    return (only ? "，仅限" : "，不含") + Self.spaced(text(calendar))
  }

  func shifted(_ shift: DayShift, _ calendar: DayCalendar) -> String {
    "；不在工作日（\(text(calendar))）的，"
      + (shift == .nextBusinessDay ? "顺延到下一个工作日" : "提前到上一个工作日")
  }

  /// A space between a Chinese character and a figure.
  private static func spaced(_ text: String) -> String {
    text.first?.isASCII == true ? " " + text : text
  }
}
