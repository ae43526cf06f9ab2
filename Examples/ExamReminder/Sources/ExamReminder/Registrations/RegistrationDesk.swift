import Almanac

/// Takes registrations, cancels them, moves exams, and says what is to come and what was sent. All of it is kept by the scheduler's store.
public struct RegistrationDesk: Sendable {
  let scheduler: Scheduler
  let rules: [ReminderRule]

  public init(scheduler: Scheduler, rules: [ReminderRule]) {
    self.scheduler = scheduler
    self.rules = rules
  }

  /// How reminders are sent.
  static let policies = JobPolicies(
    // A server that was down tells people once what they missed.
    catchUp: .latest,
    // Two reminders of one registration go one after the other: the second looks at what the first one told.
    overlap: .queue(limit: 8),
    // Until the exam begins, which ends it: see `ReminderError.tooLate`.
    retry: RetryPolicy(attempts: 1_000_000, backoff: .exponential(from: .seconds(5), cap: .seconds(300)), jitter: 0.5),
    // Never twice: of a run whose process died nobody knows whether the message went out.
    onCrash: .abandon,
    // A message is not what kills a process, and it is not sent again by itself anyway.
    crashLimit: nil, deadLetters: 20,
    // What was sent is known for as long as anybody may ask, and as long as a registration can be made anew.
    historyAge: .seconds(400 * 86_400), retention: .seconds(90 * 86_400))

  /// What came of a registration.
  public enum Outcome: String, Hashable, Sendable, Codable {
    case registered, moved, unchanged
  }

  /// Registers a person for an exam, or moves the registration that is there.
  ///
  /// - Throws: `ZoneError`, `SchedulerError`, `StoreError`.
  public func register(_ wish: RegistrationWish) async throws -> (outcome: Outcome, registration: RegistrationView) {
    let now = try await self.scheduler.now()
    let registration = wish.registration(since: now)
    let first = try await self.add(registration, .keep)
    if first.disposition == .added { return (.registered, try await self.view(first.job)) }
    let old = try first.job.payload(as: Registration.self)
    if first.job.status.isTombstone {
      // What was removed is made anew; what was sent for it is remembered by the times that it had.
      let again = try await self.add(registration.following(old), .replace)
      return (.registered, try await self.view(again.job))
    }
    if old.time.says(the: registration.time), old.title == registration.title, old.language == registration.language {
      return (.unchanged, try await self.view(first.job))
    }
    let rules = self.rules
    let job = try await self.scheduler.modify(registration.id.job) { draft in
      var current = try draft.payload(as: Registration.self)
      current.title = registration.title
      current.language = registration.language
      try RegistrationDesk.move(&draft, current, to: registration.time, rules)
    }
    return (.moved, try await self.view(job))
  }

  /// Cancels a registration. What was sent stays known.
  ///
  /// - Returns: false where there is none that is still to come.
  public func cancel(_ id: RegistrationID) async throws -> Bool {
    do {
      try await self.scheduler.remove(id.job)
      return true
    } catch let error as SchedulerError where error.code == .notFound || error.code == .refused {
      return false
    }
  }

  /// What came of moving an exam.
  public struct MoveReport: Hashable, Sendable, Codable {
    /// How many registrations have another time now.
    public var moved: Int
    /// How many had it already.
    public var unchanged: Int
    /// Whether all were changed in one step. Beyond a thousand it is done a thousand at a time, and may be said again where it was interrupted.
    public var atOnce: Bool
  }

  /// Moves an exam, and the reminders of everybody who is registered for it.
  public func move(exam: String, to local: LocalTime, zone: String) async throws -> MoveReport {
    let time = ExamTime(local: local, zone: zone, since: try await self.scheduler.now())
    do {
      return try await self.move(exam, to: time, .whole)
    } catch let error as SchedulerError where error.code == .batchTooLarge {
      return try await self.move(exam, to: time, .perPage)
    }
  }

  private func move(_ exam: String, to time: ExamTime, _ atomicity: BatchAtomicity) async throws -> MoveReport {
    let rules = self.rules
    let report = try await self.scheduler.modifyAll(
      matching: JobQuery(jobName: Registration.jobName, tags: [RegistrationDesk.tag(exam: exam)]), atomicity: atomicity
    ) { draft in
      try RegistrationDesk.move(&draft, try draft.payload(as: Registration.self), to: time, rules)
    }
    return MoveReport(moved: report.changed, unchanged: report.refused, atOnce: atomicity == .whole)
  }

  /// Works out anew when everybody is reminded: after the rules were changed in the configuration, or the clocks of a country by its government.
  ///
  /// - Returns: how many reminders come at other times now.
  @discardableResult
  public func replan() async throws -> Int {
    let rules = self.rules
    let query = JobQuery(jobName: Registration.jobName)
    return try await self.scheduler.modifyAll(matching: query, atomicity: .perPage) { draft in
      draft.trigger = try ReminderPlan(try draft.payload(as: Registration.self).time, rules: rules).trigger
    }.changed
  }

  /// Sends reminders again of which nobody knows whether they went out, or that failed. For an operator who has asked the person.
  ///
  /// - Returns: false where there is none.
  public func sendAgain(_ id: RegistrationID) async throws -> Bool {
    do {
      try await self.scheduler.retryDead(id.job)
      return true
    } catch let error as SchedulerError where error.code == .notFound || error.code == .refused {
      return false
    }
  }

  /// What is to come for a person, and what was sent.
  public func registrations(of openID: String) async throws -> [RegistrationView] {
    var query = JobQuery(
      statuses: nil, jobName: Registration.jobName, tags: [RegistrationDesk.tag(user: openID)],
      limit: JobQuery.maximumLimit)
    var views: [RegistrationView] = []
    repeat {
      let page = try await self.scheduler.jobs(query)
      for job in page.jobs { views.append(try await self.view(job)) }
      query.cursor = page.next
    } while query.cursor != nil
    return views
  }

  // MARK: Jobs

  static func tag(exam: String) -> String { "exam:\(exam)" }
  static func tag(user: String) -> String { "user:\(user)" }

  private func add(_ registration: Registration, _ policy: ConflictPolicy) async throws -> AddedJob {
    try await self.scheduler.add(
      registration, trigger: try ReminderPlan(registration.time, rules: self.rules).trigger, id: registration.id.job,
      onConflict: policy, policies: RegistrationDesk.policies,
      options: JobOptions(
        tags: [RegistrationDesk.tag(exam: registration.exam), RegistrationDesk.tag(user: registration.openID)],
        title: registration.title))
  }

  private static func move(
    _ draft: inout JobDraft, _ registration: Registration, to time: ExamTime, _ rules: [ReminderRule]
  ) throws {
    var registration = registration
    if registration.move(to: time) { draft.trigger = try ReminderPlan(time, rules: rules).trigger }
    draft.title = registration.title
    try draft.setPayload(registration)
  }

  private func view(_ job: JobSnapshot) async throws -> RegistrationView {
    let rows = try await self.scheduler.history(HistoryQuery(job: job.id, limit: HistoryQuery.maximumLimit)).rows
    return try RegistrationView(job, rows, rules: self.rules, now: try await self.scheduler.now())
  }
}
