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

  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions
  @OptionGroup var output: FormatOptions

  func run() async throws {
    let console = Console.current
    let time = LocalTime(zone: try self.zone.rules())
    let now = SystemClock().now()
    try await self.store.withScheduler { scheduler in
      let nodes = try await scheduler.nodes()
      switch self.output.format {
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
