import Almanac

// What is expected is read from the store: it is what any scheduler that shares it, or comes later, would see.

extension TestScheduler {
  /// All attempts of the job that have ended, the earliest first, whichever scheduler made them.
  public func attempts(of id: JobID) async throws -> [AttemptEnd] {
    try await self.entries(of: id).compactMap { if case .attempt(let end) = $0 { end } else { nil } }
  }

  /// All fires of the job that did not run, the earliest first.
  public func fates(of id: JobID) async throws -> [Fate] {
    try await self.entries(of: id).compactMap { if case .fate(let fate) = $0 { fate } else { nil } }
  }

  /// Expects that the job's attempts ended exactly so, the earliest first. An attempt that is tried again is one of its own.
  ///
  /// ```swift
  /// try await test.expectRuns(of: "reminder", [.failed, .failed, .succeeded])
  /// ```
  ///
  /// - Throws: ``UnmetExpectation``.
  public func expectRuns(
    of id: JobID, _ outcomes: [OutcomeKind], fileID: StaticString = #fileID, line: UInt = #line
  ) async throws {
    let ends = try await self.attempts(of: id)
    guard ends.map(\.outcome) != outcomes else { return }
    let seen = ends.map { end in
      "\(end.outcome) at \(end.endedAt)" + (end.failure.map { " (\($0.message))" } ?? "")
    }
    throw UnmetExpectation(
      "runs of \"\(id)\": expected \(self.list(outcomes)), saw \(self.list(seen))", fileID, line)
  }

  /// Expects that the job's attempts were started exactly at these times. An attempt that is still going has not ended and is not among them.
  ///
  /// - Throws: ``UnmetExpectation``.
  public func expectStarts(
    of id: JobID, at times: [Instant], fileID: StaticString = #fileID, line: UInt = #line
  ) async throws {
    let seen = try await self.attempts(of: id).map(\.startedAt)
    guard seen != times else { return }
    throw UnmetExpectation(
      "starts of \"\(id)\": expected \(self.list(times)), saw \(self.list(seen))", fileID, line)
  }

  /// Expects that so many fires of the job did not run for the given reason.
  ///
  /// - Throws: ``UnmetExpectation``.
  public func expectDropped(
    of id: JobID, _ reason: FateReason, count: Int, fileID: StaticString = #fileID, line: UInt = #line
  ) async throws {
    let fates = try await self.fates(of: id)
    let seen = fates.filter { $0.reason == reason }.reduce(0) { $0 + $1.count.lowerBound }
    guard seen != count else { return }
    let all = fates.map { "\($0.count.lowerBound) \($0.reason)" }
    throw UnmetExpectation(
      "fires of \"\(id)\" that did not run: expected \(count) \(reason), saw \(self.list(all))", fileID, line)
  }

  /// Expects the job to fire next at the given time; nil for never again.
  ///
  /// - Throws: ``UnmetExpectation``.
  public func expectNextFire(
    of id: JobID, at time: Instant?, fileID: StaticString = #fileID, line: UInt = #line
  ) async throws {
    let seen = try await self.record(of: id, fileID, line).state.nextFire
    guard seen != time else { return }
    func text(_ time: Instant?) -> String { time.map(String.init(describing:)) ?? "none" }
    throw UnmetExpectation("next fire of \"\(id)\": expected \(text(time)), saw \(text(seen))", fileID, line)
  }

  /// Expects the job to be in the given status.
  ///
  /// - Throws: ``UnmetExpectation``.
  public func expectStatus(
    of id: JobID, _ status: JobStatus, fileID: StaticString = #fileID, line: UInt = #line
  ) async throws {
    let state = try await self.record(of: id, fileID, line).state
    guard state.status != status else { return }
    let note = state.note.map { " (\($0))" } ?? ""
    throw UnmetExpectation(
      "status of \"\(id)\": expected \(status), saw \(state.status)\(note)", fileID, line)
  }

  /// Expects that no code of the job has run, or of any job: no attempt has ended, and none is going.
  ///
  /// - Throws: ``UnmetExpectation``.
  public func expectNothingRan(
    of id: JobID? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) async throws {
    for row in try await self.rows(of: id) {
      guard case .attempt(let end) = row.entry else { continue }
      throw UnmetExpectation(
        "nothing should have run: \"\(row.job)\" was started at \(end.startedAt) and \(end.outcome)", fileID, line)
    }
    for record in try await self.records(of: id) {
      guard let claim = record.state.runs.lazy.compactMap(\.claim).first else { continue }
      throw UnmetExpectation("nothing should have run: \"\(record.id)\" is going since \(claim.at)", fileID, line)
    }
  }

  // MARK: Reading

  func record(of id: JobID, _ fileID: StaticString, _ line: UInt) async throws -> JobRecord {
    guard let record = try await self.store.fetch([id]).first ?? nil else {
      throw UnmetExpectation("there is no job \"\(id)\"", fileID, line)
    }
    return record
  }

  private func records(of id: JobID?) async throws -> [JobRecord] {
    if let id { return try await self.store.fetch([id]).compactMap { $0 } }
    var query = JobQuery(statuses: nil, limit: JobQuery.maximumLimit)
    var records: [JobRecord] = []
    while true {
      let page = try await self.store.query(query)
      records += page.records
      guard let next = page.next else { return records }
      query.cursor = next
    }
  }

  private func entries(of id: JobID) async throws -> [HistoryEntry] {
    try await self.rows(of: id).map(\.entry)
  }

  /// The rows of the history, the earliest first.
  private func rows(of id: JobID?) async throws -> [HistoryRow] {
    var query = HistoryQuery(job: id, limit: HistoryQuery.maximumLimit)
    var rows: [HistoryRow] = []
    while true {
      let page = try await self.store.history(query)
      rows += page.rows
      guard let next = page.next else { return rows.reversed() }
      query.cursor = next
    }
  }

  private func list(_ items: [some Any]) -> String {
    items.isEmpty ? "none" : items.map { "\($0)" }.joined(separator: ", ")
  }
}
