#if CommandLine
import Almanac
import ArgumentParser

// Fires that ended badly for good: listed, tried again, let go.

struct JobsDeadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead", abstract: "Lists fires that ended badly for good and are kept.",
    discussion: "Finished jobs keep such fires too, and are listed. Each is told with its last attempt.")

  @OptionGroup var filter: JobFilterOptions

  @Option(help: "The most jobs to list.")
  var limit = 100

  @Option(help: ArgumentHelp("Begins after this job: the last one of the page before.", valueName: "id"))
  var after: String?

  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions
  @OptionGroup var output: FormatOptions

  func validate() throws {
    guard self.limit > 0 else { throw ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    let console = Console.current
    let time = LocalTime(zone: try self.zone.rules())
    var query = try self.filter.query(in: time.zone, statuses: nil)
    query.hasDead = true
    query.cursor = self.after.map { JobCursor(id: JobID($0), nextFire: nil) }
    try await self.store.withScheduler { scheduler in
      var jobs: [JobSnapshot] = []
      repeat {
        query.limit = min(self.limit - jobs.count, JobQuery.maximumLimit)
        let page = try await scheduler.jobs(query)
        jobs += page.jobs
        query.cursor = page.next
      } while query.cursor != nil && jobs.count < self.limit
      switch self.output.format {
      case .text:
        if jobs.isEmpty { return console.complain("There are no such fires.") }
        console.print(DeadText.table(jobs, time))
      case .json:
        for job in jobs {
          for dead in job.dead { console.print(JSONWriter.line(DeadText.object(dead, of: job))) }
        }
      }
      if query.cursor != nil, let last = jobs.last {
        console.complain("There are more; go on with --after \(VisibleText.line(last.id.rawValue))")
      }
    }
  }
}

struct DeadFireOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only the fire of this time; else all that the job keeps. Goes with ids.", valueName: "time"))
  var fire: String?

  func instant(_ jobs: JobChangeOptions) throws -> Instant? {
    guard let fire else { return nil }
    if jobs.ids.isEmpty { throw CommandFailure(.usage, "--fire goes with the id of a job") }
    guard let instant = Instant(rfc3339: fire) else {
      throw CommandFailure(.usage, "--fire: \"\(VisibleText.line(fire))\" is no time such as 2026-01-31T09:30:00Z")
    }
    return instant
  }
}

struct JobsRetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Tries fires again that ended badly for good.",
    discussion: "With all the attempts that the job's policy grants. A scheduler of the same store does the work.")

  @OptionGroup var dead: DeadFireOptions
  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    let fire = try self.dead.instant(self.jobs)
    try await self.jobs.apply(
      .retryDead, refining: JobQuery.dead, { try await $0.retryDead($1, fireTime: fire) },
      saying: { _, _ in "tried again" })
  }
}

struct JobsPurgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purge", abstract: "Lets fires go that ended badly for good.",
    discussion: "What became of them stays in the history.")

  @OptionGroup var dead: DeadFireOptions
  @OptionGroup var jobs: JobChangeOptions

  func run() async throws {
    let fire = try self.dead.instant(self.jobs)
    try await self.jobs.apply(
      .purgeDead, refining: JobQuery.dead, { try await $0.purgeDead($1, fireTime: fire) },
      saying: { _, _ in "purged" })
  }
}

extension JobQuery {
  /// The same jobs as far as they keep dead fires; the finished ones too, where no state was asked for.
  fileprivate static func dead(_ query: JobQuery) -> JobQuery {
    var query = query
    query.hasDead = true
    if query.statuses == JobQuery().statuses { query.statuses?.insert(.finished) }
    return query
  }
}
#endif
