#if CommandLine
import Almanac
import Testing

@testable import AlmanacCommands

@Suite("A configuration file says what it seems to say")
struct ConfigReaderTests {
  @Test("everything that can be said is read")
  func everything() throws {
    let file = try read(
      """
      name: shop
      store: sqlite:data/shop.sqlite
      zone: Europe/Berlin
      executors: {default: 8, heavy: 2}
      drainTimeout: 45s
      defaults: {timeout: 5m, priority: low, queue: shop, retry: 2}
      jobs:
        backup:
          title: Nightly backup
          command: [pg_dump, -f, out.sql]
          directory: dumps
          environment: {PGHOST: db, EMPTY: ""}
          stdin: "a\\nb"
          output: {show: always, limit: 1MiB}
          stopGrace: 3s
          cron: "30 2 * * *"
          dialect: crontab
          zone: Asia/Tokyo
          gap: skip
          fold: both
          from: 2026-01-01
          until: "2026-12-31 23:59"
          misfireGrace: 1h
          catchUp: {all: 7}
          overlap: {queue: 3}
          retry: {attempts: 5, backoff: linear, delay: 2s, cap: 1m}
          timeout: none
          onCrash: abandon
          retention: 1d
          priority: critical
          queue: nightly
          executor: heavy
          tags: [b, a, b]
          paused: true
        ping:
          http:
            url: https://example.org/ping?key=1
            method: put
            headers: {X-A: b}
            body: hello
            expect: [200, 300-399]
            timeout: 2s
          every: 90s
        short: {http: "http://localhost:8080", at: 2026-03-01T00:00:00Z, tags: one}
      """)
    #expect(file.name == "shop")
    #expect(file.store == "sqlite:data/shop.sqlite")
    #expect(file.executors == ["default": 8, "heavy": 2])
    #expect(file.drainTimeout == .seconds(45))
    #expect(file.jobs.map(\.id) == ["backup", "ping", "short"])
    let backup = file.jobs[0]
    #expect(
      backup.work
        == .command(
          CommandJob(
            arguments: ["pg_dump", "-f", "out.sql"], directory: "/srv/jobs/dumps",
            environment: ["PGHOST": "db", "EMPTY": ""], input: "a\nb", outputLimit: 1 << 20, showsOutput: .always,
            stopGrace: .seconds(3))))
    let tokyo = try ZoneDatabase.system.zone("Asia/Tokyo")
    let expected = try Trigger.cron("30 2 * * *", dialect: .crontab, in: "Asia/Tokyo", gap: .skip, fold: .both)
      .starting(at: try ConfigTime.parse("2026-01-01", in: tokyo))
      .ending(at: try ConfigTime.parse("2026-12-31 23:59", in: tokyo))
    #expect(backup.trigger == expected)
    #expect(backup.zone == "Asia/Tokyo")
    #expect(
      backup.policies
        == JobPolicies(
          misfireGrace: .seconds(3_600), catchUp: .all(limit: 7), overlap: .queue(limit: 3),
          retry: RetryPolicy(attempts: 5, backoff: .linear(step: .seconds(2), cap: .seconds(60))), timeout: nil,
          onCrash: .abandon, retention: .seconds(86_400)))
    #expect(backup.priority == .critical)
    #expect(backup.queue == "nightly")
    #expect(backup.executor == "heavy")
    #expect(backup.tags == ["a", "b"])
    #expect(backup.isPaused)
    #expect(backup.title == "Nightly backup")
    let ping = file.jobs[1]
    #expect(
      ping.work
        == .http(
          HTTPJob(
            url: "https://example.org/ping?key=1", method: "PUT", headers: ["X-A": "b"], body: "hello",
            expectedStatus: [StatusRange(first: 200, last: 200), StatusRange(first: 300, last: 399)],
            timeout: .seconds(2))))
    #expect(ping.trigger == (try Trigger.every(.seconds(90))))
    #expect(ping.policies.timeout == .seconds(300))
    #expect(ping.policies.retry.attempts == 2)
    #expect(ping.priority == .low)
    #expect(ping.queue == "shop")
    #expect(file.jobs[2].trigger == .at(instant("2026-03-01T00:00:00Z")))
    #expect(file.jobs[2].tags == ["one"])
  }

  @Test("systemd's calendar events are read in the job's zone")
  func calendar() throws {
    let file = try read("zone: Asia/Tokyo\njobs:\n  a: {shell: date, calendar: 'Mon..Fri 09:00'}\n")
    #expect(file.jobs[0].trigger.next(after: instant("2026-06-05T12:00:00Z")) == instant("2026-06-08T00:00:00Z"))
  }

  @Test("a recurrence rule starts at a local time, without what is excluded and with what is included")
  func recurrence() throws {
    let file = try read(
      """
      zone: Asia/Tokyo
      jobs:
        a:
          shell: date
          rrule: FREQ=WEEKLY;BYDAY=MO
          start: 2026-06-01 09:00
          exclude: [2026-06-08 09:00]
          include: ["2026-06-10 12:30"]
      """)
    let fires = Fires(of: file.jobs[0].trigger, after: instant("2026-06-01T00:00:00Z"), count: 2)
    #expect(fires.all == [instant("2026-06-10T03:30:00Z"), instant("2026-06-15T00:00:00Z")])
  }

  @Test("a file need not say much")
  func little() throws {
    let file = try read("jobs:\n  a: {shell: date, every: 1s}\n")
    #expect(file.name == "test")
    #expect(file.zone == "UTC")
    #expect(
      file.jobs[0].work
        == .command(CommandJob(arguments: ["/bin/sh", "-c", "date"], shell: "date", directory: "/srv/jobs")))
    #expect(file.jobs[0].policies == .default)
    #expect(try read("jobs: {}").jobs.isEmpty)
    #expect(try read("jobs:\n").jobs.isEmpty)
  }

  @Test(
    "the plan is named after the file",
    arguments: [("a/b/shop.yaml", "shop"), ("x", "x"), (".hidden", ".hidden"), ("a.b.yml", "a.b")])
  func names(_ path: String, _ name: String) {
    #expect(ConfigReader.planName(ofPath: path) == name)
  }

  @Test("words that YAML takes for other things are texts where texts are meant")
  func yamlWords() throws {
    let file = try read("jobs:\n  no:\n    command: [echo, yes, 010, null-ish, 1.5]\n    every: 1s\n")
    #expect(file.jobs[0].id == "no")
    guard case .command(let job) = file.jobs[0].work else { return #expect(Bool(false)) }
    #expect(job.arguments == ["echo", "yes", "010", "null-ish", "1.5"])
  }

  @Test("anchors and aliases are followed")
  func aliases() throws {
    let file = try read(
      """
      jobs:
        a: {shell: x, every: 1s, environment: &common {A: b}}
        b: {shell: y, every: 2s, environment: *common}
      """)
    guard case .command(let job) = file.jobs[1].work else { return #expect(Bool(false)) }
    #expect(job.environment == ["A": "b"])
  }
}
#endif
