import Almanac
import AlmanacTesting
import Synchronization
import Testing

@Suite("A manual clock turns only by hand")
struct ManualClockTests {
  private let clock = ManualClock(now: Instant(microsecondsSinceEpoch: 0), uptime: .zero)
  private let log = Log()

  @Test("advancing moves wall and uptime by the same")
  func advancing() {
    self.clock.advance(by: .seconds(5))
    #expect(self.clock.now() == .at(5))
    #expect(self.clock.uptime() == .seconds(5))
    self.clock.advance(to: .at(3))
    #expect(self.clock.now() == .at(5), "a target that has passed changes nothing")
  }

  @Test("timers fire in the order of deadlines, then of setting, each at its own time")
  func order() {
    for (seconds, name) in [(3, "c"), (1, "a"), (2, "b1"), (2, "b2"), (9, "later")] {
      _ = self.clock.timer(at: .at(seconds)) {
        self.log.add("\(name)@\(self.clock.now().microsecondsSinceEpoch / 1_000_000)")
      }
    }
    self.clock.advance(to: .at(5))
    #expect(self.log.lines == ["a@1", "b1@2", "b2@2", "c@3"])
    #expect(self.clock.now() == .at(5))
    #expect(self.clock.earliestTimer == .at(9))
  }

  @Test("a timer that a timer sets fires on the same way if it is due")
  func chain() {
    _ = self.clock.timer(at: .at(1)) {
      _ = self.clock.timer(at: .at(2)) { self.log.add("second@\(self.clock.uptime())") }
    }
    self.clock.advance(to: .at(4))
    #expect(self.log.lines == ["second@\(Duration.seconds(2))"])
    #expect(self.clock.timerCount == 0)
  }

  @Test("a timer for a time that has come fires at once")
  func atOnce() {
    _ = self.clock.timer(at: .at(0)) { self.log.add("now") }
    #expect(self.log.lines == ["now"])
  }

  @Test("a cancelled timer does not fire")
  func cancelled() {
    let timer = self.clock.timer(at: .at(1)) { self.log.add("never") }
    timer.cancel()
    self.clock.advance(to: .at(2))
    #expect(self.log.lines == [])
  }

  @Test("setting the wall leaves the uptime, forward and back")
  func setting() {
    _ = self.clock.timer(at: .at(10)) { self.log.add("at \(self.clock.now().microsecondsSinceEpoch / 1_000_000)") }
    self.clock.set(to: .at(60))
    #expect(self.log.lines == ["at 60"])
    self.clock.set(to: .at(30))
    #expect(self.clock.now() == .at(30))
    #expect(self.clock.uptime() == .zero)
  }

  @Test("one who waits for a timer goes on when it is set, before or after")
  func waiting() async throws {
    async let later = self.clock.waitForTimer(atOrBefore: .at(5))
    _ = self.clock.timer(at: .at(7)) {}
    _ = self.clock.timer(at: .at(4)) {}
    #expect(try await later == .at(4))
    #expect(try await self.clock.waitForTimer(at: .at(7)) == .at(7))
  }

  @Test("one who waits and is cancelled is let go")
  func cancelledWait() async {
    let clock = self.clock
    let task = Task { try await clock.waitForTimer() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

private final class Log: Sendable {
  private let state = Mutex<[String]>([])
  var lines: [String] { self.state.withLock { $0 } }
  func add(_ line: String) { self.state.withLock { $0.append(line) } }
}

extension Instant {
  fileprivate static func at(_ seconds: Int) -> Instant {
    Instant(microsecondsSinceEpoch: Int64(seconds) * 1_000_000)
  }
}
