#if CommandLine
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("The list of nodes")
struct NodeTextTests {
  private func node(_ epoch: Int64, clockOffset: Duration?) -> Session {
    Session(
      epoch: Epoch(epoch),
      draft: SessionDraft(
        node: "node-\(epoch)", host: "host", processID: 7, version: "1", queues: nil, running: 2,
        clockOffset: clockOffset, lifetime: .seconds(15)),
      openedAt: instant("2026-11-01T00:00:00Z"), renewedAt: instant("2026-11-01T00:00:00Z"),
      expiresAt: instant("2026-11-01T00:00:15Z"))
  }

  @Test("shows how far the clock of each machine is from the store's, and marks what is more than a second")
  func clocks() throws {
    let nodes = [
      self.node(1, clockOffset: .milliseconds(12)), self.node(2, clockOffset: .milliseconds(-3_400)),
      self.node(3, clockOffset: nil),
    ]
    let table = NodeText.table(
      nodes, LocalTime(zone: try ZoneOptions.named("UTC")), now: instant("2026-11-01T00:00:01Z"))
    let plain = table.lines(width: nil, style: .plain)
    #expect(plain[0].contains("CLOCK"))
    #expect(plain[1].contains(" +12ms ") && plain[2].contains(" -3400ms ") && plain[3].contains(" - "))
    let coloured = table.lines(width: nil, style: Style(usesColor: true))
    #expect(coloured[2].contains("\u{1B}[31m-3400ms") && !coloured[1].contains("\u{1B}[31m"))
    let json = nodes.map { JSONWriter.line(NodeText.object($0, now: instant("2026-11-01T00:00:01Z"))) }
    #expect(json[1].contains("\"clockOffsetMicroseconds\":-3400000"))
    #expect(json[2].contains("\"clockOffsetMicroseconds\":null"))
  }
}
#endif
