#if PostgreSQL
import Almanac
import AlmanacStoreScenes
import AlmanacTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import AlmanacPostgreSQL

@Suite("A standby takes the server's place")
struct PostgreSQLFailoverTests {
  private struct Tick: JobPayload {
    static let jobName = "tick"
  }

  @Test("schedulers find it by themselves, and go on with all that was answered")
  func failover() async throws {
    let server = try await OwnServer.postgreSQL()
    let schema = TestSchema(on: try await server.addStandby())
    let schedulers = try (0..<2).map { node in
      Scheduler(
        store: try schema.store(), configuration: SchedulerConfiguration(node: "node-\(node)"),
        logger: Logger(label: "failover") { _ in SwiftLogNoOpLogHandler() })
    }
    let ran = Mutex<[String: Int]>([:])
    for scheduler in schedulers {
      scheduler.register(Tick.self) { _, context in
        ran.withLock { $0["\(context.jobID) \(context.fireInstant)", default: 0] += 1 }
      }
    }
    try await schedulers[0].add(Tick(), trigger: .every(.milliseconds(200)), id: "tick")
    let running = schedulers.map { scheduler in Task { try await scheduler.run() } }
    func count() -> Int { ran.withLock { $0.count } }
    while count() < 5 { await pause(.milliseconds(20)) }
    try await schedulers[1].add(Tick(), trigger: .at(SystemClock().now() + .seconds(3_600)), id: "answered")
    try await server.failOver()
    let before = count()
    while count() < before + 10 { await pause(.milliseconds(20)) }
    #expect(try await schedulers[0].job("answered") != nil)
    #expect(try await schema.sql("select pg_is_in_recovery()::text") == [["false"]])
    for scheduler in schedulers { await scheduler.shutdown() }
    for task in running { try await task.value }
    #expect(ran.withLock { $0.values.allSatisfy { $0 == 1 } }, "no fire was begun twice")
    try await server.stop()
  }
}
#endif
