import Almanac
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("A job that runs at each start of the daemon")
struct StartJobTests {
  private static let text = """
    name: starts
    jobs:
      greet: {command: [echo, hi], atStart: true}
      held: {command: [echo, hi], atStart: true, paused: true}
      other: {command: [echo, hi], every: 1h}
    """

  @Test("is asked for once by each start, stays between them, and is not asked for by applying the file again")
  func starts() async throws {
    let file = try read(Self.text)
    #expect(file.jobs.map(\.runsAtStart) == [true, true, false])
    let clock = ManualClock()
    let scheduler = Scheduler(store: MemoryStore(clock: clock), clock: clock)
    let application = PlanApplication(scheduler: scheduler, file: file)
    for start in 1...3 {
      let plan = try await application.apply(now: clock.now())
      #expect(plan.count(.added) == (start == 1 ? 3 : 0))
      #expect(plan.count(.unchanged) == (start == 1 ? 0 : 3))
      try await application.runStartJobs(of: plan)
      #expect(try await scheduler.job("greet")?.runs.count == start)
      #expect(try await scheduler.job("greet")?.status == .active)
      #expect(try await scheduler.job("held")?.runs.isEmpty == true)
      #expect(try await scheduler.job("other")?.runs.isEmpty == true)
    }
  }

  @Test("atStart is true or nothing, and no other time goes with it")
  func errors() {
    #expect(throws: (any Error).self) { try read("jobs:\n  a: {shell: x, atStart: false}\n") }
    #expect(throws: (any Error).self) { try read("jobs:\n  a: {shell: x, atStart: true, every: 1h}\n") }
    #expect(throws: (any Error).self) { try read("jobs:\n  a: {shell: x, atStart: true, until: 2030-01-01}\n") }
  }
}
