#if CommandLine
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("Policies say the same in a file, in the store and on the screen")
struct PolicyConfigTests {
  private func policies(_ lines: String, work: String = "shell: x") throws -> JobPolicies {
    let text = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
    return try read("jobs:\n  a:\n    \(work)\n    every: 1s\n\(text)").jobs[0].policies
  }

  /// The problems of a job's lines, which begin on line 5.
  private func faults(_ lines: String, work: String = "shell: x") -> [String] {
    problems("jobs:\n  a:\n    \(work)\n    every: 1s\n    \(lines)\n")
  }

  private static let all = """
    misfireGrace: 1h
    catchUp: {all: 7}
    catchUpWindow: 2d
    jitter: 30s
    deadline: 1h30m
    overlap: cancel-running
    retry: {attempts: 5, backoff: linear, delay: 2s, cap: 1m, jitter: 0.5, only: [exit-75, signal], not: not-started}
    timeout: 10m
    onCrash: abandon
    crashLimit: 3
    pauseAfterFailures: 4
    runLimit: 100
    deadLetters: 0
    logLines: 5
    historyAge: 3d
    historyLimit: 50
    retention: 1d
    """

  @Test("every key is read")
  func everything() throws {
    let expected = JobPolicies(
      misfireGrace: .seconds(3_600), catchUp: .all(limit: 7), catchUpWindow: .seconds(172_800), jitter: .seconds(30),
      deadline: .seconds(5_400), overlap: .cancelRunning,
      retry: RetryPolicy(
        attempts: 5, backoff: .linear(step: .seconds(2), cap: .seconds(60)), jitter: 0.5,
        retryOn: ["exit-75", "signal"], giveUpOn: ["not-started"]),
      timeout: .seconds(600), onCrash: .abandon, crashLimit: 3, pauseAfterFailures: 4, runLimit: 100, deadLetters: 0,
      logLines: 5, historyAge: .seconds(259_200), historyLimit: 50, retention: .seconds(86_400))
    #expect(try self.policies(Self.all) == expected)
    #expect(expected.problem == nil)
    #expect(PolicyText.unusualPairs(expected).map(\.key) == ConfigReader.policyKeys)
  }

  @Test("a job takes back what the defaults say")
  func takenBack() throws {
    let defaults = Self.all.split(separator: "\n").map { "  \($0)\n" }.joined()
    let none = ["catchUpWindow", "jitter", "deadline", "crashLimit", "pauseAfterFailures", "runLimit", "historyAge"]
    let lines = (none + ["historyLimit"]).map { "    \($0): none\n" }.joined()
    let file = try read(
      "defaults:\n\(defaults)jobs:\n  a:\n    shell: x\n    every: 1s\n\(lines)  b: {shell: x, every: 1s}\n")
    let policies = file.jobs[0].policies
    #expect(policies.catchUpWindow == nil && policies.deadline == nil && policies.jitter == .zero)
    #expect(policies.crashLimit == nil && policies.pauseAfterFailures == nil && policies.runLimit == nil)
    #expect(policies.historyAge == nil && policies.historyLimit == nil)
    #expect(file.jobs[1].policies == (try self.policies(Self.all)))
  }

  @Test(
    "words for the same",
    arguments: [
      ("overlap: queue-one", "overlap: {queue: 1}"), ("overlap: queue", "overlap: {queue: 64}"),
      ("retry: {attempts: 2, jitter: 50 %}", "retry: {attempts: 2, jitter: 0.5}"),
      ("retry: {attempts: 2, jitter: 100%}", "retry: {attempts: 2, jitter: 1}"),
      ("retry: {attempts: 2, jitter: 0}", "retry: 2"),
      ("retry: {attempts: 2, not: timeout}", "retry: {attempts: 2, not: [timeout]}"),
      ("jitter: none", "jitter: 0s"),
    ])
  func synonyms(_ one: String, _ other: String) throws {
    #expect(try self.policies(one) == self.policies(other))
  }

  @Test("faults are told with their place and what would be right")
  func faults() {
    #expect(
      self.faults("crashLimit: 0") == [
        "5:17: crashLimit: expected a whole number from 1 to 1000000, or none, not \"0\""
      ])
    #expect(
      self.faults("runLimit: nine") == [
        "5:15: runLimit: expected a whole number from 1 to 1000000, or none, not \"nine\""
      ])
    #expect(self.faults("deadLetters: 65") == ["5:18: deadLetters: expected a whole number from 0 to 64, not \"65\""])
    #expect(self.faults("logLines: -1") == ["5:15: logLines: expected a whole number from 0 to 1000, not \"-1\""])
    #expect(self.faults("deadline: 0s") == ["5:15: deadline: must be more than zero, or none"])
    #expect(
      self.faults("overlap: cancelrunning") == [
        "5:14: overlap: \"cancelrunning\" is not known; did you mean \"cancel-running\"?"
      ])
    #expect(
      self.faults("pauseAfterFailure: 3") == [
        "5:5: unknown key \"pauseAfterFailure\" in the job \"a\"; did you mean \"pauseAfterFailures\"?"
      ])
    for share in ["50", "1.5", "101%", "-1", "half", "0x1", "nan", "1e-1", "%"] {
      #expect(
        self.faults("retry: {attempts: 2, jitter: '\(share)'}").first?.hasSuffix(
          "jitter: expected a share such as 0.5 or 50%, at most 1 or 100%, not \"\(share)\"") == true, "\(share)")
    }
  }

  @Test("names of failures are those of the job's kind of work")
  func names() throws {
    func only(_ name: String, work: String = "shell: x") -> String? {
      self.faults("retry: {attempts: 2, only: ['\(name)']}", work: work).first
    }
    let call = "http: http://x"
    for name in ["exit-1", "exit-255", "signal", "not-started", "timeout"] { #expect(only(name) == nil) }
    for name in ["status-404", "status-599", "unreachable", "timeout"] { #expect(only(name, work: call) == nil) }
    for name in ["exit-0", "exit-256", "exit-007", "exit-+7", "exit", "status-404", "unreachable"] {
      #expect(only(name)?.contains("is no failure of a command") == true, "\(name)")
    }
    #expect(only("signl")?.hasSuffix("did you mean \"signal\"?") == true)
    #expect(only("75")?.hasSuffix("did you mean \"exit-75\"?") == true)
    #expect(only("404", work: call)?.hasSuffix("did you mean \"status-404\"?") == true)
    #expect(only("MyError")?.hasSuffix("expected exit-N (1 to 255), signal, not-started, timeout") == true)
    #expect(self.faults("retry: {attempts: 2, only: []}").first?.hasSuffix("\"only\" names no failure") == true)
    // Under the defaults it is open what a job does.
    let both = try read("defaults: {retry: {attempts: 2, not: [exit-2, status-404]}}\njobs: {a: {shell: x, every: 1s}}")
    #expect(both.jobs[0].policies.retry.giveUpOn == ["exit-2", "status-404"])
  }

  @Test("each failure has one of the names")
  func failureNames() throws {
    for reason in [.exited(75), .signaled(9), .notStarted("x")] as [CommandFailed.Reason] {
      let name = Failure(CommandFailed(reason: reason, lastLines: [])).type
      #expect(try FailureName.parse(name, of: .command) == name)
    }
    for reason in [.status(404, expected: []), .timedOut(.seconds(1)), .unreachable("x")] as [HTTPFailed.Reason] {
      let name = Failure(HTTPFailed(reason: reason, excerpt: nil)).type
      #expect(try FailureName.parse(name, of: .call) == name)
    }
  }

  @Test("what is shown of policies can be written in a file, and says the same there", arguments: UInt64(0)..<200)
  func shown(_ seed: UInt64) throws {
    let policies = Self.random(seed)
    let lines = PolicyText.pairs(policies).map { "\($0.key): \($0.value)" }.joined(separator: "\n")
    #expect(try self.policies(lines) == policies, "\(lines)")
    let unusual = PolicyText.unusualPairs(policies).map { "\($0.key): \($0.value)" }.joined(separator: "\n")
    #expect(try self.policies(unusual) == policies, "\(unusual)")
  }

  private static func random(_ seed: UInt64) -> JobPolicies {
    var generator = SeededGenerator(seed: seed)
    func pick<Value>(_ values: Value...) -> Value { values[Int(generator.next() % UInt64(values.count))] }
    var policies = JobPolicies(
      misfireGrace: pick(nil, .zero, .milliseconds(1_500)), catchUp: pick(.latest, .earliest, .none, .all(limit: 3)),
      overlap: pick(.skip, .cancelRunning, .queue(limit: 2), .queueAll, .allow(limit: 9)), retry: .never,
      timeout: pick(nil, .seconds(90)), onCrash: pick(.runAgain, .abandon), retention: pick(.seconds(604_800), .zero))
    policies.catchUpWindow = pick(nil, .zero, .seconds(86_400 * 40))
    policies.jitter = pick(.zero, .microseconds(7))
    policies.deadline = pick(nil, .seconds(3_661))
    policies.crashLimit = pick(nil, 5, 1)
    policies.pauseAfterFailures = pick(nil, 1, 30)
    policies.runLimit = pick(nil, 1)
    policies.deadLetters = pick(10, 0, 64)
    policies.logLines = pick(32, 0, 1_000)
    policies.historyAge = pick(nil, .zero, .seconds(5))
    policies.historyLimit = pick(nil, 12)
    policies.retry = RetryPolicy(
      attempts: pick(1, 2, 1_000_000),
      backoff: pick(
        .fixed(.seconds(3)), .linear(step: .zero, cap: .seconds(5)),
        .exponential(from: .milliseconds(1), cap: .seconds(7))),
      jitter: pick(0, 0.01, 0.29, 0.58, 1), retryOn: pick(nil, ["timeout", "exit-75"]),
      giveUpOn: pick([], ["signal"]))
    return policies
  }

  @Test("a change of any policy is a change of the job; stored and read back, none is")
  func planned() async throws {
    func file(_ lines: [Substring]) throws -> ConfigFile {
      try read("name: p\njobs:\n  a:\n    shell: x\n    every: 1s\n" + lines.map { "    \($0)\n" }.joined())
    }
    let lines = Self.all.split(separator: "\n")
    let scheduler = Scheduler(store: MemoryStore())
    let now = SystemClock().now()
    _ = try await PlanApplication(scheduler: scheduler, file: try file(lines)).apply(now: now)
    let record = try #require(await scheduler.job("a")).record
    let stored = try JSONDecoder().decode(JobPolicies.self, from: JSONEncoder().encode(record.definition.policies))
    #expect(stored == record.definition.policies)
    let again = try await PlanApplication(scheduler: scheduler, file: try file(lines)).apply(now: now)
    #expect(again.steps.map(\.action) == [.unchanged])
    for index in lines.indices {
      var fewer = lines
      fewer.remove(at: index)
      let plan = Plan(try file(fewer).jobs, creator: "file:p", existing: [record], now: now)
      #expect(plan.steps.map(\.action) == [.changed], "\(lines[index])")
    }
  }

  @Test("check tells the policies that are not the default, as text and as JSON")
  func check() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file(
      "a.yaml",
      "jobs:\n  a: {shell: x, every: 1s, deadline: 1h, retry: {attempts: 2, not: [exit-2]}}\n  b: {shell: x, every: 1s}\n"
    )
    let text = await CapturedConsole.run("check", path)
    #expect(text.status == 0)
    #expect(text.output.components(separatedBy: "deadline: 1h\n").count == 2)
    #expect(
      text.output.contains(
        "  retry: {attempts: 2, backoff: exponential, delay: 1s, cap: 1h, not: [exit-2]}\n"))
    #expect(!text.output.contains("timeout"))
    let json = await CapturedConsole.run("check", path, "--format", "json")
    #expect(json.output.contains(#""deadline":"1h""#))
    #expect(json.output.contains(#""policies":{}"#))
  }
}
#endif
