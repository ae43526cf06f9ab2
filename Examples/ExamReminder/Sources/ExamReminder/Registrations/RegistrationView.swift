import Almanac

/// A registration as it is shown: what is to come, and what was sent.
public struct RegistrationView: Hashable, Sendable, Codable {
  public enum Status: String, Hashable, Sendable, Codable {
    case registered, cancelled, over
  }

  /// A reminder that is to come.
  public struct Coming: Hashable, Sendable, Codable {
    public var rule: String
    /// At the exam's place.
    public var local: LocalTime
    public var instant: String
  }

  /// A reminder whose time has come.
  public struct Past: Hashable, Sendable, Codable {
    public enum Outcome: String, Hashable, Sendable, Codable {
      case sent
      /// It may have been sent.
      case unknown
      /// The person does not want messages.
      case refused
      /// WeChat does not accept what we say.
      case rejected
      /// The exam began before it could be sent.
      case tooLate
      /// It could not be sent yet, and is tried again.
      case retrying
      case failed
      /// It did not go out: another one told the same, or the registration was cancelled.
      case skipped
    }

    public var outcome: Outcome
    public var rule: String?
    /// The exam's time that was told.
    public var told: LocalTime?
    public var instant: String
    public var reason: String?
  }

  public var id: String
  public var exam: String
  public var title: String
  public var time: LocalTime
  public var zone: String
  public var status: Status
  public var coming: [Coming]
  /// The latest first.
  public var past: [Past]
}

extension RegistrationView {
  init(_ job: JobSnapshot, _ rows: [HistoryRow], rules: [ReminderRule], now: Instant) throws {
    let registration = try job.payload(as: Registration.self)
    let plan = try ReminderPlan(registration.time, rules: rules)
    let zone = try ZoneDatabase.system.zone(registration.time.zone)
    self.id = registration.id.description
    self.exam = registration.exam
    self.title = registration.title
    self.time = registration.time.local
    self.zone = registration.time.zone
    self.status = job.status == .removed ? .cancelled : job.status == .finished ? .over : .registered
    let next = job.nextFireTime.map { Instant($0) }
    let first = self.status == .registered ? next ?? .distantFuture : .distantFuture
    let coming = plan.moments.filter { $0.instant >= first }
    self.coming = coming.map {
      Coming(rule: $0.rule, local: LocalTime($0.instant, in: zone), instant: $0.instant.rfc3339(in: zone))
    }
    self.past = rows.compactMap { Past($0.entry, registration, rules, zone) }
  }
}

extension RegistrationView.Past {
  /// - Returns: nil for what is no reminder, and for attempts after which another one was made.
  fileprivate init?(_ entry: HistoryEntry, _ registration: Registration, _ rules: [ReminderRule], _ zone: ZoneRules) {
    switch entry {
    case .attempt(let end):
      let report = try? end.result(as: ReminderReport.self)
      let time = report?.time ?? registration.time(at: end.startedAt)
      let plan = try? ReminderPlan(time, rules: rules)
      self.rule = report?.rule ?? plan?.moment(at: end.fireTime)?.rule
      self.told = report?.time?.local
      self.instant = end.endedAt.rfc3339(in: zone)
      self.reason = end.failure?.message
      switch (end.outcome, report?.what) {
      case (.succeeded, .sent?): self.outcome = .sent
      case (.succeeded, .alreadyTold?), (.succeeded, .superseded?): self.outcome = .skipped
      case (.succeeded, _): return nil
      // The fire at the exam's beginning tells nobody anything, so nothing about it is in doubt.
      case (.unknown, _) where end.fireTime == plan?.begin: return nil
      case (.unknown, _):
        self.outcome = .unknown
        self.told = time.local
      case (_, _) where end.retryAt != nil: self.outcome = .retrying
      default:
        switch end.failure?.type {
        case "refused": self.outcome = .refused
        case "rejected": self.outcome = .rejected
        case "too-late": self.outcome = .tooLate
        default: self.outcome = .failed
        }
      }
    case .fate(let fate):
      self.outcome = .skipped
      self.rule = nil
      self.told = nil
      self.instant = fate.last.rfc3339(in: zone)
      self.reason = fate.reason.rawValue
    }
  }
}
