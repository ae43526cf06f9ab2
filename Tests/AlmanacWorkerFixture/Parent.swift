#if Processes
import Almanac
import AlmanacProcesses
import Foundation
import Logging

/// A parent that is there to be killed: each of its workers has a run that does not listen, and has begun a process.
enum Parent {
  /// - Parameter path: the file in which workers note the processes that they began.
  static func run(_ size: Int, path: String) async throws {
    let silent = Logger(label: "parent") { _ in SwiftLogNoOpLogHandler() }
    let workers = ProcessExecutor(size: size, logger: silent)
    let scheduler = Scheduler(
      stores: ["default": MemoryStore()], executors: ["default": workers], logger: silent)
    Deeds.register(scheduler.jobs)
    let events = scheduler.events()
    for number in 0..<size {
      try await scheduler.add(
        Deed(deed: "grandchild-and-deaf", text: path), trigger: .at(SystemClock().now()), id: JobID("deed-\(number)"))
    }
    let watch = Task {
      // Each run says so once it has noted its process.
      var noted: Set<JobID> = []
      for await event in events {
        if case .job(let id, _, _, _, .progressed) = event.kind { noted.insert(id) }
        if noted.count == size { break }
      }
      for worker in workers.workers { print("worker \(worker.process ?? 0)") }
      print("ready")
      fflush(nil)
    }
    try await scheduler.run()
    await watch.value
  }
}
#endif
