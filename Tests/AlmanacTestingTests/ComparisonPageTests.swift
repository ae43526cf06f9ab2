import Almanac
import AlmanacTesting
import Foundation
import Testing

@Suite("The page for those who know APScheduler")
struct ComparisonPageTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  @Test("answers fifty complaints, each by tests that exist or by saying that there is nothing yet")
  func complaints() throws {
    let rows = try self.text("docs/apscheduler.md").split(separator: "\n")
      .filter { $0.prefixMatch(of: /\| \d+ \|/) != nil }
    #expect(rows.count == 50)
    let reference = /\[(\w+)\]\(\.\.\/(Tests\/[\w\/]+\.swift)\): "([^"]+)"/
    for (number, row) in rows.enumerated() {
      #expect(row.hasPrefix("| \(number + 1) |"))
      let references = row.matches(of: reference)
      #expect(!references.isEmpty || row.hasSuffix("| nothing yet |"), "\(number + 1)")
      for found in references {
        let (_, name, path, test) = found.output
        #expect(path.hasSuffix("/\(name).swift"))
        #expect(try self.text(String(path)).contains("\"\(test)\""), "\(path) has no test \"\(test)\"")
      }
    }
  }

  @Test("its example of add_job is one")
  func example() async throws {
    let scheduler = TestScheduler().scheduler
    // page.show
    try await scheduler.add(
      Send(to: "oX1"), trigger: .every(.seconds(300)), id: "send", onConflict: .replace,
      policies: JobPolicies(misfireGrace: .seconds(60), catchUp: .latest, overlap: .skip))
    // page.hide
    func code(_ block: String) -> [String] {
      block.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty && !$0.hasPrefix("//") }
    }
    func part(_ text: String, _ start: String, _ end: String) throws -> String {
      try #require(text.components(separatedBy: start).dropFirst().first?.components(separatedBy: end).first)
    }
    let shown = try part(
      self.text("Tests/AlmanacTestingTests/ComparisonPageTests.swift"), "// page" + ".show\n", "// page" + ".hide")
    #expect(try code(part(self.text("docs/apscheduler.md"), "```swift\n", "```")) == code(shown))
  }
}
