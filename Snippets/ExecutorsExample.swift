// The examples of docs/executors.md; a test holds the two to the same text.
// snippet.hide
import Almanac
import AlmanacTesting
import Dispatch
import Foundation

let store = MemoryStore()
let queue = DispatchQueue(label: "database")

struct Report: Job {
  var day: String
  func run(in context: JobContext) async throws {}
}

func compress(_ path: String) throws {}

@MainActor final class Badge {
  var count = 0
}
let badge = Badge()

struct SetBadge: JobPayload {
  var count: Int
}
// snippet.show
struct Compress: Job {
  var path: String

  func run(in context: JobContext) throws {  // a synchronous function
    try compress(self.path)
  }
}

let scheduler = Scheduler(
  stores: ["default": store],
  executors: ["default": AsyncExecutor(), "threads": ThreadExecutor(size: 4)])

scheduler.register(Compress.self, executor: "threads")  // all jobs of the type,
try await scheduler.add(Compress(path: "/srv/a"), trigger: .every(.seconds(60)))
try await scheduler.add(
  Report(day: "today"), trigger: .every(.seconds(60)),
  options: JobOptions(executor: "threads"))  // or this one
// snippet.hide
let running = Task { try await scheduler.run() }
// snippet.show
try await scheduler.addExecutor(DispatchQueueExecutor(queue, size: 1), as: "database")
try await scheduler.removeExecutor("database")  // its runs are waited for
// snippet.show
let nodes = try await scheduler.nodes()
for job in try await scheduler.jobs().jobs
where job.isWaitingForExecutor(among: nodes, at: SystemClock().now()) {
  print("\(job.id) waits for an executor \(job.executor)")
}
// snippet.show
let deep = ThreadExecutor(
  size: 2, stackSize: 64 << 20, name: "parser", idleTime: .seconds(300))
// snippet.show
scheduler.register(SetBadge.self) { @MainActor job, context in
  badge.count = job.count
}
// snippet.show
let test = TestScheduler(executors: ["default": InlineExecutor()])
// snippet.show
struct PlainExecutor: JobExecutor {
  let size = 8

  func start() async throws {}

  func execute(_ runs: [RunAssignment]) {
    for run in runs {
      let task = Task { run.finish(await run.perform()) }
      run.onCancel { task.cancel() }
    }
  }

  func stop() async {}
}
// snippet.hide
print(deep, test, PlainExecutor())
await scheduler.shutdown()
try await running.value
