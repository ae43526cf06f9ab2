import Almanac
import Foundation

/// The records of the first version of the stored form, as values, and the files that hold them as they are stored.
///
/// The files are never written anew: a version that cannot read them, or writes them otherwise, has broken every store there is.
enum Golden {
  static func bytes(_ name: String) throws -> [UInt8] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/v1-\(name).json")
    // Files end with a line's end, stored values do not.
    let bytes = [UInt8](try Data(contentsOf: url))
    return bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes
  }

  private static func at(_ seconds: Double) -> Instant { Workshop.at(seconds) }

  static let plain = JobDefinition(
    id: "exam-42/oX1", incarnation: 4_611_686_018_427_387_905, createdAt: at(0),
    payload: Array(#"{"openID":"oX1"}"#.utf8),
    trigger: .at(at(86_400)), profile: JobProfile(lane: Lane(jobName: "send-reminder")))

  /// Everything that can be said.
  static let full = JobDefinition(
    id: "nightly/größe 🌙", incarnation: 12, revision: 3, createdAt: at(0.000001), payload: [0xFF, 0x00, 0x7B],
    trigger: Workshop.every(3_600, from: 0),
    profile: JobProfile(
      lane: Lane(queue: "bulk", jobName: "clean", executor: "processes", priority: .high, format: 1),
      policies: JobPolicies(
        misfireGrace: .seconds(90), catchUp: .all(limit: 5), overlap: .queue(limit: 3),
        retry: RetryPolicy(attempts: 4, backoff: .linear(step: .milliseconds(1_500), cap: .seconds(60))),
        timeout: .microseconds(1), onCrash: .abandon, retention: .seconds(86_400),
        unknown: UnknownFields(["strikes": 3])),
      tags: ["nightly", "db"], title: "Clean \"up\"", payloadCodec: "cbor", payloadVersion: 2, creator: "ops",
      redactedFields: ["password", "account"], nameAliases: ["sweep"]),
    extras: JobExtras(
      concurrencyKey: "db", correlationID: "c-1", parentID: "parent", traceContext: ["traceparent": "00-ab-cd-01"],
      idempotencyKey: "once", unknown: UnknownFields(["colour": ["red", 1, 1.5, true, .null], "size": ["w": 2]])))

  static let fresh = JobState(statusSince: at(0), nextFire: at(86_400))

  /// Runs in every phase, rows of every kind in the outbox, and members of a later version at every level.
  static let busy = JobState(
    revision: 41, status: .paused, note: "by hand: \"maintenance\"", statusSince: at(10), nextFire: at(3_600),
    lastFire: at(30), lastHandFire: at(31.000001),
    runs: [
      Run(fireTime: at(10), attempt: 3, failures: 2, phase: .waiting(until: at(70))),
      Run(
        fireTime: at(20),
        phase: .claimed(
          Claim(number: 8, owner: Epoch(3), batch: 9_007_199_254_740_993, at: at(20.5), timeoutAt: at(80.5)))),
      Run(
        fireTime: at(30), attempt: 2,
        phase: .claimed(Claim(number: 9, owner: Epoch(4), batch: 7, at: at(30), cancelling: .timeout)),
        unknown: UnknownFields(["host": "a"])),
      Run(fireTime: at(31.000001), origin: .hand, phase: .waiting(until: at(31))),
    ],
    claims: 9, revokedClaims: [4, 6],
    counters: RunCounters(
      started: 9, succeeded: 3, failed: 1, retried: 2, crashed: 1, cancelled: 1, unknown: 1, dropped: 40,
      unknownFields: UnknownFields(["late": 5])),
    lastOutcome: .timedOut, outbox: [attempt, fate], outboxDueAt: at(40), zoneData: "2026a",
    unknown: UnknownFields(["mood": .null, "nested": ["deep": [1, ["er": "x"]]]]))

  static let tombstone = JobState(
    revision: 7, status: .removed, statusSince: at(50), nextFire: nil, lastFire: at(40), claims: 2,
    counters: RunCounters(started: 2, succeeded: 2), lastOutcome: .succeeded, forgetAt: at(50 + 7 * 86_400))

  static let attempt = HistoryRow(
    job: "nightly/größe 🌙", jobName: "clean", incarnation: 12, revision: 40, ordinal: 0, at: at(35),
    entry: .attempt(
      AttemptEnd(
        fireTime: at(10), origin: .trigger, attempt: 2, claim: 7, owner: Epoch(3),
        node: "b", outcome: .failed,
        failure: Failure(
          type: "HTTP.Error", message: "503\nService Unavailable", unknown: UnknownFields(["code": 503])),
        startedAt: at(34), endedAt: at(35), retryAt: at(70))))

  static let fate = HistoryRow(
    job: "nightly/größe 🌙", jobName: "clean", incarnation: 12, revision: 40, ordinal: 1, at: at(35),
    entry: .fate(Fate(reason: .coalesced, first: at(-3_600), last: at(-0.000001), count: .atLeast(10_000))))

  static let definitions: [(name: String, value: JobDefinition)] = [
    ("definition-plain", plain), ("definition-full", full), ("definition-strict", strict),
  ]
  static let states: [(name: String, value: JobState)] = [
    ("state-fresh", fresh), ("state-busy", busy), ("state-tombstone", tombstone), ("state-troubled", troubled),
  ]
  static let rows: [(name: String, value: HistoryRow)] = [
    ("row-attempt", attempt), ("row-fate", fate), ("row-result", result), ("row-binary", binary),
  ]
}

extension JobDefinition {
  /// What of it has no comparison of its own: trigger, policies and unknown members have.
  var parts: [String] {
    let extras = self.extras
    return [
      "\(self.id) \(self.incarnation) \(self.revision) \(self.createdAt.microsecondsSinceEpoch) \(self.payload)",
      "\(self.lane)", "\(self.profile.tags)",
      "\(self.profile.title ?? "-") \(self.profile.payloadCodec) \(self.profile.payloadVersion)",
      "\(self.profile.creator ?? "-") \(self.profile.redactedFields) \(self.profile.nameAliases)",
      "\(extras?.concurrencyKey ?? "-") \(extras?.correlationID ?? "-") \(extras?.parentID?.rawValue ?? "-")",
      "\(extras?.traceContext ?? [:]) \(extras?.idempotencyKey ?? "-")",
    ]
  }
}
