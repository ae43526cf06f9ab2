import Almanac
import CMeasure
import Foundation

/// What the stored form costs: nanoseconds to write and to read each part of a record, the job's own way and by Foundation's coders in turn.
enum CodecScenario {
  private static let count = 20_000

  @Sendable static func run() async throws {
    let at = Instant(microsecondsSinceEpoch: 1_795_453_000_000_000)
    let definition = JobDefinition(
      id: "job-12345", incarnation: 7_263_547_263_547_263, createdAt: at,
      payload: Array(#"{"exam":42,"name":"CET-6"}"#.utf8), trigger: .at(at),
      profile: JobProfile(lane: Lane(jobName: "nothing")))
    let claim = Claim(number: 1, owner: Epoch(7), batch: 726_354_726_354_726, at: at)
    let state = JobState(
      revision: 2, statusSince: at, nextFire: nil, lastFire: at, runs: [Run(fireTime: at, phase: .claimed(claim))],
      claims: 1, counters: RunCounters(started: 1), firesTaken: 1)
    let end = AttemptEnd(
      fireTime: at, origin: .trigger, attempt: 1, claim: 1, owner: Epoch(7), node: "host-4711", outcome: .succeeded,
      startedAt: at, endedAt: at)
    let row = HistoryRow(
      job: "job-12345", jobName: "nothing", incarnation: 7_263_547_263_547_263, revision: 3, ordinal: 0, at: at,
      entry: .attempt(end))
    try await self.measure("definition", definition, RecordCodec.encode) { try RecordCodec.definition(from: $0) }
    try await self.measure("state of a run that goes", state, RecordCodec.encode) { try RecordCodec.state(from: $0) }
    try await self.measure("row of history", row, RecordCodec.encode) { try RecordCodec.historyRow(from: $0) }
  }

  private static func measure<Value: Codable & Sendable>(
    _ name: String, _ value: Value, _ encode: (Value) throws -> [UInt8], _ decode: ([UInt8]) throws -> Value
  ) async throws {
    let bytes = try encode(value)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let decoder = JSONDecoder()
    let data = Data(bytes)
    var figures: [[Int64]] = [[], [], [], []]
    for _ in 0..<5 {
      figures[0].append(try await self.each { _ = try encode(value) })
      figures[1].append(try await self.each { _ = try encoder.encode(value) })
      figures[2].append(try await self.each { _ = try decode(bytes) })
      figures[3].append(try await self.each { _ = try decoder.decode(Value.self, from: data) })
    }
    let medians = figures.map { Report.percentile($0, 0.5) }
    Report.line("codec", "\(name), \(bytes.count) bytes, written", "\(medians[0]) ns, JSONEncoder \(medians[1]) ns")
    Report.line("codec", "\(name), read", "\(medians[2]) ns, JSONDecoder \(medians[3]) ns")
  }

  private static func each(_ body: () throws -> Void) async throws -> Int64 {
    try await timed { for _ in 0..<self.count { try body() } } / Int64(self.count)
  }
}
