import Almanac

/// What a scheduler does, one line an event.
struct EventText: Sendable {
  let time: LocalTime
  let style: Style
  /// How wide the column of job ids is.
  let idWidth: Int

  /// The line of an event; nil for one that nobody needs to see.
  func line(_ event: SchedulerEvent) -> String? { self.line(event.kind, at: event.instant) }

  func line(_ kind: SchedulerEvent.Kind, at instant: Instant) -> String? {
    switch kind {
    case .job(let id, _, _, _, let report): return self.line(instant, id, report)
    case .resultRefused(let id, _, _, let token):
      return self.line(instant, id, "refused", .warning, "the claim \(token) had been taken back")
    case .storeUnavailable(_, let reason): return self.notice(instant, "the store does not answer: \(reason)", .bad)
    case .storeRecovered: return self.notice(instant, "the store answers again", .good)
    case .sessionLost: return self.notice(instant, "the session was lost; runs were cancelled", .bad)
    case .peerLost(let session, _):
      return self.notice(instant, "scheduler \(session.draft.node) is gone; its runs are taken over", .warning)
    case .zoneDataLoaded(let from, let to):
      return self.notice(instant, "newer time zone data is in use: \(to), before \(from)", .plain)
    case .clockOff(let offset, _):
      return self.notice(
        instant,
        "this machine's clock is \(DurationText.rounded(max(offset, .zero - offset))) "
          + "\(offset < .zero ? "behind" : "ahead of") the store's; the store's counts", .warning)
    case .clockRecovered: return self.notice(instant, "this machine's clock agrees with the store's again", .good)
    case .eventsDropped(let count): return self.notice(instant, "\(count) events were not shown", .warning)
    case .draining(let running):
      return self.notice(
        instant, running == 0 ? "stopping" : "stopping; waiting for \(running == 1 ? "1 run" : "\(running) runs")",
        .faint)
    case .stopped: return self.notice(instant, "stopped", .faint)
    case .paused: return self.notice(instant, "paused", .warning)
    case .resumed: return self.notice(instant, "resumed", .good)
    case .executorRefused(let alias, let reason):
      return self.notice(instant, "executor \(alias) takes no runs for a while: \(reason)", .warning)
    case .started, .storeAdded, .storeRemoved, .executorAdded, .executorRemoved, .sessionOpened: return nil
    }
  }

  private func notice(_ instant: Instant, _ text: String, _ tone: Tone) -> String {
    self.style.paint(self.time.text(instant), .faint) + "  " + self.style.paint(VisibleText.line(text), tone)
  }

  private func line(_ at: Instant, _ id: JobID, _ word: String, _ tone: Tone, _ details: String) -> String {
    let name = VisibleText.truncated(VisibleText.line(id.rawValue), to: self.idWidth)
    let padding = String(repeating: " ", count: max(self.idWidth - VisibleText.width(name), 0))
    let wordPadding = String(repeating: " ", count: max(9 - word.count, 0))
    let line =
      self.style.paint(self.time.text(at), .faint) + "  " + self.style.paint(name, .accent) + padding + "  "
      + self.style.paint(word, tone)
    return details.isEmpty ? line : line + wordPadding + "  " + VisibleText.line(details)
  }

  private func line(_ at: Instant, _ id: JobID, _ report: Report) -> String? {
    switch report {
    case .started(let order, let lateness):
      var details = order.attempt > 1 ? ["attempt \(order.attempt)"] : []
      if order.origin == .hand { details.append("by hand") }
      if lateness >= .seconds(1), order.attempt == 1 { details.append("\(DurationText.rounded(lateness)) late") }
      return self.line(at, id, "started", .plain, details.joined(separator: ", "))
    case .ended(let end):
      return self.line(at, id, EventText.word(end.outcome), EventText.tone(end.outcome), self.details(of: end))
    case .dropped(let fate): return self.line(at, id, "not run", .warning, self.details(of: fate))
    case .finished: return self.line(at, id, "finished", .faint, "no further fire")
    case .quarantined(let reason): return self.line(at, id, "set aside", .bad, reason)
    case .triggeredByHand: return self.line(at, id, "asked for", .plain, "by hand")
    case .cancelRequested(_, let reason):
      return self.line(
        at, id, "stopping", .warning, EventText.phrase(reason))
    case .released: return self.line(at, id, "given back", .faint, "before it began")
    case .ownerLost(let epoch, _): return self.line(at, id, "crashed", .bad, "its scheduler (session \(epoch)) is gone")
    case .zoneDataChanged(_, let next):
      return self.line(at, id, "moved", .warning, "newer zone data; next \(next.map(self.time.text) ?? "never")")
    case .deadRetried(let count):
      return self.line(at, id, "asked for", .plain, count == 1 ? "a dead fire again" : "\(count) dead fires again")
    case .progressed(_, let progress):
      return self.line(at, id, "at work", .faint, EventText.phrase(progress))
    case .added, .deadPurged, .replaced, .modified, .rescheduled, .paused, .resumed, .removed, .skippedNext:
      // Made by whoever applies the file, who says so.
      return nil
    }
  }

  private func details(of end: AttemptEnd) -> String {
    var details = [DurationText.rounded(end.duration)]
    if end.attempt > 1 || end.retryAt != nil { details.insert("attempt \(end.attempt)", at: 0) }
    if let failure = end.failure { details.append(EventText.short(failure)) }
    if let retry = end.retryAt { details.append("next attempt \(self.time.short(retry, besides: end.endedAt))") }
    return details.joined(separator: ", ")
  }

  private func details(of fate: Fate) -> String {
    let reason =
      switch fate.reason {
      case .coalesced: "a later one runs for all"
      case .misfired: "too late"
      case .overlapped: "still running"
      case .paused: "paused"
      case .skipped: "skipped"
      case .removed: "removed"
      case .limited: "it has run as often as it may"
      case .expired: "its deadline has passed"
      }
    let number = fate.count.lowerBound
    let count =
      switch fate.count {
      case .exactly(1): "the fire of \(self.time.text(fate.first))"
      case .exactly: "\(number) fires from \(self.time.text(fate.first)) to \(self.time.text(fate.last))"
      case .atLeast: "at least \(number) fires from \(self.time.text(fate.first)) to \(self.time.text(fate.last))"
      }
    return "\(count): \(reason)"
  }

  /// The headline of a failure, and the last line that the program wrote.
  static func short(_ failure: Failure) -> String {
    let text = self.short(failure.message)
    return text.isEmpty ? failure.type : text
  }

  static func short(_ message: String) -> String {
    let lines = VisibleText.lines(message).map(\.trimmed).filter { !$0.isEmpty }
    guard let first = lines.first, let last = lines.last, lines.count > 1 else { return lines.first ?? "" }
    return "\(first): \(last)"
  }

  static func phrase(_ reason: CancelReason) -> String {
    switch reason {
    case .timeout: "it took longer than it may"
    case .requested: "asked to stop"
    case .overlap: "the next fire has come"
    }
  }

  static func phrase(_ progress: RunProgress) -> String {
    let count = progress.total.map { "\(progress.completed) of \($0)" } ?? "\(progress.completed)"
    return progress.note.map { "\(count), \($0)" } ?? count
  }

  static func word(_ outcome: OutcomeKind) -> String {
    outcome == .timedOut ? "timed out" : outcome.rawValue
  }

  static func tone(_ outcome: OutcomeKind) -> Tone {
    switch outcome {
    case .succeeded: .good
    case .failed, .timedOut, .crashed, .unknown: .bad
    case .cancelled, .interrupted: .warning
    case .snoozed: .faint
    }
  }
}
