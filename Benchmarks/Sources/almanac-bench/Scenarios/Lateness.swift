import Almanac
import CMeasure
import Foundation
import Synchronization

/// How late jobs are, beside how late the kernel's own timer is: half a period apart, in the same five seconds.
enum LatenessScenario {
  private static let pending = 100_000
  private static let fires = 5_000
  private static let period: Int64 = 1_000

  @Sendable static func run() async throws {
    for pass in 1...3 { try await measure(pass) }
  }

  private static func measure(_ pass: Int) async throws {
    let store = MemoryStore()
    let scheduler = Workshop.scheduler(store)
    let clock = SystemClock()
    let countdown = Countdown(fires)
    let lateness = Mutex<[Int64]>([])
    lateness.withLock { $0.reserveCapacity(fires) }
    scheduler.register(Timed.self) { job, _ in
      let late = clock.now().microsecondsSinceEpoch - job.due
      lateness.withLock { $0.append(late) }
      countdown.tick()
    }
    scheduler.register(Nothing.self) { _, _ in }
    try await Workshop.fill(scheduler, pending, trigger: Workshop.nextYear)
    let first = clock.now().microsecondsSinceEpoch + 1_000_000
    let jobs = (0..<fires).map { number in
      let due = first + Int64(number) * period
      return NewJob(
        Timed(due: due), trigger: .at(Instant(microsecondsSinceEpoch: due)), id: JobID("timed-\(number)"))
    }
    try await scheduler.add(jobs)
    let kernel = KernelTimer(first: first + period / 2, period: period, count: fires)
    try await Workshop.running(scheduler) { await countdown.wait() }
    let own = await kernel.lateness()
    let ours = lateness.withLock { $0 }
    func show(_ name: String, _ values: [Int64]) {
      let figures = [("p50", 0.5), ("p99", 0.99)].map {
        "\($0.0) \(Report.count(Double(Report.percentile(values, $0.1)))) µs"
      }
      let early = values.filter { $0 < 0 }.count
      Report.line(
        "lateness", "\(name), 1,000/s for 5 s, pass \(pass)",
        figures.joined(separator: ", ") + (early > 0 ? ", \(early) too early" : ""))
    }
    show("kernel timer", own)
    show("Almanac, 100,000 pending", ours)
  }
}

/// The kernel's timer on a thread of its own.
final class KernelTimer: Sendable {
  private let stream: AsyncStream<[Int64]>

  init(first: Int64, period: Int64, count: Int) {
    let (stream, continuation) = AsyncStream.makeStream(of: [Int64].self)
    self.stream = stream
    Thread.detachNewThread {
      var lateness = [Int64](repeating: 0, count: count)
      let answer = measure_kernel_timer(first, period, Int32(count), &lateness)
      continuation.yield(answer == 0 ? lateness : [])
      continuation.finish()
    }
  }

  func lateness() async -> [Int64] {
    for await values in stream { return values }
    return []
  }
}
