#if CommandLine
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("A job is shown with what is going on in it")
struct JobTextTests {
  private static let at = instant("2026-01-31T09:30:00Z")

  /// A job in trouble: a run at work, dead fires, failures and crashes in a row, a start put off.
  private func job() throws -> JobSnapshot {
    let definition = try self.definition(JobPolicies(pauseAfterFailures: 4, runLimit: 20))
    let progress = RunProgress(completed: 3, total: 8, note: "pages\u{1B}", at: Self.at - .seconds(2))
    let claim = Claim(
      number: 1, owner: Epoch(5), batch: 1, at: Self.at - .seconds(60), cancelling: .overlap, progress: progress)
    let dead = [
      DeadRun(fireTime: Self.at - .seconds(200), attempt: 1, outcome: .timedOut, diedAt: Self.at),
      DeadRun(
        fireTime: Self.at - .seconds(100), attempt: 3, outcome: .failed, message: "exit status 3\nfirst\nlast",
        diedAt: Self.at),
    ]
    let state = JobState(
      statusSince: Self.at, nextFire: instant("2026-01-31T10:00:00Z"), nextStart: instant("2026-01-31T10:00:12.5Z"),
      runs: [Run(fireTime: Self.at - .seconds(60), phase: .claimed(claim))], counters: RunCounters(snoozed: 6),
      dead: dead, failuresInRow: 2, crashesInRow: 3, firesTaken: 11)
    return JobSnapshot(JobRecord(definition: definition, state: state), store: "default")
  }

  private func definition(_ policies: JobPolicies) throws -> JobDefinition {
    JobDefinition(
      id: "a", incarnation: 1, createdAt: Self.at, payload: Array(#"{"x":1}"#.utf8),
      trigger: try Trigger.cron("0 10 * * *"), profile: JobProfile(lane: Lane(jobName: "t"), policies: policies))
  }

  private func lines(_ job: JobSnapshot) -> [String] {
    JobText.lines(job, fires: 1, LocalTime(zone: .utc), .plain).map {
      $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
  }

  @Test("as text")
  func text() throws {
    let lines = self.lines(try self.job())
    for expected in [
      "next fire 2026-01-31 10:00:00 Z", "next start 2026-01-31 10:00:12 Z, put off by 12.50 s of jitter",
      "in a row 2 failures, paused after 4; 3 crashes, set aside after 5; a suspect, started beside no other",
      "dead fires 2, the latest of 2026-01-31 09:28:20 Z failed: exit status 3: last", "fires taken 11 of 20",
      "snoozed 6", "pauseAfterFailures 4", "runLimit 20",
      "2026-01-31 09:29:00 Z, attempt 1: claimed at 2026-01-31 09:29:00 Z by session 5, told to stop (overlap); at 3 of 8 (37 %), pages\u{FFFD}, told at 2026-01-31 09:29:58 Z",
    ] {
      #expect(lines.contains(expected), "\(expected)\n\(lines.joined(separator: "\n"))")
    }
  }

  @Test("a job without trouble shows none")
  func quiet() throws {
    let state = JobState(statusSince: Self.at, nextFire: instant("2026-01-31T10:00:00Z"))
    let record = JobRecord(definition: try self.definition(.default), state: state)
    let lines = self.lines(JobSnapshot(record, store: "default"))
    for word in ["next start", "in a row", "dead fires", "fires taken", "runs", "deadLetters"] {
      #expect(!lines.contains { $0.hasPrefix(word) }, "\(word)")
    }
  }

  @Test("a job whose executor nobody has is said to wait for it")
  func waiting() throws {
    let state = JobState(statusSince: Self.at, nextFire: instant("2026-01-31T10:00:00Z"))
    let job = JobSnapshot(JobRecord(definition: try self.definition(.default), state: state), store: "default")
    let time = LocalTime(zone: .utc)
    func table(_ waiting: Set<JobID>) -> String {
      JobText.table([job], waiting: waiting, time).lines(width: nil, style: .plain).joined(separator: "\n")
    }
    #expect(table(["a"]).contains("waiting for executor default"))
    #expect(!table([]).contains("waiting"))
    let lines = JobText.lines(job, isWaiting: true, fires: 0, time, .plain)
    #expect(lines.contains { $0.hasSuffix(" waiting for executor default: no scheduler at work has it") })
    #expect(JobJSON.object(job, isWaiting: true)["waitingForExecutor"] == true)
    #expect(JobJSON.object(job)["waitingForExecutor"] == nil)
  }

  @Test("as JSON, with stable names")
  func json() throws {
    let job = try self.job()
    guard case .object(let members) = JobJSON.object(job, fires: 0),
      case .array(let runs)? = members["runs"], case .object(let run)? = runs.first,
      case .array(let dead)? = members["dead"]
    else { return #expect(Bool(false)) }
    #expect(members["nextFire"] == "2026-01-31T10:00:00Z")
    #expect(members["nextStart"] == "2026-01-31T10:00:12.500Z")
    #expect(members["failuresInRow"] == 2)
    #expect(members["crashesInRow"] == 3)
    #expect(members["firesTaken"] == 11)
    #expect(members["deadFires"] == 2)
    #expect(run["cancelling"] == "overlap")
    #expect(
      run["progress"]
        == ["at": "2026-01-31T09:29:58Z", "completed": 3, "note": "pages\u{1B}", "total": 8])
    #expect(
      dead.last
        == [
          "attempt": 3, "diedAt": "2026-01-31T09:30:00Z", "fireTime": "2026-01-31T09:28:20Z",
          "message": "exit status 3\nfirst\nlast", "origin": "trigger", "outcome": "failed",
        ])
    guard case .object(let listed) = JobJSON.object(job) else { return #expect(Bool(false)) }
    #expect(listed["deadFires"] == 2 && listed["dead"] == nil)
  }
}
#endif
