#if CommandLine && PostgreSQL
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

/// `almanac migrate` on a server; like the tests of that store, these need `ALMANAC_TEST_POSTGRESQL`.
@Suite("almanac migrate")
struct MigrateCommandTests {
  private let schema = "m" + UUID().uuidString.replacing("-", with: "").lowercased().prefix(16)

  private var server: String {
    get throws {
      let address = ProcessInfo.processInfo.environment["ALMANAC_TEST_POSTGRESQL"] ?? ""
      return try #require(address.isEmpty ? nil : address, "ALMANAC_TEST_POSTGRESQL names no server")
    }
  }

  private var store: String { get throws { "\(try self.server)?schema=\(self.schema)" } }

  /// Runs SQL as psql would from a file, and answers what it prints.
  @discardableResult
  private func psql(_ sql: String) async throws -> String {
    let server = try self.server
    return try await onThread {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", server]
      let (input, output) = (Pipe(), Pipe())
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      input.fileHandleForWriting.write(Data(sql.utf8))
      try input.fileHandleForWriting.close()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "psql did not like: \(sql.prefix(2_000))")
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  private func drop() async throws { try await self.psql("drop schema if exists \(self.schema) cascade;") }

  @Test("makes the tables where there are none, and says where there is nothing to do")
  func fromNothing() async throws {
    let store = try self.store
    let first = await CapturedConsole.run("migrate", "--store", store)
    #expect((first.status, first.output) == (0, ""))
    #expect(first.error.contains("was migrated."))
    let second = await CapturedConsole.run("migrate", "--store", store)
    #expect(second.status == 0)
    #expect(second.error.contains("is up to date."))
    let dry = await CapturedConsole.run("migrate", "--dry-run", "--store", store)
    #expect((dry.status, dry.output) == (0, ""))
    #expect(dry.error.contains("is up to date."))
    #expect(!(first.error + second.error + dry.error).contains("://postgres:"), "no password is shown")
    try await self.drop()
  }

  @Test("prints, asked for a dry run, what psql can run, and changes nothing by itself")
  func dryRun() async throws {
    let store = try self.store
    let dry = await CapturedConsole.run("migrate", "--dry-run", "--store", store)
    #expect(dry.status == 0)
    #expect(dry.output.hasPrefix("begin;\n"))
    #expect(dry.output.hasSuffix("commit;\n"))
    #expect(try await self.psql("select count(*) from pg_namespace where nspname = '\(self.schema)';") == "0")
    try await self.psql(dry.output)
    let after = await CapturedConsole.run("migrate", "--store", store)
    #expect(after.error.contains("is up to date."))
    let added = await CapturedConsole.run("jobs", "list", "--store", store)
    #expect(added.status == 0)
    try await self.drop()
  }

  @Test("goes on from an earlier version, and no further than from there")
  func upgrade() async throws {
    let store = try self.store
    let whole = await CapturedConsole.run("migrate", "--dry-run", "--store", store).output
    // As the version before the third left it.
    let early = try #require(whole.range(of: "-- Version 3\n"))
    try await self.psql(whole[..<early.lowerBound] + "commit;")
    let dry = await CapturedConsole.run("migrate", "--dry-run", "--store", store)
    #expect(dry.output.contains("-- Version 3\n"))
    #expect(!dry.output.contains("create schema") && !dry.output.contains("-- Version 2\n"))
    let done = await CapturedConsole.run("migrate", "--store", store)
    #expect(done.error.contains("was migrated."))
    let versions = whole.components(separatedBy: "-- Version ").count - 1
    #expect(try await self.psql("select max(version) from \(self.schema).migration;") == "\(versions)")
    try await self.drop()
  }

  @Test("refuses what a newer version made, and a schema of another program")
  func refused() async throws {
    let store = try self.store
    try await self.psql("create schema \(self.schema); create table \(self.schema).invoice (id int);")
    let foreign = await CapturedConsole.run("migrate", "--store", store)
    #expect(foreign.status != 0)
    #expect(foreign.error.contains("another program"))
    try await self.drop()
    _ = await CapturedConsole.run("migrate", "--store", store)
    try await self.psql("insert into \(self.schema).migration (version) values (1000);")
    let newer = await CapturedConsole.run("migrate", "--store", store)
    #expect(newer.status != 0)
    #expect(newer.error.contains("upgrade Almanac"))
    try await self.drop()
  }

  @Test("has nothing to show for a file, and makes it where asked to")
  func file() async throws {
    let directory = try TemporaryDirectory()
    let store = "sqlite:\(directory.path)/jobs.sqlite"
    let dry = await CapturedConsole.run("migrate", "--dry-run", "--store", store)
    #expect(dry.status != 0)
    #expect(dry.error.contains("no migrations to show"))
    let done = await CapturedConsole.run("migrate", "--store", store)
    #expect(done.status == 0)
    #expect(FileManager.default.fileExists(atPath: "\(directory.path)/jobs.sqlite"))
  }
}
#endif
