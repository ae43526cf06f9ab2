#if CommandLine
import Almanac
import ArgumentParser

struct NodesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nodes", abstract: "Lists the schedulers that share a store.", subcommands: [NodesListCommand.self],
    defaultSubcommand: NodesListCommand.self)
}

struct NodesListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the schedulers that share a store, those that died lately included.")

  @OptionGroup var view: ViewOptions

  func run() async throws {
    let console = Console.current
    let now = SystemClock().now()
    try await self.view.withScheduler { scheduler, time in
      let nodes = try await scheduler.nodes()
      switch self.view.output.format {
      case .text:
        if nodes.isEmpty { return console.complain("No scheduler has run on this store lately.") }
        console.print(NodeText.table(nodes, time, now: now))
      case .json:
        for node in nodes { console.print(JSONWriter.line(NodeText.object(node, now: now))) }
      }
    }
  }
}
#endif
