#if CommandLine
import Almanac
import ArgumentParser

// The verbs that change jobs. Each takes any number of ids, does what it can, and fails if one of them could not be done.

struct JobChangeOptions: ParsableArguments {
  @Argument(help: "The ids of the jobs.")
  var ids: [String]

  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions
  @OptionGroup var output: FormatOptions

  /// Applies a change to each job.
  ///
  /// - Parameter sentence: what to say of a job that was changed.
  func apply(
    _ change: (Scheduler, JobID) async throws -> JobSnapshot, saying sentence: (JobSnapshot, LocalTime) -> String
  ) async throws {
    let console = Console.current
    let time = LocalTime(zone: try self.zone.rules())
    var failures = 0
    try await self.store.withScheduler { scheduler in
      for id in self.ids {
        do {
          let job = try await change(scheduler, JobID(id))
          switch self.output.format {
          case .text: console.print("\(VisibleText.line(id)): \(sentence(job, time))")
          case .json: console.print(JSONWriter.line(JobJSON.object(job)))
          }
        } catch let error as SchedulerError {
          failures += 1
          console.complain("\(VisibleText.line(id)): \(error.message)")
        }
      }
    }
    if failures > 0 { throw CommandFailure(.failure, "") }
  }
}

struct JobsPauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Stops the triggers of jobs. Runs that are going go on.")

  @Option(help: "Why; shown with the job.")
  var note: String?

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(
      { try await $0.pause($1, note: self.note) }, saying: { _, _ in "paused" })
  }
}

struct JobsResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Ends the pause, or the quarantine, of jobs.")

  @Flag(
    help: "Treats the fires missed meanwhile as missed: the job's catchUp decides. Else they are reported as not run.")
  var catchUp = false

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(
      { try await $0.resume($1, self.catchUp ? .catchUp : .fromNow) },
      saying: { job, time in
        job.record.state.nextFire.map { "resumed; next fire \(time.text($0))" } ?? "resumed; no further fire"
      })
  }
}

struct JobsRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Asks for one run of each job now, whatever their triggers say.",
    discussion: "A scheduler of the same store does the work: the command returns when the run is asked for.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(
      { try await $0.runNow($1) }, saying: { _, _ in "asked for a run" })
  }
}

struct JobsSkipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "skip", abstract: "Leaves out the next fire of jobs.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(
      { try await $0.skipNext($1) },
      saying: { job, time in
        job.record.state.nextFire.map { "skipped; next fire \(time.text($0))" } ?? "skipped; no further fire"
      })
  }
}

struct JobsCancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Tells the runs of jobs to stop, wherever they are.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply({ try await $0.cancelRuns(of: $1) }, saying: { _, _ in "its runs were told to stop" })
  }
}

struct JobsRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Removes jobs. Runs that are going end as they will.",
    discussion: "A job of a configuration file comes back when the file is applied again.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply({ try await $0.remove($1) }, saying: { _, _ in "removed" })
  }
}
#endif
