import Almanac

// Examples with the policies that few jobs have, and with what follows from them.
extension Golden {
  private static func at(_ seconds: Double) -> Instant { Workshop.at(seconds) }

  static let strict = JobDefinition(
    id: "strict", incarnation: 13, createdAt: at(0), payload: Array("{}".utf8), trigger: .at(at(60)),
    profile: JobProfile(
      lane: Lane(jobName: "work"),
      policies: JobPolicies(
        catchUpWindow: .seconds(3_600), jitter: .seconds(30), deadline: .seconds(600), overlap: .cancelRunning,
        retry: RetryPolicy(
          attempts: 5, backoff: .fixed(.seconds(2)), jitter: 0.25, retryOn: ["B", "A"], giveUpOn: ["C"]),
        crashLimit: nil, pauseAfterFailures: 3, runLimit: 100, deadLetters: 0, logLines: 5,
        historyAge: .seconds(86_400),
        historyLimit: 50)))

  static let troubled = JobState(
    revision: 12, status: .active, statusSince: at(0), nextFire: at(60), nextStart: at(75), lastFire: at(50),
    runs: [
      Run(
        fireTime: at(20.5), origin: .hand, attempt: 1,
        phase: .claimed(
          Claim(
            number: 5, owner: Epoch(2), batch: 3, at: at(21), cancelling: .overlap,
            progress: RunProgress(completed: 3, total: 10, note: "third", at: at(22)))),
        payload: Array(#"{"n":1}"#.utf8)),
      Run(fireTime: at(30.5), origin: .hand, phase: .waiting(until: at(30.5)), payload: [0xFF]),
    ],
    claims: 5, counters: RunCounters(started: 5, snoozed: 2), lastOutcome: .failed,
    dead: [
      DeadRun(
        fireTime: at(10), attempt: 3, outcome: .timedOut, message: "too slow", diedAt: at(19),
        payload: Array("{}".utf8)),
      DeadRun(fireTime: at(11.5), origin: .hand, attempt: 1, outcome: .unknown, diedAt: at(20), payload: [0xFE]),
    ],
    failuresInRow: 2, crashesInRow: 1, firesTaken: 4)

  static let result = HistoryRow(
    job: "strict", jobName: "work", incarnation: 13, revision: 9, ordinal: 0, at: at(35), keepUntil: at(86_435),
    entry: .attempt(
      AttemptEnd(
        fireTime: at(10), origin: .trigger, attempt: 1, claim: 7, owner: Epoch(3), node: "a", outcome: .succeeded,
        startedAt: at(34), endedAt: at(35), result: Array(#"{"sent":3}"#.utf8),
        logs: [LogLine(at: at(34.5), level: "info", message: "sending")])))

  static let binary = HistoryRow(
    job: "strict", jobName: "work", incarnation: 13, revision: 10, ordinal: 0, at: at(36),
    entry: .attempt(
      AttemptEnd(
        fireTime: at(20), origin: .trigger, attempt: 1, claim: 8, owner: Epoch(3), outcome: .snoozed,
        startedAt: at(36), endedAt: at(36), retryAt: at(40), result: [0xFF])))
}
