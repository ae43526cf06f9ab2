import Foundation
import Testing

@testable import Almanac

@Suite("The guide to calendars says what the code does")
struct CalendarGuideTests {
  @Test("each of its examples compiles: it is a part of a snippet")
  func examples() throws {
    let page = try GuidePage("calendars", snippet: "CalendarsExample")
    #expect(page.examples == page.shown)
    #expect(page.shown.count == 4)
  }

  @Test("the table that it shows is the one among the examples")
  func table() throws {
    let page = try GuidePage("calendars", snippet: "CalendarsExample")
    let table = TidyTests.root.appending(path: "Examples/holidays-cn-2025.json")
    #expect(try page.blocks("json") == [String(contentsOf: table, encoding: .utf8)])
  }

  @Test("every kind of calendar is in its table of encoded forms")
  func kinds() throws {
    let guide = try GuidePage("calendars", snippet: "CalendarsExample").text
    for kind in ["days", "weekdays", "yearly", "times", "events", "union", "intersection", "complement"] {
      #expect(guide.contains("| `\(kind)`") || guide.contains(", `\(kind)` |"), "\(kind)")
    }
  }
}
