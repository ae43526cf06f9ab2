import Foundation
import Testing

@testable import Almanac

@Suite("The guide to calendars says what the code does")
struct CalendarGuideTests {
  private func text(_ path: String) throws -> String {
    try String(contentsOf: TidyTests.root.appending(path: path), encoding: .utf8)
  }

  private func blocks(_ language: String) throws -> [String] {
    try text("docs/calendars.md").components(separatedBy: "```\(language)\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
  }

  @Test("each of its examples compiles: it is a part of a snippet")
  func examples() throws {
    // The formatter's spaces before a comment are not those of the guide.
    func code(_ text: String) -> [String] {
      text.split(separator: "\n").map { line in
        line.components(separatedBy: "//")[0].trimmingCharacters(in: .whitespaces)
      }
    }
    let shown = try text("Snippets/CalendarsExample.swift").components(separatedBy: "// snippet.show\n").dropFirst()
      .map { $0.components(separatedBy: "// snippet.hide")[0] }
    #expect(try blocks("swift").map(code) == shown.map(code))
    #expect(shown.count == 4)
  }

  @Test("the table that it shows is the one among the examples")
  func table() throws {
    #expect(try blocks("json") == [text("Examples/holidays-cn-2025.json")])
  }

  @Test("every kind of calendar is in its table of encoded forms")
  func kinds() throws {
    let guide = try text("docs/calendars.md")
    for kind in ["days", "weekdays", "yearly", "times", "events", "union", "intersection", "complement"] {
      #expect(guide.contains("| `\(kind)`") || guide.contains(", `\(kind)` |"), "\(kind)")
    }
  }
}
