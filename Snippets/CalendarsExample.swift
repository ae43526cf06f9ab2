// The examples of docs/calendars.md; a test holds the two to the same text.
// snippet.hide
import Almanac
import Foundation

let file = URL(filePath: CommandLine.arguments.dropFirst().first ?? "Examples/holidays-cn-2025.json")
// snippet.show
let daily = try Trigger.cron("30 9 * * *", in: "Europe/Paris")
let closed = try DayCalendar.yearly(["12-25"]).union(.weekend)

let open = try daily.excluding(closed)  // Thursday, 2026-12-24, then Monday, 2026-12-28
let quiet = try daily.only(on: closed)  // 2026-12-25, 12-26, 12-27
// snippet.hide
print(open, quiet)
// snippet.show
let payday = try Trigger.cron("30 9 15 * *", in: "Europe/Paris")
// Sunday, 2026-03-15, goes to Monday, 03-16:
let late = try payday.shifted(to: .nextBusinessDay, by: .mondayToFriday)
// Sunday, 2026-03-15, goes to Friday, 03-13:
let early = try payday.shifted(to: .previousBusinessDay, by: .mondayToFriday)
// snippet.hide
print(late, early)
// snippet.show
let table = try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: file))
let china = try DayCalendar.businessDays(json: table)
let workdays = try Trigger.cron("0 9 * * *", in: "Asia/Shanghai").only(on: china)
// snippet.hide
print(workdays)
// snippet.show
let text = try String(contentsOf: file, encoding: .utf8)
let events = try DayCalendar.events(iCalendar: text, in: "Europe/Paris")
// snippet.hide
print(events)
