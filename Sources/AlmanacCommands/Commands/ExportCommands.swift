#if CommandLine
import Almanac
import ArgumentParser

struct JobsExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes jobs as lines of JSON, for any other store.",
    discussion: "Runs, dead fires, counters and history stay where they are; finished and removed jobs are left out.")

  @Option(help: ArgumentHelp("Where to write the lines; standard output if not given.", valueName: "file"))
  var to: String?

  @Flag(
    help: "Shows values that are secret. Else lines with such values have to be completed before they are imported.")
  var includeSecrets = false

  @OptionGroup var filter: JobFilterOptions
  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions

  func run() async throws {
    let console = Console.current
    let query = try self.filter.query(in: try self.zone.rules())
    try await self.store.withScheduler { scheduler in
      var text = ""
      let report = try await scheduler.exportJobs(query, includingSecrets: self.includeSecrets) { line in
        if self.to == nil || self.to == "-" { console.print(line) } else { text += line + "\n" }
      }
      if let to, to != "-" { try Files.write(text, to: to, isPrivate: self.includeSecrets) }
      console.complain("\(report.exported) exported")
      if report.redacted > 0 {
        console.complain(
          "\(report.redacted) of them have values left out, and cannot be imported as they are; see --include-secrets")
      }
      console.complain(ofUnreadable: report.unreadable)
      if !report.unreadable.isEmpty { throw CommandFailure(.failure, "") }
    }
  }
}

extension ConflictPolicy: ExpressibleByArgument {}

struct JobsImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Adds the jobs of an export.",
    discussion: """
      All lines are checked before anything is written. A job keeps its next fire: one that has passed since is caught up as its policy says. \
      Paused jobs stay paused.
      """)

  @Argument(help: "The file that jobs export wrote; - for standard input.")
  var file: String

  @Option(help: "What to do where there is a job of the id: fail, keep or replace.")
  var onConflict = ConflictPolicy.fail

  @Flag(help: "Checks the lines, tells what would become of them, and changes nothing.")
  var dryRun = false

  @Flag(help: "Makes the store where there is none.")
  var create = false

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let console = Console.current
    let text = try Files.read(self.file, atMost: 1 << 30)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let name = self.file == "-" ? "<standard input>" : self.file
    try await self.store.withScheduler(creating: self.create && !self.dryRun) { scheduler in
      let report: ImportReport
      do {
        report = try await scheduler.importJobs(lines, onConflict: self.onConflict, dryRun: self.dryRun)
      } catch let error as ImportError {
        let problems = error.problems.map { "\(name):\($0.line): \(VisibleText.line($0.reason))" }
        throw CommandFailure(.dataError, "nothing was imported\n" + problems.joined(separator: "\n"))
      }
      for refused in report.refused {
        console.complain(
          "\(name):\(refused.line): \(VisibleText.line(refused.id.rawValue)): refused: \(refused.refusal.sentence)")
      }
      let would = report.isDryRun ? "would be " : ""
      console.complain(
        "\(report.added) \(would)added, \(report.replaced) replaced, \(report.kept) kept, \(report.refused.count) refused"
      )
      if !report.refused.isEmpty { throw CommandFailure(.failure, "") }
    }
  }
}
#endif
