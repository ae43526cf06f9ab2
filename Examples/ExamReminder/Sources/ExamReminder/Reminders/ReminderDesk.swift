import Almanac
import Logging

/// What runs when a registration's job fires: it decides what is to be told, and tells it.
struct ReminderDesk: Sendable {
  let rules: [ReminderRule]
  let messages: any MessageService
  let composer: MessageComposer

  /// Where reminders are sent: eight at a time. A scheduler claims no more than its executor has room for, and of what is claimed when a process is
  /// killed nobody knows whether it was sent: the less is under way at once, the less is unknown.
  static var executors: [String: any JobExecutor] { [SchedulerConfiguration.defaultAlias: AsyncExecutor(size: 8)] }

  /// Makes the scheduler able to run registrations.
  func register(on scheduler: Scheduler) {
    scheduler.register(Registration.self) { [weak scheduler] registration, context in
      guard let scheduler else { throw CancellationError() }
      return try await self.remind(registration, context, scheduler)
    }
  }

  private func remind(
    _ registration: Registration, _ context: JobContext, _ scheduler: Scheduler
  ) async throws -> ReminderReport {
    let time = registration.time
    let plan = try ReminderPlan(time, rules: self.rules)
    let fire = Instant(context.fireTime)
    let isByHand = context.origin == .hand
    if fire == plan.begin, !isByHand { return ReminderReport(what: .examBegins) }
    let byHand = isByHand ? ReminderPlan.Moment(rule: "by hand", nominal: fire, instant: fire) : nil
    guard let moment = plan.moment(at: fire) ?? byHand else { return ReminderReport(what: .superseded) }
    guard try await scheduler.now() < plan.begin else { throw GiveUp(because: ReminderError.tooLate) }
    if !isByHand {
      let rows = try await scheduler.history(HistoryQuery(job: context.jobID, limit: HistoryQuery.maximumLimit)).rows
      let told = rows.lazy.compactMap { row -> Told? in
        guard case .attempt(let end) = row.entry else { return nil }
        return Told(end, of: registration, rules: self.rules)
      }
      if Told.covers(moment, of: time, told) { return ReminderReport(what: .alreadyTold, rule: moment.rule) }
    }
    // From here on it is not known whether the message went out until WeChat has answered: the claim of this run is the record of the intent.
    let answer = await self.messages.send(self.composer.message(to: registration))
    return ReminderReport(
      what: .sent, rule: moment.rule, time: time, nominal: moment.nominal,
      messageID: try self.judge(answer, context.logger))
  }

  /// - Returns: the number of a message that was sent.
  /// - Throws: what is to follow, in words of the scheduler.
  private func judge(_ answer: SendAnswer, _ logger: Logger) throws -> String? {
    switch answer {
    case .sent(let messageID): return messageID
    case .refused(let code): throw GiveUp(because: ReminderError.refused(code))
    case .rejected(let code, let reason):
      logger.critical("WeChat does not accept our messages", metadata: ["errcode": "\(code)", "reason": "\(reason)"])
      throw GiveUp(because: ReminderError.rejected(code, reason))
    case .limited(let code): throw RetryAfter(.seconds(600), because: ReminderError.busy(code))
    case .busy(let code): throw ReminderError.busy(code)
    case .notSent(let reason): throw ReminderError.notSent(reason)
    case .unknown(let reason): throw OutcomeUnknown(because: ReminderError.noAnswer(reason))
    }
  }
}

/// Why a reminder did not reach somebody.
enum ReminderError: NamedFailure, CustomStringConvertible {
  case refused(Int)
  case rejected(Int, String)
  case busy(Int)
  case notSent(String)
  case noAnswer(String)
  case tooLate

  /// Stored and shown; what people read is made of it.
  var failureName: String {
    switch self {
    case .refused: "refused"
    case .rejected: "rejected"
    case .busy: "busy"
    case .notSent: "not-sent"
    case .noAnswer: "no-answer"
    case .tooLate: "too-late"
    }
  }

  var description: String {
    switch self {
    case .refused(let code): "the person does not want messages (errcode \(code))"
    case .rejected(let code, let reason): "WeChat does not accept the message: \(reason) (errcode \(code))"
    case .busy(let code): "WeChat takes no messages at the moment (errcode \(code))"
    case .notSent(let reason): "the message was not sent: \(reason)"
    case .noAnswer(let reason): "the message was handed over, and no answer came: \(reason)"
    case .tooLate: "the exam has begun"
    }
  }
}
