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

  @Option(help: "The order: id, or next for the next fire first.")
  var order = Order.id

  @Flag(help: "Lists all of them, whatever the limit.")
  var all = false

  @OptionGroup var list: JobListOptions

  func run() async throws {
    try await self.list.run(
      all: self.all, asking: { $0.order = self.order == .id ? .id : .nextFire },
      { jobs, scheduler, time, console in
        let nodes = try await scheduler.nodes()
        let now = SystemClock().now()
        let waiting = Set(jobs.filter { $0.isWaitingForExecutor(among: nodes, at: now) }.map(\.id))
        switch self.list.view.output.format {
        case .text:
          if jobs.isEmpty { return console.complain("There are no such jobs.") }
          console.print(JobText.table(jobs, waiting: waiting, time))
        case .json:
          for job in jobs { console.print(JSONWriter.line(JobJSON.object(job, isWaiting: waiting.contains(job.id)))) }
        }
      })
  }
}

struct JobsShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows all that is known of a job, and its next fire times.")

  @Argument(help: "The job's id.")
  var id: String

  @Option(help: "How many fire times to print.")
  var count = 5

  @OptionGroup var view: ViewOptions

  func validate() throws {
    guard (0...1_000).contains(self.count) else { throw ValidationError("--count must be 0 to 1000.") }
  }

  func run() async throws {
    let console = Console.current
    try await self.view.withScheduler { scheduler, time in
      guard let job = try await scheduler.job(JobID(self.id)) else {
        throw CommandFailure(.failure, "there is no job \"\(VisibleText.line(self.id))\"")
      }
      let isWaiting = job.isWaitingForExecutor(among: try await scheduler.nodes(), at: SystemClock().now())
      switch self.view.output.format {
      case .text:
        let lines = JobText.lines(job, isWaiting: isWaiting, fires: self.count, time, console.outputStyle)
        for line in lines { console.print(line) }
      case .json:
        console.print(JSONWriter.indented(JobJSON.object(job, isWaiting: isWaiting, fires: self.count)))
      }
    }
  }
}
#endif
