import Synchronization
import Testing

@testable import Almanac

@Suite("The machine's clock", .timeLimit(.minutes(1)))
struct SystemClockTests {
  private let clock = SystemClock()

  /// Waits for as many reports as there are timers.
  private func reports(_ count: Int, _ set: (@escaping @Sendable (Int) -> Void) -> Void) async -> [Int] {
    let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
    set { continuation.yield($0) }
    var seen: [Int] = []
    for await number in stream {
      seen.append(number)
      if seen.count == count { break }
    }
    return seen
  }

  @Test("timers on both dials fire in the order of their times, and none of them early")
  func order() async {
    let clock = self.clock
    let early = Mutex<[Int]>([])
    let begin = (wall: clock.now(), uptime: clock.uptime())
    let order = (0..<200).map { ($0 * 37) % 200 }
    for onWall in [true, false] {
      let seen = await self.reports(200) { report in
        for number in order {
          let delay: Duration = .milliseconds(20) + .microseconds(number * 100)
          if onWall {
            let deadline = clock.now() + delay
            _ = clock.timer(at: deadline) {
              if clock.now() < deadline { early.withLock { $0.append(number) } }
              report(number)
            }
          } else {
            let end = clock.uptime() + delay
            _ = clock.timer(after: delay) {
              if clock.uptime() < end { early.withLock { $0.append(number) } }
              report(number)
            }
          }
        }
      }
      #expect(Set(seen) == Set(0..<200))
    }
    #expect(early.withLock { $0 } == [])
    #expect(clock.now() > begin.wall && clock.uptime() > begin.uptime)
  }

  @Test("equal times are called in the order in which they were set")
  func ties() async {
    let deadline = self.clock.now() + .milliseconds(20)
    let seen = await self.reports(100) { report in
      for number in 0..<100 { _ = self.clock.timer(at: deadline) { report(number) } }
    }
    #expect(seen == Array(0..<100))
  }

  @Test("an earlier timer that is set while a later one is waited for does not wait for it")
  func earlier() async {
    let late = self.clock.timer(after: .seconds(3_600)) {}
    defer { late.cancel() }
    let begin = self.clock.uptime()
    _ = await self.reports(1) { report in _ = self.clock.timer(after: .milliseconds(5)) { report(1) } }
    #expect(self.clock.uptime() - begin < .seconds(60))
  }

  @Test("timers that were taken back are dropped, however many there are")
  func cancelled() {
    for _ in 0..<20_000 {
      self.clock.timer(after: .seconds(3_600)) {}.cancel()
      self.clock.timer(at: self.clock.now() + .seconds(3_600)) {}.cancel()
    }
    // Other tests of this process have some of their own.
    #expect(AlarmThread.shared.keptCount < 10_000)
  }

  @Test("what a timer calls may set timers and take them back")
  func reentrant() async {
    let clock = self.clock
    let seen = await self.reports(1) { report in
      _ = clock.timer(after: .milliseconds(1)) {
        clock.timer(after: .milliseconds(1)) {}.cancel()
        _ = clock.timer(at: clock.now() + .milliseconds(1)) {
          _ = clock.timer(at: clock.now()) { report(7) }
        }
      }
    }
    #expect(seen == [7])
  }

  #if os(Linux)
  @Test("on Linux a wall that is set is noticed at once")
  func notices() {
    #expect(AlarmThread.shared.isRunning && AlarmThread.shared.noticesSetClock)
  }
  #endif
}
