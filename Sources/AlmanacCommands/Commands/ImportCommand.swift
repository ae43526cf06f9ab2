#if CommandLine
import Almanac
import ArgumentParser

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turns other schedulers' files into configuration files.",
    subcommands: [ImportCrontabCommand.self])
}

struct ImportCrontabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crontab",
    abstract: "Turns a crontab into a configuration file.",
    discussion: """
      What could not be carried over is told on standard error with the numbers of its lines. Entries that were left out stay in the \
      result as comments.
      """)

  @Argument(help: "The crontab; - for standard input, as in: crontab -l | almanac import crontab -")
  var file: String

  @Flag(help: "The entries have a user in their sixth column, as in /etc/crontab and /etc/cron.d.")
  var system = false

  @Option(help: "The zone in which cron reads the crontab; the machine's own if not given.")
  var zone: String?

  @Option(name: [.short, .long], help: "Where to write the configuration file; standard output if not given.")
  var output: String?

  func run() async throws {
    let console = Console.current
    let zone = try ZoneOptions.named(self.zone)
    let source = self.file == "-" ? "on standard input" : self.file
    let crontab = Crontab(try Files.read(self.file), isSystem: self.system)
    let result = CrontabImport(crontab, source: source, zone: zone.identifier)
    do {
      _ = try ConfigReader.read(result.yaml, path: self.output ?? "<result>", directory: Files.currentDirectory)
    } catch {
      throw CommandFailure(.software, "the result is no valid configuration file:\n\(error)")
    }
    if let output, output != "-" {
      try Files.write(result.yaml, to: output)
    } else {
      console.output(result.yaml)
    }
    for remark in result.remarks {
      let place = remark.line.map { "\(self.file):\($0): " } ?? "\(self.file): "
      let tone: Tone = remark.weight == .lost ? .bad : .warning
      let word = remark.weight == .lost ? "lost" : "note"
      console.complain(place + console.errorStyle.paint("\(word):", tone) + " " + remark.message)
    }
    let lost = result.remarks.count { $0.weight == .lost }
    console.complain("\(result.count) of \(result.count + lost) entries carried over")
  }
}
#endif
