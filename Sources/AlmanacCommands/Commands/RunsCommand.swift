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

  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions
  @OptionGroup var output: FormatOptions

  func validate() throws {
    guard self.limit > 0 else { throw ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    let console = Console.current
    let time = LocalTime(zone: try self.zone.rules())
    let now = SystemClock().now()
    var query = HistoryQuery(
      job: self.job.map { JobID($0) }, jobName: self.type,
      since: try TimeOption.instant(self.since, "--since", time.zone) { now - $0 },
      before: try TimeOption.instant(self.before, "--before", time.zone) { now - $0 })
    try await self.store.withScheduler { scheduler in
      var rows: [HistoryRow] = []
      repeat {
        query.limit = min(self.limit - rows.count, HistoryQuery.maximumLimit)
        let page = try await scheduler.history(query)
        rows += page.rows
        query.cursor = page.next
      } while query.cursor != nil && rows.count < self.limit
      switch self.output.format {
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
