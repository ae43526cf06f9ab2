import Almanac

// Records and claims from which the tests of stores build what they need, whatever the store.

/// 2030-01-01T00:00:00Z.
package let start = Instant(microsecondsSinceEpoch: 1_893_456_000_000_000)

/// A job that fires once, so many seconds after ``start``.
package func oneShot(
  _ id: JobID, at seconds: Int64 = 1, lane: Lane = Lane(jobName: "job"), tags: [String] = [], creator: String? = nil,
  payload: [UInt8] = Array(#"{"n":1}"#.utf8)
) -> JobRecord {
  JobMachine.newRecord(
    JobDefinition(
      id: id, incarnation: 1, createdAt: start, payload: payload, trigger: .at(start + .seconds(seconds)),
      profile: JobProfile(lane: lane, tags: tags, creator: creator)), now: start)
}

package func draft(_ node: String = "node") -> SessionDraft {
  SessionDraft(
    node: node, host: "host", processID: 1, version: "1", queues: nil, running: 0, lifetime: .seconds(15))
}

extension JobStore {
  /// Adds records whose ids are free.
  package func add(_ records: [JobRecord]) async throws {
    for begin in stride(from: 0, to: records.count, by: 1_000) {
      let batch = Array(records[begin..<min(begin + 1_000, records.count)])
      _ = try await self.insert(batch) { _, _ in .refuse(.kept) }
    }
  }

  /// Claims what is due for a session, and answers which jobs began.
  package func claim(_ slots: Int, at seconds: Int64, as epoch: Epoch, names: Set<String> = ["job"]) async throws
    -> [JobID]
  {
    let now = start + .seconds(seconds)
    let demand = Demand(jobNames: names, slots: [Lane.defaultExecutor: slots])
    var begun: [JobID] = []
    let answers = try await self.advance(demand, at: now, as: epoch) { record, starts in
      JobMachine.apply(.due(starts: starts, owner: epoch, batch: 1), to: record, now: now)
    }
    for case .committed(let record, let effects) in answers {
      for case .start in effects { begun.append(record.id) }
    }
    return begun
  }
}
