#if CommandLine
import Almanac
import ArgumentParser

// Fires that ended badly for good: listed, tried again, let go.

struct JobsDeadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead", abstract: "Lists fires that ended badly for good and are kept.",
    discussion: "Finished jobs keep such fires too, and are listed. Each is told with its last attempt.")

  @OptionGroup var list: JobListOptions

  func run() async throws {
    try await self.list.run(
      statuses: nil, asking: { $0.hasDead = true },
      { jobs, _, time, console in
        switch self.list.view.output.format {
        case .text:
          if jobs.isEmpty { return console.complain("There are no such fires.") }
          console.print(DeadText.table(jobs, time))
        case .json:
          for job in jobs {
            for dead in job.dead { console.print(JSONWriter.line(DeadText.object(dead, of: job))) }
          }
        }
      })
  }
}

/// Which dead fires something is to be done to.
struct DeadChangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only the fire of this time; else all that the job keeps. Goes with ids.", valueName: "time"))
  var fire: String?

  @OptionGroup var jobs: JobChangeOptions

  /// Applies a change to the fire that was asked for of each job, or to all that it keeps.
  ///
  /// - Parameters:
  ///   - batch: the same change for all that match.
  ///   - done: what to say of a job that was changed.
  func apply(
    _ batch: BatchChange, _ change: (Scheduler, JobID, Instant?) async throws -> JobSnapshot, saying done: String
  ) async throws {
    let fire = try self.instant()
    try await self.jobs.apply(
      batch, refining: JobQuery.dead, { try await change($0, $1, fire) }, saying: { _, _ in done })
  }

  private func instant() throws -> Instant? {
    guard let fire else { return nil }
    if self.jobs.ids.isEmpty { throw CommandFailure(.usage, "--fire goes with the id of a job") }
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

  @OptionGroup var dead: DeadChangeOptions

  func run() async throws {
    try await self.dead.apply(.retryDead, { try await $0.retryDead($1, fireTime: $2) }, saying: "tried again")
  }
}

struct JobsPurgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purge", abstract: "Lets fires go that ended badly for good.",
    discussion: "What became of them stays in the history.")

  @OptionGroup var dead: DeadChangeOptions

  func run() async throws {
    try await self.dead.apply(.purgeDead, { try await $0.purgeDead($1, fireTime: $2) }, saying: "purged")
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
