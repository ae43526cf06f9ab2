extension Scheduler {
  /// Does one thing to every job that matches.
  ///
  /// ```swift
  /// let plan = try await scheduler.changeAll(matching: JobQuery(tags: ["mail"]), .pause(note: "mail server moves"), dryRun: true)
  /// print("\(plan.changed) jobs would be paused, \(plan.refused) cannot be")
  /// try await scheduler.changeAll(matching: JobQuery(tags: ["mail"]), .pause(note: "mail server moves"))
  /// ```
  ///
  /// The jobs are found first and changed then. A job that somebody else changed in between, so that it does not match any more, is left alone and
  /// reported; so is one whose state refuses the change. A dry run tells what would become of each job as it is now, and writes nothing.
  ///
  /// - Parameters:
  ///   - query: which jobs. Its order, limit and cursor do not count: all that match are meant.
  ///   - atomicity: how much is written in one step. Jobs that somebody else changed at the same moment follow in another.
  /// - Throws: ``SchedulerError/Code/batchTooLarge`` where more jobs match than the store changes in one step, and the whole of them was to
  ///   be; nothing was done then.
  @discardableResult
  public func changeAll(
    matching query: JobQuery, _ change: BatchChange, dryRun: Bool = false, atomicity: BatchAtomicity = .whole,
    store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> BatchReport {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    let zones = self.core.shared.zones
    var report = BatchReport(isDryRun: dryRun)
    try await desk.eachBatch(matching: query, atomicity, &report) { records, report in
      let now = desk.now()
      if dryRun {
        for record in records {
          let verdict = JobMachine.apply(change.event, to: zones.current(record), now: now)
          report.add(record.id, verdict, store: store)
        }
        return
      }
      let answers = try await desk.update(records.map(\.id)) { record in
        // It was found a moment ago, and may be another's by now.
        guard query.matches(record) else { return .refuse(.changedMeanwhile) }
        return JobMachine.apply(change.event, to: record, now: now)
      }
      for (record, answer) in zip(records, answers) { report.add(record.id, answer, store: store) }
    }
    return report
  }

  /// Changes what is said of every job that matches; see ``modify(_:store:_:)``.
  ///
  /// - Parameters:
  ///   - query: which jobs. Its order, limit and cursor do not count: all that match are meant.
  ///   - atomicity: how much is written in one step. Jobs that somebody else changed at the same moment follow in another.
  ///   - change: is called for each job, again where others changed it in between, so it must be pure. A job of which it changes nothing is left
  ///     as it is and reported as refused, ``Refusal/unchanged``. What it throws ends the batch before its step is written.
  /// - Throws: ``SchedulerError`` where a job cannot be as it is to be, or more match than the store changes in one step; what `change` throws.
  @discardableResult
  public func modifyAll(
    matching query: JobQuery, dryRun: Bool = false, atomicity: BatchAtomicity = .whole,
    store: String = SchedulerConfiguration.defaultAlias,
    _ change: @escaping @Sendable (inout JobDraft) throws -> Void
  ) async throws -> BatchReport {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    let zones = self.core.shared.zones
    var report = BatchReport(isDryRun: dryRun)
    try await desk.eachBatch(matching: query, atomicity, &report) { records, report in
      let now = desk.now()
      var open = records
      var answers: [JobID: StoreAnswer] = [:]
      for _ in 0..<Scheduler.modifyAttempts where !open.isEmpty {
        var definitions: [JobID: (old: JobDefinition, new: JobDefinition)] = [:]
        for record in open {
          definitions[record.id] = (record.definition, try self.redefine(record.definition, change, at: now, desk))
        }
        let wanted = definitions
        let transition: @Sendable (JobRecord) -> Verdict = { current in
          guard query.matches(current), let (old, new) = wanted[current.id],
            current.definition.revision == old.revision, current.definition.incarnation == old.incarnation
          else { return .refuse(.changedMeanwhile) }
          if new.saysTheSame(as: old) { return .refuse(.unchanged) }
          return JobMachine.apply(.modified(new), to: current, now: now)
        }
        if dryRun {
          for record in open { report.add(record.id, transition(zones.current(record)), store: store) }
          return
        }
        let changed = try await desk.update(open.map(\.id), transition)
        for (record, answer) in zip(open, changed) { answers[record.id] = answer }
        // Who was changed in between and still matches is worked out anew.
        let refused = open.filter { if case .refused(_, .changedMeanwhile)? = answers[$0.id] { true } else { false } }
        if refused.isEmpty { break }
        open = try await desk.store.fetch(refused.map(\.id)).compactMap(\.self).filter { query.matches($0) }
      }
      for record in records { report.add(record.id, answers[record.id], store: store) }
    }
    return report
  }

  /// The definition after a user's change.
  func redefine(
    _ old: JobDefinition, _ change: (inout JobDraft) throws -> Void, at now: Instant, _ desk: StoreDesk
  ) throws -> JobDefinition {
    var draft = JobDraft(old)
    try change(&draft)
    draft.trigger = self.core.shared.zones.current(draft.trigger)
    // What is stored already is not refused: a job must be changeable after the limit was lowered.
    if draft.trigger != old.trigger { try self.checkSize(of: draft.trigger, for: old.id, store: desk.alias) }
    let definition = try draft.definition(basedOn: old, at: now)
    try self.check(payload: definition.payload, of: old.id, at: desk)
    return definition
  }

  /// - Throws: ``SchedulerError/Code/payloadTooLarge``.
  func check(payload bytes: [UInt8], of id: JobID, at desk: StoreDesk) throws {
    let limit = min(self.configuration.maximumPayload, desk.store.capabilities.maximumPayload)
    guard bytes.count > limit else { return }
    throw SchedulerError(
      .payloadTooLarge, job: id, store: desk.alias,
      "the payload has \(bytes.count) bytes, at most \(limit) are allowed; keep large data elsewhere and its address in the payload"
    )
  }
}

extension StoreDesk {
  /// Hands all records that match to the body, as many at a time as may be changed in one step.
  func eachBatch(
    matching query: JobQuery, _ atomicity: BatchAtomicity, _ report: inout BatchReport,
    _ body: ([JobRecord], inout BatchReport) async throws -> Void
  ) async throws {
    let capabilities = self.store.capabilities
    let size = max(capabilities.maximumBatch, 1)
    var query = query
    query.order = .id
    query.cursor = nil
    query.limit = min(size, JobQuery.maximumLimit)
    var records: [JobRecord] = []
    repeat {
      let page = try await self.store.query(query)
      report.unreadable += page.unreadable
      records += page.records
      query.cursor = page.next
      switch atomicity {
      case .perPage:
        if !records.isEmpty { try await body(records, &report) }
        records = []
      case .whole:
        let limit = capabilities.atomicBatch ? size : 1
        // In a dry run too: it tells what the same call would do.
        let isMore = page.next != nil
        guard records.count + (isMore ? 1 : 0) <= limit else {
          // Where there is more, it is not counted: that many are too many already.
          throw self.tooManyMatch(isMore ? "at least \(records.count + 1)" : "\(records.count)", limit)
        }
      }
    } while query.cursor != nil
    if !records.isEmpty { try await body(records, &report) }
  }

  private func tooManyMatch(_ count: String, _ limit: Int) -> SchedulerError {
    SchedulerError(
      .batchTooLarge, store: self.alias,
      "\(count) jobs match, and this store changes at most \(limit) in one step; nothing was done. Use a narrower filter, or "
        + "go page by page (atomicity .perPage; on the command line --per-page)")
  }
}

extension BatchReport {
  /// What would become of a job.
  fileprivate mutating func add(_ id: JobID, _ verdict: Verdict, store: String) {
    switch verdict {
    case .commit(let record, let effects): self.add(id, .committed(record, effects), store: store)
    case .refuse(let refusal): self.add(id, .refused(refusal))
    case .erase: self.add(id, .erased(id), store: store)
    }
  }
}
