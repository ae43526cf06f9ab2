#if CommandLine
#if SQLite
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("The commands that change, carry and repair many jobs at once")
struct BatchCommandTests {
  private final class Scene {
    let directory: TemporaryDirectory
    let store: String

    init() throws {
      self.directory = try TemporaryDirectory()
      self.store = "sqlite:\(self.directory.path)/store.sqlite"
    }

    func run(_ arguments: String...) async -> (status: Int32, output: String, error: String) {
      let captured = CapturedConsole()
      let all = ["jobs"] + arguments + ["--store", self.store]
      let status = await Console.$current.withValue(captured.console()) { await AlmanacCommandLine.run(all) }
      return (status, captured.output, captured.error)
    }

    func ids(_ arguments: [String]) async -> [String] {
      let captured = CapturedConsole()
      let all = ["jobs", "list", "--format", "json"] + arguments + ["--store", self.store]
      _ = await Console.$current.withValue(captured.console()) { await AlmanacCommandLine.run(all) }
      return captured.output.split(separator: "\n").compactMap {
        (try? JSONReader.value(in: Array($0.utf8)))?["id"]?.stringValue
      }
    }

    /// Opens the store, fills it, and closes it.
    func fill(_ body: (Scheduler, any JobStore) async throws -> Void) async throws {
      let store = try StoreAddress(self.store).open(creating: true)
      try await body(Scheduler(store: store), store)
      await store.close()
    }
  }

  private func filled() async throws -> Scene {
    let scene = try Scene()
    try await scene.fill { scheduler, store in
      let file = try read(
        """
        name: p
        zone: UTC
        jobs:
          alpha: {shell: date, cron: "0 4 1 1 *", tags: [x], environment: {SECRET: hush}}
          beta: {http: {url: http://localhost/}, every: 1000d, tags: [x]}
          gamma: {shell: date, every: 2000d, paused: true}
        """)
      _ = try await PlanApplication(scheduler: scheduler, file: file).apply(now: SystemClock().now())
      _ = try await store.update(["alpha"]) { record in
        var next = record
        next.state.revision += 1
        next.state.dead = [1, 2].map {
          DeadRun(
            fireTime: Instant(secondsSinceEpoch: $0), attempt: 3, outcome: .failed, message: "no \($0)",
            diedAt: Instant(secondsSinceEpoch: 9))
        }
        return .commit(next, [])
      }
    }
    return scene
  }

  @Test("a filter is told of, changes nothing without --yes, and with it all that match")
  func filters() async throws {
    let scene = try await self.filled()
    let asked = await scene.run("pause", "--tag", "x")
    #expect(asked.status == 64)
    #expect(asked.output == "")
    #expect(asked.error.hasPrefix("2 would be changed\n"))
    #expect(asked.error.contains("say --yes"))
    let dry = await scene.run("pause", "--tag", "x", "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output == "alpha: would be paused\nbeta: would be paused\n")
    #expect(dry.error == "2 would be changed\n")
    #expect(await scene.ids(["--status", "paused"]) == ["gamma"])
    let done = await scene.run("pause", "--tag", "x", "--yes", "--note", "n")
    #expect(done.status == 0)
    #expect(done.output == "alpha: paused\nbeta: paused\n")
    #expect(await scene.ids(["--status", "paused"]) == ["alpha", "beta", "gamma"])
    let again = await scene.run("pause", "--all", "--yes")
    #expect(again.status == 1)
    #expect(again.error.hasSuffix("gamma: refused: the job is paused already\n0 changed, 3 refused\n"))
    #expect(await scene.run("resume", "--type-prefix", "almanac.h", "--yes", "--per-page").error == "1 changed\n")
    #expect(await scene.run("remove", "--prefix", "nobody", "--yes").error == "There are no such jobs.\n")
    #expect(await scene.ids(["--due-before", "1500d", "--due-from", "500d"]) == ["beta"])
    let removed = await scene.run("remove", "--due-from", "500d", "--due-before", "1500d", "--yes")
    #expect(removed.output == "beta: removed\n")
    #expect(await scene.ids([]) == ["alpha", "gamma"])
  }

  @Test(
    "neither ids nor a filter, or both, is a wrong command line",
    arguments: [
      ["pause"], ["remove", "a", "--tag", "x"], ["remove", "a", "--all"], ["remove", "a", "--dry-run"],
      ["retry", "--dead", "--fire", "2026-01-01T00:00:00Z"], ["retry", "a", "--fire", "soon"],
      ["pause", "--due-before", "soon"], ["import"], ["import", "x", "--on-conflict", "maybe"],
    ])
  func usage(_ arguments: [String]) async {
    let captured = CapturedConsole()
    let status = await Console.$current.withValue(captured.console()) {
      await AlmanacCommandLine.run(["jobs"] + arguments + ["--store", "memory:"])
    }
    #expect(status == 64)
    #expect(!captured.error.isEmpty)
  }

  @Test("dead fires are listed, tried again and purged")
  func dead() async throws {
    let scene = try await self.filled()
    let table = await scene.run("dead", "--tz", "UTC")
    #expect(table.status == 0)
    #expect(table.output.contains("1970-01-01 00:00:02 Z"))
    #expect(table.output.contains("no 2"))
    #expect(await scene.ids(["--dead"]) == ["alpha"])
    let json = await scene.run("dead", "--format", "json").output.split(separator: "\n")
    #expect(json.count == 2)
    #expect(try JSONReader.value(in: Array(json[0].utf8))["fireTime"] == "1970-01-01T00:00:01Z")
    #expect(await scene.run("retry", "alpha", "--fire", "1970-01-01T00:00:01Z").output == "alpha: tried again\n")
    #expect(await scene.run("show", "alpha", "--tz", "UTC").output.contains("attempt 4, by hand: waiting"))
    #expect(await scene.run("purge", "--all", "--yes").output == "alpha: purged\n")
    #expect(await scene.run("dead").error == "There are no such fires.\n")
    #expect(await scene.run("retry", "alpha").status == 1)
  }

  @Test("an export is imported into another store, secrets only where they were asked for")
  func export() async throws {
    let scene = try await self.filled()
    let path = scene.directory.path + "/jobs.jsonl"
    let shown = await scene.run("export")
    #expect(shown.status == 0)
    #expect(shown.output.split(separator: "\n").count == 3)
    #expect(!shown.output.contains("hush"))
    #expect(shown.error.hasPrefix("3 exported\n1 of them have values left out"))
    let secret = await scene.run("export", "--to", path, "--include-secrets")
    #expect(secret.status == 0)
    #expect(secret.output == "")
    #expect(secret.error == "3 exported\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o077 } == 0)

    let other = "sqlite:\(scene.directory.path)/other.sqlite"
    #expect(await CapturedConsole.run("jobs", "import", path, "--store", other).status == 69)
    let dry = await CapturedConsole.run(
      "jobs", "import", path, "--dry-run", "--store", scene.store, "--on-conflict", "keep")
    #expect(dry.status == 0)
    #expect(dry.error == "0 would be added, 0 replaced, 3 kept, 0 refused\n")
    let done = await CapturedConsole.run("jobs", "import", path, "--store", other, "--create")
    #expect(done.status == 0)
    #expect(done.error == "3 added, 0 replaced, 0 kept, 0 refused\n")
    let again = await CapturedConsole.run("jobs", "import", path, "--store", other)
    #expect(again.status == 1)
    #expect(again.error.contains("\(path):2: beta: refused: there is a job of this id already\n"))

    let masked = try scene.directory.file("masked.jsonl", shown.output + "{\n")
    let refused = await CapturedConsole.run("jobs", "import", masked, "--store", other, "--on-conflict", "replace")
    #expect(refused.status == 65)
    #expect(refused.error.contains("nothing was imported\n\(masked):1: values were left out of the payload"))
    #expect(refused.error.contains("(\"environment\")"))
    #expect(refused.error.contains("\(masked):4: this is not one JSON object"))
    #expect(await CapturedConsole.run("jobs", "import", path + "x", "--store", other).status == 66)
  }

  @Test("runs tells the node and the result, and what was logged where that is asked for")
  func runs() async throws {
    let scene = try await self.filled()
    let at = Instant(secondsSinceEpoch: 1_000)
    try await scene.fill { _, store in
      try await store.append([
        HistoryRow(
          job: "alpha", jobName: "j", incarnation: 1, revision: 900, ordinal: 0, at: at,
          entry: .attempt(
            AttemptEnd(
              fireTime: at, origin: .trigger, attempt: 1, claim: 1, owner: Epoch(1), node: "web-1",
              outcome: .succeeded, startedAt: at, endedAt: at, result: Array(#"{"sent":3}"#.utf8),
              logs: [LogLine(at: at, level: "info", message: "sending\u{1B}[2J")])))
      ])
    }
    let table = await CapturedConsole.run("runs", "list", "--job", "alpha", "--store", scene.store, "--tz", "UTC")
    #expect(table.output.contains("web-1"))
    #expect(table.output.contains(#"result {"sent":3}"#))
    #expect(!table.output.contains("sending"))
    let full = await CapturedConsole.run(
      "runs", "list", "--logs", "--job", "alpha", "--store", scene.store, "--tz", "UTC")
    let lines = full.output.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("1970-01-01 00:16:40 Z  alpha  succeeded  attempt 1, ") == true)
    #expect(lines.first?.hasSuffix(", on web-1") == true)
    #expect(lines.contains(#"  result  {"sent":3}"#))
    #expect(lines.contains { $0.hasPrefix("  00:16:40  info  sending") })
    #expect(!full.output.contains("\u{1B}"))
  }
}
#endif
#endif
