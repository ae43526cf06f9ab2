// The example of docs/processes.md, as a program that compiles.
#if Processes
import Almanac
import AlmanacProcesses

struct Thumbnail: JobPayload {
  var picture: String
}

struct ImageService {
  static func open() async throws -> ImageService { ImageService() }

  func make(_ thumbnail: Thumbnail) async throws { print("would shrink \(thumbnail.picture)") }
}

@Sendable func registerJobs(_ jobs: JobRegistry) async throws {
  let images = try await ImageService.open()
  jobs.register(Thumbnail.self, executor: "processes") { thumbnail, context in
    try await images.make(thumbnail)
  }
}

await WorkerProcess.serveIfAsked(registering: registerJobs)
// A worker never comes here.
let scheduler = Scheduler(
  stores: ["default": MemoryStore()],
  executors: ["default": AsyncExecutor(), "processes": ProcessExecutor(size: 4)])
try await registerJobs(scheduler.jobs)
try await scheduler.run()
#endif
