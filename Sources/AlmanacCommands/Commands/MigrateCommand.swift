#if CommandLine
import Almanac
import AlmanacSQL
import ArgumentParser

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Brings the tables of a store up to date, or shows how.",
    discussion: """
      Schedulers do so by themselves where their role may. Where it may not, let a role that owns the schema do it before a new version is started.
      """)

  @OptionGroup var store: StoreOptions

  @Flag(help: "Print the SQL that would be run, and change nothing.")
  var dryRun = false

  func run() async throws {
    let console = Console.current
    let address = try self.store.address()
    let store = try address.open(creating: true)
    do {
      if let server = store as? any MigratingStore {
        try await self.migrate(server, address, console)
        return await store.close()
      }
      if self.dryRun {
        throw CommandFailure(.usage, "\(address) has no migrations to show; only a store on a server has")
      }
      try await store.prepare()
      console.complain("\(address) is up to date.")
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  private func migrate(_ store: any MigratingStore, _ address: StoreAddress, _ console: Console) async throws {
    if self.dryRun {
      let script = try await store.pendingMigration()
      if script.isEmpty { return console.complain("\(address) is up to date.") }
      console.print(store.migratesInTransaction ? "begin;\n\n" + script + "commit;" : script)
    } else {
      let isChanged = try await store.migrate()
      console.complain(isChanged ? "\(address) was migrated." : "\(address) is up to date.")
    }
  }
}
#endif
