extension Scheduler {
  /// Writes the jobs that match as lines of JSON, one a job, which ``importJobs(_:onConflict:dryRun:store:)`` reads into any other store.
  ///
  /// ```swift
  /// var lines: [String] = []
  /// try await scheduler.exportJobs { lines.append($0) }
  /// ```
  ///
  /// A line holds the job's definition, whether it is paused or quarantined and why, and its next and last fire. Runs, claims, dead fires, counters and history stay
  /// where they are; finished and removed jobs are left out. The jobs are read page by page: what others change meanwhile may be in it or not.
  ///
  /// - Parameters:
  ///   - query: which jobs. Its order, limit and cursor do not count: all that match are meant.
  ///   - includingSecrets: whether members of payloads that no export may show (``JobOptions/redactedFields``) are shown. Else a mark stands in their
  ///     places, and the line has to be completed before it can be imported.
  ///   - write: takes a line, without its end.
  /// - Returns: how many jobs were written, and what could not be.
  @discardableResult
  public func exportJobs(
    _ query: JobQuery = JobQuery(), includingSecrets: Bool = false,
    store: String = SchedulerConfiguration.defaultAlias, to write: (String) async throws -> Void
  ) async throws -> ExportReport {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    var query = query
    query.statuses = (query.statuses ?? ExportedJob.statuses).intersection(ExportedJob.statuses)
    query.order = .id
    query.cursor = nil
    query.limit = JobQuery.maximumLimit
    var report = ExportReport()
    repeat {
      let page = try await desk.store.query(query)
      report.unreadable += page.unreadable
      for record in page.records {
        let job = ExportedJob(record, includingSecrets: includingSecrets)
        try await write(try job.line())
        report.exported += 1
        if !job.redacted.isEmpty { report.redacted += 1 }
      }
      query.cursor = page.next
    } while query.cursor != nil
    return report
  }

  /// Adds jobs from the lines of an export, in whatever store it was made.
  ///
  /// All lines are read and checked before anything is written: where one of them cannot be imported, nothing is. Empty lines are passed over.
  ///
  /// Each job begins a new incarnation, with no runs and no history. Its next fire is the one that was exported, so a fire that has passed since is
  /// missed, and the job's catch-up policy decides; a pause or a quarantine stays one. A job whose id is taken is treated as in adding: where it is replaced, it keeps
  /// its own next fire and its own pause, unless its trigger changes.
  ///
  /// - Parameters:
  ///   - policy: what to do where there is a job of the id. With `.fail` that job is reported as refused, and the others are imported.
  ///   - dryRun: checks the lines, and writes nothing.
  /// - Throws: ``ImportError`` with every line that cannot be imported, and why.
  @discardableResult
  public func importJobs(
    _ lines: some Sequence<some StringProtocol>, onConflict policy: ConflictPolicy = .fail, dryRun: Bool = false,
    store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> ImportReport {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    let now = desk.now()
    var problems: [ImportProblem] = []
    var records: [(line: Int, record: JobRecord)] = []
    var lineOf: [JobID: Int] = [:]
    for (index, line) in lines.enumerated() where line.contains(where: { !$0.isWhitespace }) {
      do throws(ImportTrouble) {
        let job = try ExportedJob(line: line)
        let id = job.definition.id
        if let first = lineOf.updateValue(index + 1, forKey: id) {
          throw ImportTrouble("the job \"\(id)\" is on line \(first) too")
        }
        do {
          try self.check(payload: job.definition.payload, of: id, at: desk)
        } catch {
          throw ImportTrouble((error as? SchedulerError)?.message ?? "\(error)")
        }
        records.append((index + 1, job.record(incarnation: Surroundings.uniqueNumber(), now: now)))
      } catch {
        problems.append(ImportProblem(line: index + 1, reason: error.reason))
      }
    }
    guard problems.isEmpty else { throw ImportError(problems: problems) }
    var report = ImportReport(isDryRun: dryRun)
    for chunk in records.chunks(of: desk.store.capabilities.maximumBatch) {
      let answers =
        dryRun
        ? try await desk.answers(ifInserting: chunk.map(\.record), onConflict: policy, at: now)
        : try await desk.insert(chunk.map(\.record), onConflict: policy)
      for ((line, record), answer) in zip(chunk, answers) { report.add(line, record.id, answer) }
    }
    return report
  }
}

extension StoreDesk {
  /// What inserting would answer now.
  fileprivate func answers(
    ifInserting records: [JobRecord], onConflict policy: ConflictPolicy, at now: Instant
  ) async throws -> [InsertAnswer] {
    zip(records, try await self.store.fetch(records.map(\.id))).map { record, existing in
      guard let existing else { return .inserted(record) }
      switch JobMachine.resolve(
        existing: self.shared.zones.current(existing), proposed: record, policy, now: now)
      {
      case .commit(let next, let effects): return .replaced(next, effects)
      case .refuse(let refusal): return .kept(existing, refusal)
      case .erase: return .inserted(record)
      }
    }
  }
}

/// What an export wrote.
public struct ExportReport: Hashable, Sendable {
  public internal(set) var exported = 0
  /// How many of them have values left out, so that they cannot be imported as they are.
  public internal(set) var redacted = 0
  /// Jobs that are stored and cannot be read: they are not in the export, whether or not they match.
  public internal(set) var unreadable: [UnreadableRecord] = []
}

/// What an import did, or in a dry run would do.
public struct ImportReport: Hashable, Sendable {
  /// True where nothing was written.
  public let isDryRun: Bool
  public internal(set) var added = 0
  public internal(set) var replaced = 0
  /// Jobs of whose id one is there that stays, or that says the same already.
  public internal(set) var kept = 0
  /// Jobs that were not imported, because one of their id is there.
  public internal(set) var refused: [RefusedLine] = []

  public struct RefusedLine: Hashable, Sendable {
    /// From 1 on.
    public let line: Int
    public let id: JobID
    public let refusal: Refusal
  }

  init(isDryRun: Bool) {
    self.isDryRun = isDryRun
  }

  mutating func add(_ line: Int, _ id: JobID, _ answer: InsertAnswer) {
    switch answer {
    case .inserted: self.added += 1
    case .replaced(_, let effects):
      let isNew = effects.contains { if case .report(.added) = $0 { true } else { false } }
      if isNew { self.added += 1 } else { self.replaced += 1 }
    case .kept(_, .kept), .kept(_, .unchanged): self.kept += 1
    case .kept(_, let refusal): self.refused.append(RefusedLine(line: line, id: id, refusal: refusal))
    }
  }
}

/// A line that cannot be imported.
public struct ImportProblem: Hashable, Sendable, CustomStringConvertible {
  /// From 1 on.
  public let line: Int
  public let reason: String

  public var description: String { "line \(self.line): \(self.reason)" }
}

/// Lines that cannot be imported; nothing was.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  public let problems: [ImportProblem]

  public var description: String { self.problems.map(\.description).joined(separator: "\n") }
}
