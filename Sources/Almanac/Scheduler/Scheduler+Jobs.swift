extension Scheduler {
  // MARK: Looking

  /// The job of the given id, tombstones included; nil where there is none. Looking changes nothing.
  public func job(_ id: JobID, store: String = SchedulerConfiguration.defaultAlias) async throws -> JobSnapshot? {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    let record = try await desk.store.fetch([id]).first ?? nil
    return record.map { JobSnapshot($0, store: store) }
  }

  /// One page of the jobs that match.
  public func jobs(
    _ query: JobQuery = JobQuery(), store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobListing {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    let page = try await desk.store.query(query)
    return JobListing(
      jobs: page.records.map { JobSnapshot($0, store: store) }, next: page.next, unreadable: page.unreadable)
  }

  /// One page of what became of fires, newest first.
  public func history(
    _ query: HistoryQuery = HistoryQuery(), store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> HistoryPage {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    return try await desk.store.history(query)
  }

  /// The schedulers that share the store, those that died lately included.
  public func nodes(store: String = SchedulerConfiguration.defaultAlias) async throws -> [Session] {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    return try await desk.store.sessions()
  }

  /// The time by which the store's jobs fire and are dated: the store's own where it has a clock, else this machine's.
  public func now(store: String = SchedulerConfiguration.defaultAlias) async throws -> Instant {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    return desk.now()
  }

  // MARK: Changing

  /// Stops a job's trigger until it is resumed. Runs that are going go on; attempts that wait, wait on.
  @discardableResult
  public func pause(
    _ id: JobID, note: String? = nil, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.paused(note: note), to: id)
  }

  /// Ends a pause, or a quarantine.
  ///
  /// - Parameter policy: what becomes of the fires missed meanwhile. By default they are reported as not run.
  @discardableResult
  public func resume(
    _ id: JobID, _ policy: ResumePolicy = .fromNow, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.resumed(policy), to: id)
  }

  /// Removes a job. Waiting runs are dropped, a run that is going ends as it will. Its id is remembered for the job's retention.
  @discardableResult
  public func remove(
    _ id: JobID, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.removed, to: id)
  }

  /// Asks for one run as soon as a slot is free, whatever the trigger says. The run shares the job's limits; the schedule stays as it is.
  @discardableResult
  public func runNow(
    _ id: JobID, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.triggeredByHand(), to: id)
  }

  /// Asks for one run with values of its own. They must be of the type that the job was added with; the job's own stay as they are.
  ///
  /// - Throws: ``SchedulerError/Code/payloadTooLarge`` beyond ``JobState/maximumRunPayload`` bytes: they lie in the record, which is read and written whole.
  @discardableResult
  public func runNow<Values: JobPayload>(
    _ id: JobID, with values: Values, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    let bytes = try PayloadCoding.encode(values, for: id)
    guard bytes.count <= JobState.maximumRunPayload else {
      throw SchedulerError(
        .payloadTooLarge, job: id, store: store,
        "the values of one run have \(bytes.count) bytes, at most \(JobState.maximumRunPayload) are allowed")
    }
    return try await self.core.desk(store).apply(.triggeredByHand(payload: bytes), to: id)
  }

  /// Tries fires again that ended badly for good, with all the attempts that the job's policy grants.
  ///
  /// - Parameter fireTime: the fire to try; nil for all that the job keeps.
  /// - Throws: ``SchedulerError`` with the refusal ``Refusal/noDeadRun`` where there is none.
  @discardableResult
  public func retryDead(
    _ id: JobID, fireTime: Instant? = nil, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.retryDead(fireTime), to: id)
  }

  /// Lets fires go that ended badly for good. What became of them stays in the history.
  ///
  /// - Parameter fireTime: the fire to let go; nil for all that the job keeps.
  @discardableResult
  public func purgeDead(
    _ id: JobID, fireTime: Instant? = nil, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.purgeDead(fireTime), to: id)
  }

  /// Leaves out the next fire.
  @discardableResult
  public func skipNext(
    _ id: JobID, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.skipNext, to: id)
  }

  /// Tells the job's runs to stop, wherever they are, and drops those that wait. A run holds its place until its code returns.
  ///
  /// - Parameter token: the run to stop; nil for all.
  @discardableResult
  public func cancelRuns(
    of id: JobID, token: FencingToken? = nil, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.core.desk(store).apply(.cancelRequested(token), to: id)
  }

  /// Gives a job another trigger. Its next fire is computed anew unless the trigger says the same.
  @discardableResult
  public func reschedule(
    _ id: JobID, trigger: Trigger, store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> JobSnapshot {
    try await self.modify(id, store: store) { $0.trigger = trigger }
  }

  /// Changes what is said of a job, as one atomic step. Runs that are going keep what they began with.
  ///
  /// ```swift
  /// try await scheduler.modify("cleanup") { job in
  ///   job.policies.timeout = .seconds(60)
  ///   job.tags.insert("nightly")
  /// }
  /// ```
  ///
  /// - Parameter change: is called again where others changed the job in between, so it must be pure.
  @discardableResult
  public func modify(
    _ id: JobID, store: String = SchedulerConfiguration.defaultAlias,
    _ change: @escaping @Sendable (inout JobDraft) throws -> Void
  ) async throws -> JobSnapshot {
    let desk = try self.core.desk(store)
    try await desk.prepare()
    // The change may throw and a transition may not: it is worked out on what was read, and committed if that still stands.
    for _ in 0..<Scheduler.modifyAttempts {
      guard let record = try await desk.store.fetch([id]).first ?? nil else {
        throw SchedulerError.notFound(id, store: store)
      }
      let now = desk.now()
      let definition = try self.redefine(record.definition, change, at: now, desk)
      let answers = try await desk.update([id]) { current in
        guard current.definition.revision == record.definition.revision,
          current.definition.incarnation == record.definition.incarnation
        else { return .refuse(.changedMeanwhile) }
        return JobMachine.apply(.modified(definition), to: current, now: now)
      }
      if case .refused(_, .changedMeanwhile)? = answers.first { continue }
      return try desk.snapshot(of: id, from: answers.first)
    }
    throw SchedulerError(
      .changedMeanwhile, job: id, store: store, "others changed the job again and again; try once more")
  }

  static let modifyAttempts = 16

  // MARK: Stores and executors

  /// Adds a store under an alias, also while the scheduler runs.
  public func addStore(_ store: any JobStore, as alias: String) async throws {
    try await self.core.addStore(store, as: alias)
  }

  /// Takes a store out: its runs are waited for, as in a shutdown, and its jobs stay in it. The store is not closed.
  public func removeStore(_ alias: String) async throws {
    try await self.core.removeStore(alias)
  }

  /// Adds an executor under an alias, also while the scheduler runs.
  public func addExecutor(_ executor: any JobExecutor, as alias: String) async throws {
    try await self.core.addExecutor(executor, as: alias)
  }

  /// Takes an executor out: its runs are waited for, and jobs that name it wait for a scheduler that has one.
  public func removeExecutor(_ alias: String) async throws {
    try await self.core.removeExecutor(alias)
  }

  public var storeAliases: [String] { self.core.desks.map(\.alias) }
  public var executorAliases: [String] { self.core.shared.executorAliases }
}
