import Almanac
import CMeasure
import Foundation

/// 10,000 jobs that are due at one instant: fires a second, from that instant to the last one.
enum BurstScenario {
  private static let count = 10_000

  @Sendable static func run() async throws {
    for slots in [AsyncExecutor.defaultSize, count] {
      try await measure("no history, no subscriber", slots: slots, history: false)
      try await measure("history and a subscriber", slots: slots, history: true)
    }
  }

  private static func measure(_ name: String, slots: Int, history: Bool) async throws {
    var figures: [Int64] = []
    for _ in 0..<5 { figures.append(try await once(slots: slots, history: history)) }
    Report.line(
      "burst", "10,000 at once, \(Report.count(Double(slots))) slots, \(name)",
      Report.rate(count, Report.percentile(figures, 0.5), "fires"))
  }

  private static func once(slots: Int, history: Bool) async throws -> Int64 {
    let store = MemoryStore(options: .init(historyLimit: history ? 100_000 : 0))
    let scheduler = Workshop.scheduler(store, slots: slots, eventBuffer: 100_000)
    let countdown = Countdown(count)
    scheduler.register(Nothing.self) { _, _ in countdown.tick() }
    let due = SystemClock().now() + .milliseconds(600)
    try await Workshop.fill(scheduler, count, trigger: .at(due))
    let subscriber = history ? Task { for await _ in scheduler.events() {} } : nil
    var end = due
    try await Workshop.running(scheduler) {
      await countdown.wait()
      end = SystemClock().now()
    }
    subscriber?.cancel()
    return Int64((end - due) / .nanoseconds(1))
  }
}
