import Almanac
import CMeasure

/// Processor time of a scheduler that has nothing to do.
enum IdleScenario {
  @Sendable static func run() async throws {
    let scheduler = Workshop.scheduler(MemoryStore())
    scheduler.register(Nothing.self) { _, _ in }
    try await Workshop.fill(scheduler, 100_000, trigger: Workshop.nextYear)
    try await Workshop.running(scheduler) {
      try await Task.sleep(for: .seconds(2))
      let before = measure_cpu_ns()
      try await Task.sleep(for: .seconds(10))
      let milliseconds = Double(measure_cpu_ns() - before) / 1e6
      Report.line("idle", "100,000 pending, processor time over 10 s", "\((milliseconds * 100).rounded() / 100) ms")
    }
  }
}
