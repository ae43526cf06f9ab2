#if CommandLine
import Almanac
import ArgumentParser
import Logging

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Runs the jobs of a configuration file.",
    discussion: """
      The file is applied to the store first: what is new is added, what says something else is changed, what is gone is removed; \
      jobs that did not come from the file are left alone. SIGHUP applies the file again; a file with errors changes nothing. \
      SIGTERM and SIGINT stop: nothing more is begun, and runs that are going are waited for. SIGQUIT does not wait for them.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config: String

  @Option(help: ArgumentHelp("The store, in place of the one that the file names.", valueName: "url"))
  var store: String?

  @Option(help: "The name of this scheduler, for people; the host's name and the process id if not given.")
  var node: String?

  @Option(help: "Serves only jobs of this queue; may be given more than once.")
  var queue: [String] = []

  @Flag(name: .shortAndLong, help: "Prints the library's own log lines too, on standard error.")
  var verbose = false

  @OptionGroup var output: FormatOptions

  func validate() throws {
    if self.config == "-" { throw ValidationError("The file is read again at SIGHUP, so it cannot be standard input.") }
  }

  func run() async throws {
    let file = try ConfigLoading.read(self.config)
    let address = try StoreOptions.address(self.store, file: (file, Files.directory(of: self.config)))
    let daemon = Daemon(
      path: self.config, file: file, address: address, node: self.node,
      queues: self.queue.isEmpty ? nil : Set(self.queue),
      printer: DaemonPrinter(console: Console.current, isJSON: self.output.format == .json, file: file),
      logger: QuietLogger.make(level: self.verbose ? .debug : .warning))
    try await daemon.run()
  }
}
#endif
