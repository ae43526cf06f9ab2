#if CommandLine
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("The commands do what they say, and end with the status that they say")
struct CommandLineTests {
  @Test("help and the version are results")
  func help() async {
    let help = await CapturedConsole.run("--help")
    #expect(help.status == 0)
    #expect(help.output.contains("USAGE: almanac <subcommand>"))
    for status in CommandStatus.allCases { #expect(help.output.contains("\(status.rawValue)\t\(status.meaning)")) }
    #expect(await CapturedConsole.run("--version").output == "\(AlmanacVersion.current)\n")
    for verb in ["serve", "check", "next", "jobs", "runs", "nodes", "import"] {
      #expect(await CapturedConsole.run(verb, "--help").status == 0)
    }
  }

  @Test(
    "a wrong command line is status 64 and told on standard error",
    arguments: [
      ["frobnicate"], ["next"], ["next", "--jsonl", "x"], ["next", "* * * * *", "--count", "-1"], ["serve"],
      ["serve", "--config", "-"], ["jobs", "show"], ["jobs", "list", "--status", "happy"],
      ["jobs", "list", "--limit", "0"],
      ["check"], ["next", "* * * * *", "--from", "yesterday"], ["jobs", "list", "--store", "nosuch:thing"],
      ["runs", "list", "--since", "yesterday"], ["import", "crontab", "-", "--zone", "Nowhere"],
    ])
  func usage(_ arguments: [String]) async {
    let captured = CapturedConsole()
    let status = await Console.$current.withValue(captured.console()) { await AlmanacCommandLine.run(arguments) }
    #expect(status == 64)
    #expect(captured.output == "")
    #expect(!captured.error.isEmpty)
  }

  @Test("next prints fire times in the zone of the expression")
  func next() async {
    let result = await CapturedConsole.run(
      "next", "30 2 * * *", "--dialect", "crontab", "--tz", "Europe/Berlin", "--from", "2026-03-27T12:00:00Z",
      "--count", "3")
    #expect(
      result.output == """
        2026-03-28 02:30:00 +01:00  Sat
        2026-03-29 03:00:00 +02:00  Sun
        2026-03-30 02:30:00 +02:00  Mon

        """)
    let json = await CapturedConsole.run(
      "next", "0 0 1 1 *", "--from", "2026-03-27T12:00:00Z", "--count", "1", "--format", "json")
    #expect(json.output == #"{"exhausted":false,"fires":["2027-01-01T00:00:00Z"]}"# + "\n")
  }

  @Test("a bad expression is status 65, with a mark below the fault")
  func badExpression() async {
    let result = await CapturedConsole.run("next", "0 25 * * *")
    #expect(result.status == 65)
    #expect(result.error.contains("(column 3)\n  0 25 * * *\n    ^~"))
    #expect(await CapturedConsole.run("next", "0 0 * * *", "--tz", "Mars").status == 65)
    #expect(await CapturedConsole.run("next", "0 0 * * *", "--dialect", "hebrew").status == 65)
  }

  @Test("check prints the next fires of each job in its zone")
  func check() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file(
      "jobs.yaml",
      """
      zone: Asia/Tokyo
      jobs:
        a: {shell: date, cron: "0 4 * * *", title: Four}
        gone: {shell: date, at: 2020-01-01T00:00:00Z}
        owed: {shell: date, at: 2020-01-01T00:00:00Z, retention: 100000d}
        ends: {shell: date, cron: "0 0 1 1 *", until: 2020-01-01}
      """)
    let result = await CapturedConsole.run("check", path, "--count", "2")
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "a  Four")
    #expect(lines[1] == "  cron \"0 4 * * *\" in Asia/Tokyo")
    #expect(lines[2].contains(" 04:00:00 +09:00  "))
    #expect(lines.contains("  2020-01-01 09:00:00 +09:00 has passed; it fires at once where it never did"))
    #expect(
      lines.contains(
        "  2020-01-01 09:00:00 +09:00 has passed; that is longer ago than its retention, so it is not added"))
    #expect(lines.contains("  never fires"))
    #expect(lines.last == "\(path): 4 jobs, no problems")
    let json = await CapturedConsole.run("check", path, "--format", "json", "--count", "1")
    #expect(json.output.split(separator: "\n").count == 4)
    #expect(json.output.hasPrefix(#"{"atStart":false,"exhausted":false,"fires":[""#))
  }

  @Test("a broken file is status 65, a missing one 66")
  func brokenFile() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("jobs.yaml", "jobs:\n  a: {comand: [x], every: 1s}\n")
    let result = await CapturedConsole.run("check", path)
    #expect(result.status == 65)
    #expect(result.error.contains("\(path):2:7: unknown key \"comand\" in the job \"a\"; did you mean \"command\"?"))
    #expect(await CapturedConsole.run("check", directory.path + "/missing").status == 66)
    let bytes = directory.path + "/bytes"
    try Data([0x6A, 0xFF]).write(to: URL(fileURLWithPath: bytes))
    #expect(await CapturedConsole.run("check", bytes).status == 65)
  }

  @Test("an imported crontab passes check, and what was lost is told with its line")
  func importing() async throws {
    let directory = try TemporaryDirectory()
    let crontab = try directory.file("crontab", "MAILTO=me\n61 * * * * x\n@reboot y\n0 4 * * * echo hi\n")
    let path = directory.path + "/out.yaml"
    let result = await CapturedConsole.run("import", "crontab", crontab, "--zone", "Asia/Tokyo", "-o", path)
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(result.error.contains("\(crontab):2: lost: 61 * * * *: minute 61 is out of range"))
    #expect(result.error.contains("\(crontab):3: note: @reboot runs once at each start"))
    #expect(result.error.hasSuffix("2 of 3 entries carried over\n"))
    #expect(await CapturedConsole.run("check", path).status == 0)
    #expect(
      await CapturedConsole.run("import", "crontab", crontab, "-o", directory.path + "/no/such/place").status == 73)
  }

  @Test("a store that is not there is status 69, and looking does not make one")
  func noStore() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/none.sqlite"
    for command in [["jobs", "list"], ["runs", "list"], ["nodes", "list"], ["jobs", "pause", "a"]] {
      let captured = CapturedConsole()
      let status = await Console.$current.withValue(captured.console()) {
        await AlmanacCommandLine.run(command + ["--store", "sqlite:\(path)"])
      }
      #expect(status == 69)
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}

#if SQLite
@Suite("The commands work on a store beside its schedulers")
struct StoreCommandTests {
  /// A store with a few jobs, and the arguments that name it.
  private func withStore(_ body: (String) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    let address = "sqlite:\(directory.path)/store.sqlite"
    let store = try StoreAddress(address).open(creating: true)
    let scheduler = Scheduler(store: store)
    let file = try read(
      """
      name: p
      zone: Asia/Tokyo
      jobs:
        alpha: {shell: date, cron: "0 4 1 1 *", title: Alpha, tags: [x, y], environment: {SECRET: hush}}
        beta: {http: {url: http://localhost/, headers: {Authorization: hush}}, every: 1000d, tags: [x], queue: web}
        gamma: {shell: date, every: 2000d, paused: true}
      """)
    _ = try await PlanApplication(scheduler: scheduler, file: file).apply(now: SystemClock().now())
    do {
      try await body(address)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  @Test("jobs are listed, filtered and paged")
  func list() async throws {
    try await self.withStore { store in
      func ids(_ arguments: String...) async -> [String] {
        let captured = CapturedConsole()
        _ = await Console.$current.withValue(captured.console()) {
          await AlmanacCommandLine.run(["jobs", "list", "--format", "json", "--store", store] + arguments)
        }
        return captured.output.split(separator: "\n").compactMap {
          (try? JSONReader.value(in: Array($0.utf8)))?["id"]?.stringValue
        }
      }
      #expect(await ids() == ["alpha", "beta", "gamma"])
      #expect(await ids("--tag", "x") == ["alpha", "beta"])
      #expect(await ids("--tag", "x", "--tag", "y") == ["alpha"])
      #expect(await ids("--status", "paused") == ["gamma"])
      #expect(await ids("--prefix", "al") == ["alpha"])
      #expect(await ids("--queue", "web") == ["beta"])
      #expect(await ids("--type", "almanac.http") == ["beta"])
      #expect(await ids("--creator", "file:q") == [])
      #expect(await ids("--limit", "2") == ["alpha", "beta"])
      #expect(await ids("--limit", "2", "--after", "beta") == ["gamma"])
      #expect(await ids("--limit", "1", "--all") == ["alpha", "beta", "gamma"])
      #expect(await ids("--order", "next") == ["alpha", "beta", "gamma"])
      #expect(await ids("--order", "next", "--limit", "1", "--after", "alpha") == ["beta"])
    }
  }

  @Test("a table fits its terminal")
  func table() async throws {
    try await self.withStore { store in
      for width in [60, 80, 120] {
        let result = await CapturedConsole.run("jobs", "list", "--store", store, "--tz", "UTC", width: width)
        #expect(result.output.hasPrefix("ID "))
        if width >= 100 {
          #expect(result.output.split(separator: "\n").allSatisfy { VisibleText.width(String($0)) <= width })
        }
      }
    }
  }

  @Test("a job whose executor no scheduler has is listed as waiting for it, and schedulers with what they have")
  func waiting() async throws {
    try await self.withStore { address in
      let store = try StoreAddress(address).open(creating: false)
      try await store.prepare()
      _ = try await store.openSession(
        SessionDraft(
          node: "n", host: "h", processID: 1, version: "1", queues: nil, executors: ["threads", "workers"], running: 0,
          lifetime: .seconds(3_600)))
      let list = await CapturedConsole.run("jobs", "list", "--store", address, "--tz", "UTC")
      #expect(list.output.contains("waiting for executor default"))
      let show = await CapturedConsole.run("jobs", "show", "alpha", "--store", address, "--tz", "UTC")
      #expect(show.output.contains("waiting for executor default: no scheduler at work has it"))
      let json = await CapturedConsole.run("jobs", "list", "--store", address, "--format", "json")
      #expect(json.output.contains("\"waitingForExecutor\":true"))
      let nodes = await CapturedConsole.run("nodes", "--store", address, "--tz", "UTC")
      #expect(nodes.output.contains("threads workers"))
      await store.close()
    }
  }

  @Test("show tells all there is to know, and hides what may be secret")
  func show() async throws {
    try await self.withStore { store in
      let result = await CapturedConsole.run("jobs", "show", "alpha", "--store", store, "--tz", "UTC")
      for part in [
        "title        Alpha", "creator      file:p", "policies", "counters", "next fires", "tags         x, y",
      ] {
        #expect(result.output.contains(part), "\(part)")
      }
      #expect(!result.output.contains("hush"))
      #expect(result.output.contains("SECRET"))
      let json = await CapturedConsole.run("jobs", "show", "beta", "--store", store, "--format", "json")
      #expect(!json.output.contains("hush"))
      let shown = try JSONReader.value(in: Array(json.output.utf8))
      #expect(shown["payload"]?["url"] == "http://localhost/")
      #expect(await CapturedConsole.run("jobs", "show", "nobody", "--store", store).status == 1)
    }
  }

  @Test("pause, resume, run, skip and remove do one thing each, and refuse what cannot be")
  func changes() async throws {
    try await self.withStore { store in
      func run(_ arguments: String...) async -> (status: Int32, output: String, error: String) {
        let captured = CapturedConsole()
        let status = await Console.$current.withValue(captured.console()) {
          await AlmanacCommandLine.run(["jobs"] + arguments + ["--store", store, "--tz", "UTC"])
        }
        return (status, captured.output, captured.error)
      }
      #expect(await run("pause", "alpha", "--note", "later").output == "alpha: paused\n")
      #expect(await run("show", "alpha").output.contains("later"))
      let twice = await run("pause", "alpha", "beta")
      #expect(twice.status == 1)
      #expect(twice.output == "beta: paused\n")
      #expect(twice.error == "alpha: refused: the job is paused already\n")
      #expect(await run("resume", "alpha").output.hasPrefix("alpha: resumed; next fire "))
      #expect(await run("run", "alpha").output == "alpha: asked for a run\n")
      #expect(await run("show", "alpha").output.contains("by hand: waiting from"))
      #expect(await run("skip", "alpha").output.hasPrefix("alpha: skipped; next fire "))
      #expect(await run("cancel", "alpha").status == 0)
      #expect(await run("remove", "alpha").output == "alpha: removed\n")
      #expect(await run("remove", "alpha").status == 1)
      #expect(await run("remove", "nobody").error == "nobody: there is no such job\n")
    }
  }

  @Test("history and nodes are listed")
  func history() async throws {
    try await self.withStore { store in
      _ = await CapturedConsole.run("jobs", "skip", "alpha", "--store", store)
      let rows = await CapturedConsole.run(
        "runs", "list", "--store", store, "--job", "alpha", "--since", "1h", "--tz", "UTC")
      #expect(rows.output.contains("not run"))
      #expect(rows.output.contains("skipped"))
      let json = await CapturedConsole.run("runs", "list", "--store", store, "--format", "json")
      #expect(json.output.contains("\"entry\":\"fate\""))
      #expect(
        await CapturedConsole.run("runs", "list", "--store", store, "--before", "1h").error
          == "There is nothing to tell.\n")
      #expect(await CapturedConsole.run("nodes", "--store", store).status == 0)
    }
  }
}
#endif
#endif
