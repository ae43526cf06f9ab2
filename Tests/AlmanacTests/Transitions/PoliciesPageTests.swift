import Almanac
import Foundation
import Testing

@Suite("docs/policies.md says what the machine does")
struct PoliciesPageTests {
  private static let page = Result {
    try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/policies.md"),
      encoding: .utf8)
  }

  /// The cells of the table under a heading, its own heading row left out.
  private static func table(_ heading: String) throws -> [[String]] {
    let lines = try self.page.get().split(separator: "\n", omittingEmptySubsequences: false)
    let section = lines.drop { $0 != "## \(heading)" }.dropFirst().prefix { !$0.hasPrefix("## ") }
    let rows = section.filter { $0.hasPrefix("|") }
    return rows.map { row in row.split(separator: "|").map(\.trimmed) }.filter { !($0.first ?? "").hasPrefix("--") }
  }

  @Test("each crossing in the table is what follows")
  func crossings() throws {
    let rows = try Self.table("Crossings").dropFirst()
    #expect(rows.count >= 60)
    for row in rows {
      try #require(row.count == 4, "\(row)")
      guard let crossing = Crossing(row[0]) else {
        Issue.record("\"\(row[0])\" is no job that can be built")
        continue
      }
      let outcome = crossing.outcome(of: row[1])
      #expect(outcome == row[2], "| \(row[0]) | \(row[1]) | \(outcome ?? "no such event") |")
    }
  }

  @Test("each answer to an event in each status is what is answered, and none is missing")
  func matrix() throws {
    let rows = try Self.table("Every status and event")
    let statuses = try #require(rows.first).dropFirst().map { JobStatus(rawValue: $0) }
    #expect(Set(statuses) == Set(JobStatus.allCases))
    #expect(rows.dropFirst().map { $0[0] } == Crossing.events)
    for row in rows.dropFirst() {
      for (status, cell) in zip(statuses, row.dropFirst()) {
        let status = try #require(status)
        let crossing = try #require(Crossing(status == .finished ? "finished" : "\(status), run going"))
        let outcome = crossing.outcome(of: row[0]) ?? "no such event"
        #expect(outcome == cell, "\(row[0]), \(status.rawValue): \(outcome)")
      }
    }
  }

  @Test("the diagram of statuses shows the moves that there are, and the words are those of the enumeration")
  func diagram() throws {
    let lines = try Self.page.get().split(separator: "\n").map(\.trimmed)
    var shown: Set<[JobStatus]> = []
    for line in lines where line.contains("-->") {
      let parts = line.split(separator: ":")[0].components(separatedBy: "-->").map { Substring($0).trimmed }
      if let from = JobStatus(rawValue: parts[0]), let to = JobStatus(rawValue: parts[1]) { shown.insert([from, to]) }
    }
    #expect(shown == StatusDiagram.moves)
    #expect(Set(shown.joined()) == Set(JobStatus.allCases))
  }

  @Test("each move of the diagram happens")
  func movesHappen() throws {
    var seen: Set<[JobStatus]> = []
    let jobs =
      ["run going", "run by hand going", "trigger ended", "trigger unreadable"]
      .flatMap { word in JobStatus.allCases.map { "\($0), fire due, \(word)" } }
      + ["finished", "finished, fire dead", "removed", "active, trigger ended, run going"]
    for job in jobs {
      let crossing = try #require(Crossing(job))
      // An active job with nothing to come, or a tombstone with something, is no record that is ever written.
      let state = crossing.record.state
      if state.status == .active, state.nextFire == nil, state.runs.isEmpty { continue }
      if state.status.isTombstone, state.nextFire != nil { continue }
      for event in Crossing.events where !event.hasPrefix("added") && !event.hasPrefix("replaced") {
        guard case .commit(let after, _)? = crossing.verdict(of: event), after.state.status != state.status else {
          continue
        }
        seen.insert([state.status, after.state.status])
      }
    }
    #expect(seen == StatusDiagram.moves)
  }
}
