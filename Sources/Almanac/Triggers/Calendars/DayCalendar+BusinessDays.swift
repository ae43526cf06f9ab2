extension DayCalendar {
  /// The working days of a country whose government moves them, as in China: Monday to Friday without the holidays, and
  /// the weekend days on which is worked instead.
  ///
  /// - Parameters:
  ///   - holidays: days and ranges, as in ``days(_:)``.
  ///   - workdays: days and ranges on which is worked, also at weekends.
  /// - Throws: ``TriggerError`` where a text is no day, or a day is in both lists.
  public static func businessDays(holidays: [String], workdays: [String] = []) throws(TriggerError) -> DayCalendar {
    try businessDays(free: days(holidays), worked: days(workdays))
  }

  private static func businessDays(free: DayCalendar, worked: DayCalendar) throws(TriggerError) -> DayCalendar {
    if case .days(let freeRanges) = free.content, case .days(let workedRanges) = worked.content {
      for range in workedRanges {
        guard let both = freeRanges.first(where: { $0.overlaps(range) }) else { continue }
        let day = CivilDate(daysSinceEpoch: max(both.lowerBound, range.lowerBound))
        throw TriggerError(
          "\(CivilText.date(day)) is among the holidays and among the workdays; expected it in one of them.")
      }
    }
    return mondayToFriday.subtracting(free).union(worked)
  }

  private enum TableMember: String, CaseIterable {
    case name, source, holidays, workdays
  }

  /// The business days of a table that somebody supplies, such as
  /// `{"name": "China 2025", "holidays": ["2025-01-28/2025-02-04"], "workdays": ["2025-01-26", "2025-02-08"]}`.
  ///
  /// `holidays` is required, `workdays`, `name` and `source`, a note on where the table comes from, are not.
  ///
  /// - Throws: ``TriggerError`` that names the member and the element at fault.
  public static func businessDays(json: JSONValue) throws(TriggerError) -> DayCalendar {
    guard case .object(let members) = json else {
      throw TriggerError("A table of holidays must be a JSON object with the list \"holidays\".")
    }
    let known = TableMember.allCases.map(\.rawValue)
    if let unknown = members.keys.filter({ !known.contains($0) }).min() {
      let nearest = CronText.nearest(to: unknown, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
      throw TriggerError(
        "Unknown member \"\(printable(unknown, limit: 40))\" of a table of holidays; expected "
          + "\(known.joined(separator: ", ")).\(nearest)")
    }
    guard members[TableMember.holidays.rawValue] != nil else {
      throw TriggerError("A table of holidays must have the list \"holidays\".")
    }
    func list(_ member: TableMember) throws(TriggerError) -> DayCalendar {
      try days(in: members[member.rawValue] ?? [], member.rawValue)
    }
    func text(_ member: TableMember) throws(TriggerError) -> String? {
      guard let value = members[member.rawValue] else { return nil }
      guard let text = value.stringValue else { throw TriggerError("\"\(member.rawValue)\" must be a text.") }
      return text
    }
    var calendar = try businessDays(free: list(.holidays), worked: list(.workdays))
    _ = try text(.source)
    calendar.name = try text(.name)
    return calendar
  }

  /// A list of days, whose faults are told with the member and the element.
  private static func days(in value: JSONValue, _ member: String) throws(TriggerError) -> DayCalendar {
    guard case .array(let elements) = value else {
      throw TriggerError("\"\(member)\" must be a list of days such as \"2026-01-31\".")
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = element.stringValue else {
        throw TriggerError("\(member)[\(index)] must be a text such as \"2026-01-31\".")
      }
      do throws(TriggerError) {
        _ = try days([text])
      } catch {
        throw TriggerError("\(member)[\(index)]: \(error.description)")
      }
      texts.append(text)
    }
    return try days(texts)
  }
}
