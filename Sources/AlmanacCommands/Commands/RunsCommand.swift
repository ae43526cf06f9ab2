#if CommandLine
import Almanac
import ArgumentParser

struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Lists what became of fires.", subcommands: [RunsListCommand.self],
    defaultSubcommand: RunsListCommand.self)
}

struct RunsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists attempts that ended and fires that did not run, the newest first.")

  @Option(help: ArgumentHelp("Only those of this job.", valueName: "id"))
  var job: String?

  @Option(help: "Only those of jobs of this type.")
  var type: String?

  @Option(help: "Only those since then: a time such as 2026-01-31T09:30:00Z, or a duration such as 2h.")
  var since: String?

  @Option(help: "Only those before then: a time, or a duration.")
  var before: String?

  @Option(help: "The most lines to list.")
  var limit = 50

  @Flag(help: "Prints what each run returned in full, and the last lines that it logged.")
  var logs = false

  @OptionGroup var view: ViewOptions

  func validate() throws {
    try Pages.check(limit: self.limit)
  }

  func run() async throws {
    let console = Console.current
    let now = SystemClock().now()
    let zone = try self.view.zone.rules()
    // Before the store is opened: what is wrong with the command line is told first.
    var query = HistoryQuery(
      job: self.job.map { JobID($0) }, jobName: self.type,
      since: try TimeOption.instant(self.since, "--since", zone) { now - $0 },
      before: try TimeOption.instant(self.before, "--before", zone) { now - $0 })
    try await self.view.withScheduler { scheduler, time in
      var rows: [HistoryRow] = []
      _ = try await Pages.read(upTo: self.limit, largest: HistoryQuery.maximumLimit) { size in
        query.limit = size
        let page = try await scheduler.history(query)
        rows += page.rows
        query.cursor = page.next
        return (page.rows.count, page.next != nil)
      }
      switch self.view.output.format {
      case .text:
        if rows.isEmpty { return console.complain("There is nothing to tell.") }
        guard self.logs else { return console.print(HistoryText.table(rows, time)) }
        for row in rows {
          for line in HistoryText.lines(row, time, console.outputStyle) { console.print(line) }
        }
      case .json:
        for row in rows { console.print(JSONWriter.line(HistoryText.object(row))) }
      }
    }
  }
}
#endif
