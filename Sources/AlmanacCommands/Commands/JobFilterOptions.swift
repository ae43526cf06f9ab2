#if CommandLine
import Almanac
import ArgumentParser

/// Which jobs a command is about, where it is not told their ids.
struct JobFilterOptions: ParsableArguments {
  @Option(
    help: "Only jobs in this state; may be given more than once. Finished and removed jobs are meant on demand only.")
  var status: [JobStatus] = []

  @Option(help: "Only jobs with this tag; given more than once, jobs with all of them.")
  var tag: [String] = []

  @Option(help: "Only jobs whose id begins like this.")
  var prefix: String?

  @Option(help: "Only jobs of this queue.")
  var queue: String?

  @Option(help: "Only jobs of this type, such as \(CommandJob.jobName).")
  var type: String?

  @Option(help: "Only jobs of types whose names begin like this.")
  var typePrefix: String?

  @Option(help: "Only jobs made by this creator, such as file:NAME for those of a configuration file.")
  var creator: String?

  @Option(
    help: ArgumentHelp("Only jobs whose next fire is then or later: a time, or a duration from now.", valueName: "time")
  )
  var dueFrom: String?

  @Option(
    help: ArgumentHelp("Only jobs whose next fire is before then: a time, or a duration from now.", valueName: "time"))
  var dueBefore: String?

  @Flag(help: "Only jobs that keep fires that ended badly for good.")
  var dead = false

  /// True where nothing was asked for.
  var isEmpty: Bool {
    self.status.isEmpty && self.tag.isEmpty && self.prefix == nil && self.queue == nil && self.type == nil
      && self.typePrefix == nil && self.creator == nil && self.dueFrom == nil && self.dueBefore == nil && !self.dead
  }

  /// What is meant where no state is named.
  static let usualStatuses: Set<JobStatus> = [.active, .paused, .quarantined]

  /// - Parameter statuses: the states that are meant where none is named; nil for all.
  func query(
    in zone: ZoneRules, statuses: Set<JobStatus>? = JobFilterOptions.usualStatuses
  ) throws(CommandFailure) -> JobQuery {
    let now = SystemClock().now()
    return JobQuery(
      statuses: self.status.isEmpty ? statuses : Set(self.status), idPrefix: self.prefix, jobName: self.type,
      jobNamePrefix: self.typePrefix, queue: self.queue, creator: self.creator, tags: Set(self.tag), hasDead: self.dead,
      nextFireFrom: try TimeOption.instant(self.dueFrom, "--due-from", zone) { now + $0 },
      nextFireBefore: try TimeOption.instant(self.dueBefore, "--due-before", zone) { now + $0 })
  }
}

/// Options that take a time, or a duration from now or before it.
enum TimeOption {
  static func instant(
    _ text: String?, _ option: String, _ zone: ZoneRules, counting duration: (Duration) -> Instant
  ) throws(CommandFailure) -> Instant? {
    guard let text else { return nil }
    if let length = try? DurationText.parse(text) { return duration(length) }
    do throws(SyntaxProblem) {
      return try ConfigTime.parse(text, in: zone)
    } catch {
      throw CommandFailure(.usage, "\(option): \(error.message), or a duration such as 2h")
    }
  }
}
#endif
