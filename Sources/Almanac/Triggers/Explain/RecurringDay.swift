/// The day on which a calendar interval fires again and again, where it is the same one each time.
enum RecurringDay {
  /// It is another one each time, or every day.
  case none
  /// 1 for Monday to 7 for Sunday; nil where the day on which the job is added decides.
  case ofWeek(Int?)
  case ofMonth(Int?)
  case ofYear(CivilDate?)
}

extension CalendarIntervalRule.Spec {
  var recurringDay: RecurringDay {
    switch (years > 0, months > 0, weeks > 0, days > 0) {
    case (true, false, false, false): .ofYear(start)
    case (_, true, false, false): .ofMonth(start?.day)
    case (false, false, true, false): .ofWeek(start.map { ($0.weekday + 6) % 7 + 1 })
    default: .none
    }
  }
}
