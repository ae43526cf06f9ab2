#if CommandLine
import Almanac
import Testing

@testable import AlmanacCommands

@Suite("What is printed fits the terminal and never steers it")
struct OutputTests {
  @Test(
    "a width counts columns, not characters",
    arguments: [("abc", 3), ("日本語", 6), ("e\u{301}", 1), ("한글", 4), ("🎉", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("ｆ", 2), ("", 0)])
  func widths(_ text: String, _ width: Int) {
    #expect(VisibleText.width(text) == width)
  }

  @Test("truncation never splits a wide character and never exceeds its columns")
  func truncation() {
    #expect(VisibleText.truncated("abcdef", to: 4) == "abc…")
    #expect(VisibleText.truncated("日本語", to: 5) == "日本…")
    #expect(VisibleText.truncated("日本語", to: 4) == "日…")
    #expect(VisibleText.truncated("日本語", to: 6) == "日本語")
    #expect(VisibleText.truncated("abc", to: 0) == "")
    for columns in 0...8 {
      #expect(VisibleText.width(VisibleText.truncated("a日b本c語", to: columns)) <= columns)
    }
  }

  @Test("escape sequences and other controls are shown as what they are: nothing good")
  func controls() {
    #expect(VisibleText.line("a\u{1B}[31mb\tc\r\nd\u{7}\u{202E}") == "a\u{FFFD}[31mb c d\u{FFFD}\u{FFFD}")
    #expect(VisibleText.lines("a\nb\r\nc") == ["a", "b", "c"])
  }

  private var table: Table {
    var table = Table([
      Table.Column("ID", narrowest: 4), Table.Column("RUNS", alignment: .right), Table.Column("TITLE", narrowest: 5),
    ])
    table.add(["backup", "3", "日本語の題名"])
    table.add([Table.Cell("a-rather-long-identifier", .accent), "12", ""])
    return table
  }

  @Test("without a limit nothing is cut, and no line ends in blanks")
  func natural() {
    #expect(
      self.table.lines(width: nil, style: .plain) == [
        "ID                        RUNS  TITLE", "backup                       3  日本語の題名",
        "a-rather-long-identifier    12",
      ])
  }

  @Test("with a limit the widest column gives first", arguments: [10, 14, 20, 30, 37, 44, 80])
  func limited(_ width: Int) {
    let lines = self.table.lines(width: width, style: .plain)
    // Below the sum of the narrowest widths a table is as narrow as it can be.
    for line in lines { #expect(VisibleText.width(line) <= max(width, 4 + 4 + 5 + 4)) }
    if width == 30 { #expect(lines[2] == "a-rather-l…    12") }
  }

  @Test("colour stands around the text and not around its padding")
  func color() {
    let lines = self.table.lines(width: nil, style: .color)
    #expect(lines[2] == "\u{1B}[36ma-rather-long-identifier\u{1B}[0m    12")
    #expect(lines[0].hasPrefix("\u{1B}[1mID\u{1B}[0m  "))
  }

  private var events: EventText {
    EventText(time: LocalTime(zone: .utc), style: .plain, idWidth: 8)
  }

  private func line(_ report: Report) -> String? {
    self.events.line(
      .job("backup", jobName: "almanac.command", store: "default", revision: 2, report),
      at: instant("2026-01-31T09:30:00Z"))
  }

  @Test("an attempt that failed tells its last line and its next attempt")
  func failedAttempt() {
    let end = AttemptEnd(
      fireTime: instant("2026-01-31T09:29:00Z"), origin: .trigger, attempt: 2, claim: 1, owner: Epoch(1),
      outcome: .failed,
      failure: Failure(type: "CommandFailed", message: "exit status 3\nfirst\nlast\u{1B}[2J"),
      startedAt: instant("2026-01-31T09:29:59Z"), endedAt: instant("2026-01-31T09:30:00Z"),
      retryAt: instant("2026-01-31T09:30:08Z"))
    #expect(
      self.line(.ended(end))
        == "2026-01-31 09:30:00 Z  backup    failed     attempt 2, 1.00 s, exit status 3: last\u{FFFD}[2J, next attempt 09:30:08"
    )
  }

  @Test("fires that did not run are one line, with their number and their reason")
  func dropped() {
    let fate = Fate(
      reason: .coalesced, first: instant("2026-01-31T09:00:00Z"), last: instant("2026-01-31T09:29:00Z"),
      count: .atLeast(30))
    #expect(
      self.line(.dropped(fate))
        == "2026-01-31 09:30:00 Z  backup    not run    at least 30 fires from 2026-01-31 09:00:00 Z to 2026-01-31 09:29:00 Z: a later one runs for all"
    )
  }

  @Test("an event as JSON is one line with stable names")
  func json() {
    let order = StartOrder(
      token: FencingToken(incarnation: 7, claim: 2), fireTime: instant("2026-01-31T09:29:59Z"), origin: .hand,
      attempt: 1,
      startedAt: instant("2026-01-31T09:30:00Z"), timeoutAt: nil)
    let kind = SchedulerEvent.Kind.job(
      "b", jobName: "t", store: "default", revision: 2, .started(order, lateness: .milliseconds(1_500)))
    #expect(
      JSONWriter.line(EventJSON.object(kind, at: instant("2026-01-31T09:30:00Z"), sequence: 9))
        == #"{"at":"2026-01-31T09:30:00Z","attempt":1,"event":"started","fireTime":"2026-01-31T09:29:59Z","job":"b","latenessSeconds":1.5,"origin":"hand","revision":2,"sequence":9,"token":"7.2","type":"t"}"#
    )
  }
}
#endif
