import Almanac

/// What came of a fire that ended well; kept in the job's history.
struct ReminderReport: Hashable, Sendable, Codable {
  enum What: String, Hashable, Sendable, Codable {
    case sent
    /// The person had been told this already.
    case alreadyTold
    /// The exam was moved meanwhile, and its new time has a reminder of its own.
    case superseded
    /// The exam begins: nothing more is to come.
    case examBegins
  }

  var what: What
  var rule: String?
  /// The time that was told.
  var time: ExamTime?
  /// When the rule says.
  var nominal: Instant?
  /// WeChat's number of the message.
  var messageID: String?
}

/// What a person was told, or may have been told.
struct Told: Hashable, Sendable {
  var time: ExamTime
  var nominal: Instant

  /// - Returns: nil where the attempt told nobody anything.
  init?(_ end: AttemptEnd, of registration: Registration, rules: [ReminderRule]) {
    switch end.outcome {
    case .succeeded:
      guard let report = try? end.result(as: ReminderReport.self), report.what == .sent, let time = report.time else {
        return nil
      }
      self.time = time
      self.nominal = report.nominal ?? end.fireTime
    case .unknown:
      // Its process died: what it was about follows from when it was started.
      self.time = registration.time(at: end.startedAt)
      let plan = try? ReminderPlan(self.time, rules: rules)
      self.nominal = plan?.moment(at: end.fireTime)?.nominal ?? end.fireTime
    case .failed, .timedOut, .cancelled, .snoozed, .crashed, .interrupted:
      return nil
    }
  }

  /// True where a reminder would tell nothing new: since the person was told something else, if ever, this or a later reminder of the same time
  /// went out, or may have.
  ///
  /// - Parameter told: the latest first.
  static func covers(_ moment: ReminderPlan.Moment, of time: ExamTime, _ told: some Sequence<Told>) -> Bool {
    told.prefix { $0.time.says(the: time) }.contains { $0.nominal >= moment.nominal }
  }
}
