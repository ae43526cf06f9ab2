/// A calendar in English: `on Saturday and Sunday`, `from 22:00 to 06:00`, `during "Team"`.
struct EnglishCalendar: CalendarWords {
  func text(_ calendar: DayCalendar) -> String {
    if let name = calendar.name { return "during \"\(printable(name, limit: 60))\"" }
    switch calendar.content {
    case .days(let ranges):
      let days = ranges.reduce(0) { $0 + $1.count }
      guard ranges.count <= CalendarParts.mostListed, days > 0 else {
        return "on \(EnglishWords.units(Int64(days), "given day"))"
      }
      return "on "
        + EnglishWords.list(
          ranges.map { range in
            let (first, last) = CalendarParts.dates(range)
            return first == last ? CivilText.date(first) : "\(CivilText.date(first)) to \(CivilText.date(last))"
          })
    case .weekdays(let bits):
      let weekdays = CalendarParts.weekdays(bits)
      return weekdays.isEmpty ? "on no day" : "on " + EnglishWords.pieces(weekdays, EnglishWords.weekday)
    case .yearly(let months):
      let days = CalendarParts.daysOfYear(months)
      guard days.count <= CalendarParts.mostListed, !days.isEmpty else { return "on \(days.count) days of every year" }
      return "on " + EnglishWords.list(days.map { "\($0.day) \(EnglishWords.month($0.month))" }) + " of every year"
    case .times(let times):
      let windows = CalendarParts.windows(times)
      return windows.isEmpty ? "at no time" : EnglishWords.list(windows.map { "from \($0.start) to \($0.end)" })
    case .events(let events):
      return "during " + EnglishWords.units(Int64(events.once.count + events.series.count), "event")
    case .union(let members):
      return members.isEmpty ? "on no day" : EnglishWords.list(members.map { nested($0, ("(", ")")) }, "or")
    case .intersection(let members):
      return members.isEmpty ? "on every day" : EnglishWords.list(members.map { nested($0, ("(", ")")) })
    case .complement(let base): return "not " + nested(base, ("(", ")"))
    }
  }

  func filtered(only: Bool, _ calendar: DayCalendar) -> String {
    if case .complement(let base) = calendar.content, calendar.name == nil {
      return filtered(only: !only, base)
    }
    return (only ? ", only " : ", except ") + text(calendar)
  }

  func shifted(_ shift: DayShift, _ calendar: DayCalendar) -> String {
    "; what falls on no business day (\(text(calendar))) moves to the "
      + (shift == .nextBusinessDay ? "next one" : "previous one")
  }
}
