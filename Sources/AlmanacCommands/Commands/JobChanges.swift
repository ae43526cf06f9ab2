#if CommandLine
import Almanac
import ArgumentParser

// The verbs that change jobs. Each takes any number of ids, or a filter; it does what it can, and fails if one of the jobs could not be done.

struct JobChangeOptions: ParsableArguments {
  @Argument(help: "The ids of the jobs; none where a filter says which.")
  var ids: [String] = []

  @OptionGroup(title: "Filter") var filter: JobFilterOptions

  @Flag(help: "All jobs, where neither ids nor a filter say which.")
  var all = false

  @Flag(help: "Tells what would become of the jobs that match, and changes nothing.")
  var dryRun = false

  @Flag(help: "Changes the jobs that match. Without it they are counted only.")
  var yes = false

  @Flag(
    help: "Changes as many jobs in one step as the store takes, then more. Else all that match are changed in one step."
  )
  var perPage = false

  @OptionGroup var view: ViewOptions

  func validate() throws {
    let hasFilter = !self.filter.isEmpty || self.all
    if self.ids.isEmpty, !hasFilter {
      throw ValidationError("Say which jobs: their ids, a filter such as --tag, or --all.")
    }
    if !self.ids.isEmpty, hasFilter || self.dryRun || self.perPage {
      throw ValidationError("Ids go with no filter, and with neither --dry-run nor --per-page.")
    }
  }

  /// Applies a change to each job.
  ///
  /// - Parameters:
  ///   - batch: the same change for all that match.
  ///   - query: says which are meant where the filter does not.
  ///   - sentence: what to say of a job that was changed.
  func apply(
    _ batch: BatchChange, refining query: (JobQuery) -> JobQuery = { $0 },
    _ change: (Scheduler, JobID) async throws -> JobSnapshot, saying sentence: (JobSnapshot, LocalTime) -> String
  ) async throws {
    try await self.view.withScheduler { scheduler, time in
      if self.ids.isEmpty {
        let wanted = query(try self.filter.query(in: time.zone))
        try await self.apply(batch, to: wanted, time, scheduler, sentence)
      } else {
        try await self.apply(change, time, scheduler, sentence)
      }
    }
  }

  private func apply(
    _ change: (Scheduler, JobID) async throws -> JobSnapshot, _ time: LocalTime, _ scheduler: Scheduler,
    _ sentence: (JobSnapshot, LocalTime) -> String
  ) async throws {
    let console = Console.current
    var failures = 0
    for id in self.ids {
      do {
        let job = try await change(scheduler, JobID(id))
        switch self.view.output.format {
        case .text: console.print("\(VisibleText.line(id)): \(sentence(job, time))")
        case .json: console.print(JSONWriter.line(JobJSON.object(job)))
        }
      } catch let error as SchedulerError {
        failures += 1
        console.complain("\(VisibleText.line(id)): \(error.message)")
      }
    }
    if failures > 0 { throw CommandFailure(.failure, "") }
  }

  // MARK: By filter

  private func apply(
    _ change: BatchChange, to query: JobQuery, _ time: LocalTime, _ scheduler: Scheduler,
    _ sentence: (JobSnapshot, LocalTime) -> String
  ) async throws {
    let console = Console.current
    let report = try await scheduler.changeAll(
      matching: query, change, dryRun: self.dryRun || !self.yes, atomicity: self.perPage ? .perPage : .whole)
    if self.dryRun || self.yes { self.print(report, time, sentence, to: console) }
    console.complain(ofUnreadable: report.unreadable)
    if report.matched == 0 { return console.complain("There are no such jobs.") }
    var summary = "\(report.changed) \(report.isDryRun ? "would be changed" : "changed")"
    if report.refused > 0 { summary += ", \(report.refused) refused" }
    if report.noLongerMatching > 0 { summary += ", \(report.noLongerMatching) changed by others and left alone" }
    console.complain(summary)
    guard self.dryRun || self.yes else {
      throw CommandFailure(.usage, "nothing was done: say --yes to do it, or --dry-run to be told of each job")
    }
    if report.refused + report.noLongerMatching > 0 { throw CommandFailure(.failure, "") }
  }

  private func print(
    _ report: BatchReport, _ time: LocalTime, _ sentence: (JobSnapshot, LocalTime) -> String, to console: Console
  ) {
    for job in report.jobs {
      let id = VisibleText.line(job.id.rawValue)
      switch job.outcome {
      case .changed(let job):
        switch self.view.output.format {
        case .text: console.print("\(id): \(report.isDryRun ? "would be " : "")\(sentence(job, time))")
        case .json: console.print(JSONWriter.line(JobJSON.object(job)))
        }
      case .refused(let refusal): console.complain("\(id): refused: \(refusal.sentence)")
      case .noLongerMatches: console.complain("\(id): somebody else changed it; it was left alone")
      case .unreadable(let reason): console.complain("\(id) cannot be read: \(VisibleText.line(reason))")
      }
    }
    if !report.isComplete { console.complain("The first \(BatchReport.listed) are listed; the others are counted.") }
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
      .pause(note: self.note), { try await $0.pause($1, note: self.note) }, saying: { _, _ in "paused" })
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
    let policy: ResumePolicy = self.catchUp ? .catchUp : .fromNow
    try await self.jobs.apply(
      .resume(policy), { try await $0.resume($1, policy) },
      saying: { JobText.nextFire($0, $1, after: "resumed") })
  }
}

struct JobsRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Asks for one run of each job now, whatever their triggers say.",
    discussion: "A scheduler of the same store does the work: the command returns when the run is asked for.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(
      .runNow, { try await $0.runNow($1) }, saying: { _, _ in "asked for a run" })
  }
}

struct JobsSkipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "skip", abstract: "Leaves out the next fire of jobs.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(
      .skipNext, { try await $0.skipNext($1) },
      saying: { JobText.nextFire($0, $1, after: "skipped") })
  }
}

struct JobsCancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Tells the runs of jobs to stop, wherever they are.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(
      .cancelRuns, { try await $0.cancelRuns(of: $1) }, saying: { _, _ in "its runs were told to stop" })
  }
}

struct JobsRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Removes jobs. Runs that are going end as they will.",
    discussion: "A job of a configuration file comes back when the file is applied again.")

  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    try await self.jobs.apply(.remove, { try await $0.remove($1) }, saying: { _, _ in "removed" })
  }
}
#endif
