#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Scheduler {
  /// Adds a job.
  ///
  /// ```swift
  /// try await scheduler.add(
  ///   ExamReminder(openID: "oX1", exam: "CET-6"), trigger: .at(examDate.addingTimeInterval(-86_400)),
  ///   id: "exam-42/oX1", onConflict: .replace)
  /// ```
  ///
  /// The type need not be registered here: a job of a type that only other schedulers know is theirs to run.
  ///
  /// - Parameters:
  ///   - payload: the job's values; encoded once, now.
  ///   - trigger: says when. A single time that has passed fires at once.
  ///   - id: its name in the store; nil for a new one that nobody else makes.
  ///   - policy: what to do where there is a job of this id.
  ///   - policies: what to do when things do not go by the clock; nil for the scheduler's own, ``SchedulerConfiguration/defaultPolicies``.
  /// - Returns: what came of it, and the job as it is now.
  /// - Throws: ``SchedulerError`` where the job cannot be added as it is, ``StoreError`` where the store cannot take it.
  @discardableResult
  public func add<Values: JobPayload>(
    _ payload: Values, trigger: Trigger, id: JobID? = nil, onConflict policy: ConflictPolicy = .fail,
    policies: JobPolicies? = nil, options: JobOptions = JobOptions(),
    store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> AddedJob {
    let desk = try self.core.desk(store)
    let job = NewJob(payload, trigger: trigger, id: id, policies: policies, options: options)
    var terms: JobTerms?
    let record = try self.record(job, incarnation: Surroundings.uniqueNumber(), &terms, at: desk)
    let answer = try await desk.inserts(policy).submit(record)
    return try self.added(record.id, answer, at: desk)
  }

  /// Adds many jobs of one type, in as few steps as the store allows.
  ///
  /// Each job is added or not by itself: where one cannot be, the error is thrown after the others were added.
  @discardableResult
  public func add<Values: JobPayload>(
    _ jobs: [NewJob<Values>], onConflict policy: ConflictPolicy = .fail,
    store: String = SchedulerConfiguration.defaultAlias
  ) async throws -> [AddedJob] {
    let desk = try self.core.desk(store)
    var terms: JobTerms?
    let records = try zip(jobs, Surroundings.uniqueNumbers(jobs.count)).map {
      try self.record($0, incarnation: $1, &terms, at: desk)
    }
    let answers = try await desk.insertMany(records, onConflict: policy)
    return try zip(records, answers).map { try self.added($0.id, $1, at: desk) }
  }

  private func added(_ id: JobID, _ answer: InsertAnswer, at desk: StoreDesk) throws -> AddedJob {
    switch answer {
    case .inserted(let record):
      return AddedJob(disposition: .added, job: JobSnapshot(record, store: desk.alias))
    case .replaced(let record, let effects):
      let isNew = effects.contains { if case .report(.added) = $0 { true } else { false } }
      return AddedJob(disposition: isNew ? .added : .replaced, job: JobSnapshot(record, store: desk.alias))
    case .kept(let record, .unchanged):
      return AddedJob(disposition: .unchanged, job: JobSnapshot(record, store: desk.alias))
    case .kept(let record, .kept):
      return AddedJob(disposition: .kept, job: JobSnapshot(record, store: desk.alias))
    case .kept(_, .idTaken):
      throw SchedulerError(
        .idTaken, job: id, store: desk.alias, refusal: .idTaken,
        "there is a job of this id already; say onConflict: .replace or .keep where that is meant")
    case .kept(_, let refusal):
      throw SchedulerError.refused(id, store: desk.alias, refusal)
    }
  }

  // MARK: Checking and building

  /// What a job says apart from its payload and trigger, checked. Of many jobs that are added at once most say the same.
  private struct JobTerms {
    let policies: JobPolicies?
    let options: JobOptions
    let profile: JobProfile
    let extras: JobExtras?

    func serve<Values: JobPayload>(_ job: NewJob<Values>) -> Bool {
      self.policies == job.policies && self.options == job.options
    }
  }

  /// - Parameter terms: those of the job before, of the same type; they are used again where this one says the same.
  private func record<Values: JobPayload>(
    _ job: NewJob<Values>, incarnation: Int64, _ terms: inout JobTerms?, at desk: StoreDesk
  ) throws -> JobRecord {
    let id = job.id ?? JobID.unique()
    if let problem = id.problem {
      throw SchedulerError(.invalidID, job: id, store: desk.alias, problem)
    }
    if let reason = job.trigger.unreadableReason {
      throw SchedulerError(.unreadableTrigger, job: id, store: desk.alias, "the trigger cannot be read: \(reason)")
    }
    try self.checkSize(of: job.trigger, for: id, store: desk.alias)
    let common: JobTerms
    if let terms, terms.serve(job) {
      common = terms
    } else {
      common = try self.terms(of: job, id, at: desk)
      terms = common
    }
    let bytes = try PayloadCoding.encode(job.payload, for: id)
    try self.check(payload: bytes, of: id, at: desk)
    let now = desk.now()
    let definition = JobDefinition(
      id: id, incarnation: incarnation, createdAt: now, payload: bytes,
      trigger: self.core.shared.zones.current(job.trigger).anchored(at: now), profile: common.profile,
      extras: common.extras)
    return JobMachine.newRecord(definition, now: now, paused: job.options.isPaused, note: job.options.pauseNote)
  }

  private func terms<Values: JobPayload>(of job: NewJob<Values>, _ id: JobID, at desk: StoreDesk) throws -> JobTerms {
    let policies = job.policies ?? self.configuration.defaultPolicies
    if let problem = policies.problem {
      throw SchedulerError(.invalidPolicy, job: id, store: desk.alias, problem)
    }
    let executor =
      job.options.executor ?? self.core.shared.registry.entry(for: Values.jobName)?.executor
      ?? SchedulerConfiguration.defaultAlias
    guard self.core.shared.executor(executor) != nil else {
      let known = self.core.shared.executorAliases.map { "\"\($0)\"" }.joined(separator: ", ")
      throw SchedulerError(
        .unknownExecutor, job: id, store: desk.alias,
        "there is no executor with the alias \"\(executor)\"; there is \(known)")
    }
    return JobTerms(
      policies: job.policies, options: job.options, profile: self.profile(job, policies, executor: executor),
      extras: self.extras(job.options))
  }

  /// - Throws: ``SchedulerError/Code/triggerTooLarge``.
  func checkSize(of trigger: Trigger, for id: JobID, store: String) throws(SchedulerError) {
    guard let size = trigger.encodedSize(beyond: self.configuration.maximumTrigger) else { return }
    throw SchedulerError(
      .triggerTooLarge, job: id, store: store,
      "the trigger has \(size) bytes, at most \(self.configuration.maximumTrigger) are allowed; a calendar with fewer events, or events that recur instead of each day by itself, is smaller"
    )
  }

  private func profile<Values: JobPayload>(
    _ job: NewJob<Values>, _ policies: JobPolicies, executor: String
  ) -> JobProfile {
    ProfileInterner.shared.intern(
      JobProfile(
        lane: Lane(
          queue: job.options.queue, jobName: Values.jobName, executor: executor, priority: job.options.priority),
        policies: policies, tags: Array(job.options.tags), title: job.options.title,
        payloadVersion: Values.payloadVersion, creator: job.options.creator,
        redactedFields: job.options.redactedFields, nameAliases: Values.formerNames))
  }

  private func extras(_ options: JobOptions) -> JobExtras? {
    let extras = JobExtras(
      concurrencyKey: options.concurrencyKey, correlationID: options.correlationID, parentID: options.parentID,
      traceContext: JobTracing.currentCarrier(), idempotencyKey: options.idempotencyKey)
    return extras.isEmpty ? nil : extras
  }
}
