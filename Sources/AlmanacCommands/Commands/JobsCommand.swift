#if CommandLine
import Almanac
import ArgumentParser

struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "Lists, shows, changes, exports and imports jobs.",
    discussion: "Works on the store, beside the schedulers that run on it or without any.",
    subcommands: [
      JobsListCommand.self, JobsShowCommand.self, JobsPauseCommand.self, JobsResumeCommand.self, JobsRunCommand.self,
      JobsSkipCommand.self, JobsCancelCommand.self, JobsRemoveCommand.self, JobsDeadCommand.self, JobsRetryCommand.self,
      JobsPurgeCommand.self, JobsExportCommand.self, JobsImportCommand.self,
    ],
    defaultSubcommand: JobsListCommand.self)
}

extension JobStatus: ExpressibleByArgument {}

struct JobsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists jobs.")

  enum Order: String, CaseIterable, ExpressibleByArgument {
    case id
    case next
  }

  @OptionGroup var filter: JobFilterOptions

  @Option(help: "The order: id, or next for the next fire first.")
  var order = Order.id

  @Option(help: "The most jobs to list.")
  var limit = 100

  @Option(help: ArgumentHelp("Begins after this job: the last one of the page before.", valueName: "id"))
  var after: String?

  @Flag(help: "Lists all of them, whatever the limit.")
  var all = false

  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions
  @OptionGroup var output: FormatOptions

  func validate() throws {
    guard self.limit > 0 else { throw ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    let console = Console.current
    let time = LocalTime(zone: try self.zone.rules())
    try await self.store.withScheduler { scheduler in
      var query = try self.filter.query(in: time.zone)
      query.order = self.order == .id ? .id : .nextFire
      query.limit = min(self.limit, JobQuery.maximumLimit)
      if let after {
        let last = try await scheduler.job(JobID(after))
        query.cursor = JobCursor(id: JobID(after), nextFire: last?.record.state.nextFire)
      }
      var jobs: [JobSnapshot] = []
      var unreadable: [UnreadableRecord] = []
      repeat {
        if !self.all { query.limit = min(self.limit - jobs.count, JobQuery.maximumLimit) }
        let page = try await scheduler.jobs(query)
        jobs += page.jobs
        unreadable += page.unreadable
        query.cursor = page.next
      } while query.cursor != nil && (self.all || jobs.count < self.limit)
      self.print(jobs, time, to: console)
      for record in unreadable {
        console.complain("\(VisibleText.line(record.id.rawValue)) cannot be read: \(VisibleText.line(record.reason))")
      }
      if query.cursor != nil, let last = jobs.last {
        console.complain("There are more; go on with --after \(VisibleText.line(last.id.rawValue))")
      }
    }
  }

  private func print(_ jobs: [JobSnapshot], _ time: LocalTime, to console: Console) {
    switch self.output.format {
    case .text:
      if jobs.isEmpty { return console.complain("There are no such jobs.") }
      console.print(JobText.table(jobs, time))
    case .json:
      for job in jobs { console.print(JSONWriter.line(JobJSON.object(job))) }
    }
  }
}

struct JobsShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows all that is known of a job, and its next fire times.")

  @Argument(help: "The job's id.")
  var id: String

  @Option(help: "How many fire times to print.")
  var count = 5

  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions
  @OptionGroup var output: FormatOptions

  func validate() throws {
    guard (0...1_000).contains(self.count) else { throw ValidationError("--count must be 0 to 1000.") }
  }

  func run() async throws {
    let console = Console.current
    let time = LocalTime(zone: try self.zone.rules())
    try await self.store.withScheduler { scheduler in
      guard let job = try await scheduler.job(JobID(self.id)) else {
        throw CommandFailure(.failure, "there is no job \"\(VisibleText.line(self.id))\"")
      }
      switch self.output.format {
      case .text:
        for line in JobText.lines(job, fires: self.count, time, console.outputStyle) { console.print(line) }
      case .json:
        console.print(JSONWriter.indented(JobJSON.object(job, fires: self.count)))
      }
    }
  }
}
#endif
