#if CommandLine
import Almanac
import ArgumentParser

struct AlmanacCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "almanac",
    abstract: "Runs jobs when their time has come, and remembers them.",
    discussion: """
      Exit status:
      \(CommandStatus.allCases.map { "  \($0.rawValue)\t\($0.meaning)" }.joined(separator: "\n"))

      Results go to standard output, complaints to standard error. Colour is used on a terminal only, and not where NO_COLOR is set.
      """,
    version: AlmanacVersion.current,
    subcommands: [
      ServeCommand.self, CheckCommand.self, NextCommand.self, ExplainCommand.self, JobsCommand.self, RunsCommand.self,
      NodesCommand.self,
      ImportCommand.self, MigrateCommand.self,
    ])
}
#endif
