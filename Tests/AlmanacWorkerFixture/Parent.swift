#if Processes
import Almanac
import AlmanacProcesses
import Foundation
import Logging

/// A parent that is there to be killed: it has workers, each with a run that does not listen, and each has begun a process.
enum Parent {
  static func run(_ size: Int) async throws {
    let workers = ProcessExecutor(size: size, logger: Logger(label: "parent") { _ in SwiftLogNoOpLogHandler() })
    let scheduler = Scheduler(
      stores: ["default": MemoryStore()], executors: ["default": workers],
      logger: Logger(label: "parent") { _ in SwiftLogNoOpLogHandler() })
    Deeds.register(scheduler.jobs)
    for number in 0..<size {
      try await scheduler.add(
        Deed(deed: "grandchild-and-deaf"), trigger: .at(SystemClock().now()), id: JobID("deed-\(number)"))
    }
    let watch = Task {
      // Until all of them have said which processes they began.
      var told: Set<String> = []
      while told.count < size {
        for job in try await scheduler.jobs() {
          guard let note = job.runs.first?.progress?.note, told.insert(note).inserted else { continue }
          print("grandchild \(note)")
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      for worker in workers.workers { print("worker \(worker.process ?? 0)") }
      print("ready")
      fflush(stdout)
    }
    try await scheduler.run()
    try await watch.value
  }
}
#endif
