/// Simplified Chinese.
struct ChineseWords: ExplanationWords {
  private static let digits = ["日", "一", "二", "三", "四", "五", "六", "日"]

  // MARK: - Small parts

  /// `一`、`二` and so on, up to ten; digits beyond.
  static func number(_ number: Int) -> String {
    let names = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
    return names.indices.contains(number) ? names[number] : " \(number) "
  }

  static func list(_ items: [String]) -> String { items.joined(separator: "、") }

  /// The last item is joined with 和, for items that are phrases of their own.
  static func phrases(_ items: [String], _ word: String = "和") -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: "、") + word + last
  }

  static func pieces(_ values: [Int], _ name: (Int) -> String) -> String {
    list(
      ValueShape.ranges(values).map { range in
        range.count == 1 ? name(range.lowerBound) : "\(name(range.lowerBound))至\(name(range.upperBound))"
      })
  }

  /// `周一`, for 1 to 7.
  static func weekday(_ weekday: Int) -> String { "周" + digits[weekday] }

  /// `周一至周五`.
  static func weekdays(_ weekdays: [Int]) -> String { pieces(weekdays, weekday) }

  /// `每周一至周五`, `每周一、周三`; not 工作日, which the state's holidays decide.
  static func everyWeekdays(_ weekdays: [Int]) -> String { "每" + self.weekdays(weekdays) }

  /// `第二个`, `最后一个`, `倒数第二个`.
  static func ordinal(_ number: Int, _ counter: String) -> String {
    if number == -1 { return "最后一\(counter)" }
    if number < 0 { return "倒数第\(self.number(-number))\(counter)" }
    return "第\(self.number(number))\(counter)"
  }

  static func date(_ date: CivilDate) -> String { "\(date.year) 年 \(date.month) 月 \(date.day) 日" }

  private func stamp(_ stamp: StampedInstant) -> String { "\(Self.date(stamp.date)) \(stamp.time)（\(stamp.offset)）" }

  static func every(_ count: Int, _ unit: String, single: String) -> String {
    count == 1 ? single : "每 \(count) \(unit)"
  }

  // MARK: - Kinds

  func at(_ time: StampedInstant) -> String { "仅一次：\(stamp(time))" }

  func pattern(_ pattern: CivilPattern) -> String { ChinesePattern(pattern).text }

  func interval(microseconds: Int64, anchor: IntervalAnchor) -> String {
    let names: [DurationParts.Unit: String] = [
      .day: "天", .hour: "小时", .minute: "分钟", .second: "秒", .millisecond: "毫秒", .microsecond: "微秒",
    ]
    let parts = DurationParts(microseconds).parts.map { "\($0.count) \(names[$0.unit] ?? "")" }
    // 每隔 would leave it open whether the units lie between the fire times.
    let text = "每 \(parts.joined(separator: " "))一次（按实际经过的时间）"
    return switch anchor {
    case .whenAdded: text + "，从添加任务时起算"
    case .added(let instant): text + "，从添加任务时（\(Self.date(instant.date)) \(instant.time) \(instant.offset)）起算"
    case .chosen(let instant): text + "，首次在 \(stamp(instant))"
    }
  }

  func calendarInterval(_ spec: CalendarIntervalRule.Spec) -> String {
    let units = [(spec.years, "年"), (spec.months, "个月"), (spec.weeks, "周"), (spec.days, "天")].filter { $0.0 > 0 }
    let time = Clock.text(spec.hour * 3_600 + spec.minute * 60 + spec.second)
    let interval =
      switch units.map({ $0.0 }) {
      case [1]: ["年": "每年", "个月": "每月", "周": "每周", "天": "每天"][units[0].1] ?? ""
      default: "每 " + units.map { "\($0.0) \($0.1)" }.joined(separator: "零 ")
      }
    let start = spec.start.map { "从 \(Self.date($0))起，" } ?? "从添加任务当天起，"
    let end = spec.end.map { "，至 \(Self.date($0))止" } ?? ""
    let of = interval.contains(" ") ? "的" : ""
    let (day, missing) =
      switch spec.recurringDay {
      case .none: ("的", "")
      case .ofWeek(let weekday?): ("的" + Self.weekday(weekday), "")
      case .ofWeek(nil): ("的同一天", "")
      case .ofMonth(let day?): ("\(of) \(day) 日", day > 28 ? "，没有 \(day) 日的月份跳过" : "")
      case .ofMonth(nil): ("的同一日", "，没有该日的月份跳过")
      case .ofYear(let date?):
        ("\(of) \(date.month) 月 \(date.day) 日", date.month == 2 && date.day == 29 ? "，没有该日的年份跳过" : "")
      case .ofYear(nil): ("的同一日期", "，没有该日期的年份跳过")
      }
    return "\(start)\(interval)\(day) \(time)\(missing)\(end)"
  }

  func recurrence(_ rule: RecurrenceRule, start: CivilSeconds) -> String { ChineseRecurrence(rule, start: start).text }

  private static let mostListed = 3

  private func times(_ times: [String]) -> String {
    times.count <= Self.mostListed ? " " + Self.list(times) : "另行列出的 \(times.count) 个时刻"
  }

  func exceptions(excluded: [String], included: [String]) -> String {
    (excluded.isEmpty ? "" : "，不含\(times(excluded))") + (included.isEmpty ? "" : "，另加\(times(included))")
  }

  func fractions(_ expression: String) -> String { "（秒的小数部分见“\(expression)”）" }

  // MARK: - Around

  func inZone(_ zone: String) -> String { zone == "UTC" ? "（UTC）" : "（\(zone) 时间）" }

  func policies(gap: GapPolicy?, fold: FoldPolicy?) -> String {
    let gapText: String? =
      switch gap {
      case nil, .auto: nil
      case .skip: "时钟拨快时被跳过的时刻不触发"
      case .atGapEnd: "时钟拨快时被跳过的时刻，在拨快后立即触发一次"
      case .shift: "时钟拨快时被跳过的时刻，按跳过的时长顺延触发"
      }
    let foldText: String? =
      switch fold {
      case nil, .auto: nil
      case .first: "时钟拨慢时重复的时刻只在第一次触发"
      case .last: "时钟拨慢时重复的时刻只在第二次触发"
      case .both: "时钟拨慢时重复的时刻两次都触发"
      }
    let texts = [gapText, foldText].compactMap(\.self)
    return texts.isEmpty ? "" : "；" + texts.joined(separator: "；")
  }

  func bounds(start: StampedInstant?, end: StampedInstant?) -> String {
    (start.map { "，不早于 \(stamp($0))" } ?? "") + (end.map { "，不晚于 \(stamp($0))" } ?? "")
  }

  func filtered(only: Bool, _ calendar: DayCalendar) -> String {
    ChineseCalendar().filtered(only: only, calendar)
  }

  func shifted(_ shift: DayShift, _ calendar: DayCalendar) -> String { ChineseCalendar().shifted(shift, calendar) }

  func combination(_ parts: [String], all: Bool) -> String {
    let numbered = parts.enumerated().map { "【\($0.offset + 1)】\($0.element)" }.joined()
    return (all ? "以下各项同时满足时：" : "满足以下任意一项时：") + numbered
  }

  func limited(to count: Int, anchor: IntervalAnchor?) -> String {
    let text = "，只取前 \(count) 次"
    return switch anchor {
    case nil, .chosen: text
    case .whenAdded: text + "（从添加任务时起计）"
    case .added(let instant): text + "（从添加任务时，即 \(Self.date(instant.date)) \(instant.time) \(instant.offset) 起计）"
    }
  }

  func other(kind: String, summary: String, zones: [String]) -> String {
    let isNamed = zones.allSatisfy(summary.contains)
    return "按 \(kind) 类规则触发：\(summary)" + (isNamed ? "" : "（\(Self.list(zones)) 时间）")
  }

  func unreadable(_ reason: String) -> String { "永不触发，因为无法读取该触发器：\(reason)" }

  func sentence(_ text: String) -> String { text + (text.hasSuffix("。") ? "" : "。") }
}
