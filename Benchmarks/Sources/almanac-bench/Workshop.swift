import Almanac
import Foundation
import Logging
import Synchronization

/// A job that does nothing.
struct Nothing: JobPayload {
  static let jobName = "nothing"
}

/// A job that tells how late it is.
struct Timed: JobPayload {
  static let jobName = "timed"
  /// Microseconds since 1970.
  var due: Int64
}

/// Schedulers and jobs as the scenarios want them.
enum Workshop {
  static func scheduler(
    _ store: any JobStore, slots: Int = AsyncExecutor.defaultSize, eventBuffer: Int = 4_096
  ) -> Scheduler {
    var configuration = SchedulerConfiguration()
    configuration.eventBuffer = eventBuffer
    return Scheduler(
      stores: [SchedulerConfiguration.defaultAlias: store],
      executors: [SchedulerConfiguration.defaultAlias: AsyncExecutor(size: slots)], configuration: configuration,
      logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
  }

  /// A single time a year ahead.
  static var nextYear: Trigger { .at(Date().addingTimeInterval(365 * 86_400)) }

  static func jobs(_ numbers: Range<Int>, prefix: String = "job", trigger: Trigger) -> [NewJob<Nothing>] {
    numbers.map { NewJob(Nothing(), trigger: trigger, id: JobID("\(prefix)-\($0)")) }
  }

  /// Adds so many jobs, by the thousand.
  static func fill(_ scheduler: Scheduler, _ count: Int, prefix: String = "job", trigger: Trigger) async throws {
    var start = 0
    while start < count {
      let end = min(count, start + 1_000)
      try await scheduler.add(jobs(start..<end, prefix: prefix, trigger: trigger))
      start = end
    }
  }

  /// Runs the scheduler while the body works.
  static func running(_ scheduler: Scheduler, _ body: () async throws -> Void) async throws {
    let task = Task { try await scheduler.run() }
    try await body()
    await scheduler.shutdown()
    try await task.value
  }
}

/// Counts up to a number and then lets go whoever waits.
final class Countdown: Sendable {
  private let left: Mutex<Int>
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init(_ count: Int) {
    left = Mutex(count)
    (stream, continuation) = AsyncStream.makeStream()
  }

  func tick() {
    let isDone = left.withLock { left in
      left -= 1
      return left == 0
    }
    if isDone { continuation.finish() }
  }

  func wait() async {
    for await _ in stream {}
  }
}
