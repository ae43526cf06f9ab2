import Almanac

/// Jobs as tables and pages of text.
enum JobText {
  /// - Parameter waiting: those whose executor nobody has.
  static func table(_ jobs: [JobSnapshot], waiting: Set<JobID> = [], _ time: LocalTime) -> Table {
    var table = Table([
      Table.Column("ID", narrowest: 12), Table.Column("STATE"), Table.Column("NEXT FIRE"), Table.Column("LAST"),
      Table.Column("RUNS", alignment: .right), Table.Column("TRIGGER", narrowest: 12),
      Table.Column("TITLE", narrowest: 5),
    ])
    for job in jobs {
      let state = job.record.state
      table.add([
        Table.Cell(job.id.rawValue, .accent), self.state(of: job, isWaiting: waiting.contains(job.id)),
        Table.Cell(state.nextFire.map(time.text) ?? "-", job.status == .active ? .plain : .faint),
        Table.Cell(job.lastOutcome.map(EventText.word) ?? "-", job.lastOutcome.map(EventText.tone) ?? .faint),
        Table.Cell("\(job.runs.count)", job.runs.isEmpty ? .faint : .plain), Table.Cell(job.trigger.description),
        Table.Cell(job.title ?? ""),
      ])
    }
    return table
  }

  private static func state(of job: JobSnapshot, isWaiting: Bool) -> Table.Cell {
    isWaiting
      ? Table.Cell(self.waiting(job), .warning) : Table.Cell(job.status.rawValue, self.tone(job.status))
  }

  private static func waiting(_ job: JobSnapshot) -> String { "waiting for executor \(job.executor)" }

  static func tone(_ status: JobStatus) -> Tone {
    switch status {
    case .active: .good
    case .paused: .warning
    case .quarantined: .bad
    case .finished, .removed: .faint
    }
  }

  /// What was done to a job, and when it fires next.
  static func nextFire(_ job: JobSnapshot, _ time: LocalTime, after done: String) -> String {
    job.record.state.nextFire.map { "\(done); next fire \(time.text($0))" } ?? "\(done); no further fire"
  }

  /// All that is known of a job.
  ///
  /// - Parameter isWaiting: whether nobody has its executor.
  static func lines(
    _ job: JobSnapshot, isWaiting: Bool = false, fires count: Int, _ time: LocalTime, _ style: Style
  ) -> [String] {
    let definition = job.record.definition
    let state = job.record.state
    var pairs: [(String, String, Tone)] = []
    func add(_ key: String, _ value: String?, _ tone: Tone = .plain) {
      if let value, !value.isEmpty { pairs.append((key, VisibleText.line(value), tone)) }
    }
    add("id", job.id.rawValue, .accent)
    add("title", job.title)
    add("state", "\(job.status.rawValue) since \(time.text(state.statusSince))", self.tone(job.status))
    if isWaiting { add("", "\(self.waiting(job)): no scheduler at work has it", .warning) }
    add("note", state.note, .warning)
    add(
      "type",
      definition.profile.payloadVersion == 1 ? job.name : "\(job.name), version \(definition.profile.payloadVersion)")
    add("trigger", job.trigger.description)
    add("next fire", state.nextFire.map(time.text) ?? "none")
    add("next start", self.putOff(job, time))
    add("last fire", state.lastFire.map(time.text))
    add("last outcome", job.lastOutcome.map(EventText.word), job.lastOutcome.map(EventText.tone) ?? .plain)
    add("in a row", self.troubles(state, job.policies), .warning)
    add("dead fires", self.dead(state, time), .bad)
    if let limit = job.policies.runLimit { add("fires taken", "\(state.firesTaken) of \(limit)") }
    add("queue", job.queue)
    add("executor", job.executor)
    add("priority", String(describing: job.priority))
    add("tags", job.tags.joined(separator: ", "))
    add("creator", job.creator)
    add("created", time.text(definition.createdAt))
    add("revision", "\(definition.revision) of the definition, \(state.revision) of the record")
    add("incarnation", "\(definition.incarnation)")
    add("forgotten", state.forgetAt.map { "at \(time.text($0))" })
    for extra in self.extras(definition.extras) { add(extra.key, extra.value) }
    var lines = self.aligned(pairs, style)
    lines += self.section("policies", PolicyText.pairs(definition.policies), style)
    lines += self.section("counters", self.counters(state.counters), style)
    lines += self.section("runs", state.runs.map { ("", self.text($0, time)) }, style)
    lines += self.payload(JobJSON.payload(of: definition), style)
    if job.status == .active || job.status == .paused {
      let fires = JobJSON.fires(of: job, count: count)
      lines += self.section(
        "next fires", fires.map { ("", "\(time.text($0))  \(Fires.weekday(of: $0, in: time.zone))") }, style)
    }
    return lines
  }

  private static func aligned(_ pairs: [(String, String, Tone)], _ style: Style) -> [String] {
    let width = pairs.reduce(0) { max($0, $1.0.count) }
    return pairs.map { key, value, tone in
      style.paint(key, .heading) + String(repeating: " ", count: width - key.count + 2) + style.paint(value, tone)
    }
  }

  private static func section(_ title: String, _ pairs: [(key: String, value: String)], _ style: Style) -> [String] {
    if pairs.isEmpty { return [] }
    let width = pairs.reduce(0) { max($0, $1.key.count) }
    return ["", style.paint(title, .heading)]
      + pairs.map { key, value in
        let padding = width == 0 ? "" : String(repeating: " ", count: width - key.count + 2)
        return "  " + key + padding + VisibleText.line(value)
      }
  }

  private static func payload(_ payload: JSONValue, _ style: Style) -> [String] {
    ["", style.paint("payload", .heading)]
      + JSONWriter.indented(payload).split(separator: "\n").map { "  " + VisibleText.line(String($0)) }
  }

  private static func extras(_ extras: JobExtras?) -> [(key: String, value: String)] {
    guard let extras else { return [] }
    return [
      ("concurrency key", extras.concurrencyKey), ("correlation", extras.correlationID),
      ("parent", extras.parentID?.rawValue), ("idempotency key", extras.idempotencyKey),
    ].compactMap { key, value in value.map { (key, $0) } }
  }

  private static func counters(_ counters: RunCounters) -> [(key: String, value: String)] {
    [
      ("started", counters.started), ("succeeded", counters.succeeded), ("failed", counters.failed),
      ("retried", counters.retried), ("snoozed", counters.snoozed), ("crashed", counters.crashed),
      ("cancelled", counters.cancelled),
      ("unknown", counters.unknown), ("not run", counters.dropped),
    ].map { ($0.0, String($0.1)) }
  }

  private static func text(_ run: Run, _ time: LocalTime) -> String {
    var text = "\(time.text(run.fireTime)), attempt \(run.attempt)"
    if run.origin == .hand { text += ", by hand" }
    switch run.phase {
    case .waiting(let until): text += ": waiting from \(time.text(until)) on"
    case .claimed(let claim):
      text += ": claimed at \(time.text(claim.at)) by session \(claim.owner)"
      if let timeout = claim.timeoutAt { text += ", may take until \(time.text(timeout))" }
      if let reason = claim.cancelling { text += ", told to stop (\(reason.rawValue))" }
      if let progress = claim.progress { text += "; \(self.text(progress, time))" }
    }
    return text
  }

  private static func text(_ progress: RunProgress, _ time: LocalTime) -> String {
    let share = progress.fraction.map { " (\(Int($0 * 100)) %)" } ?? ""
    let count = progress.total.map { "\(progress.completed) of \($0)" } ?? "\(progress.completed)"
    let note = progress.note.map { ", \($0)" } ?? ""
    return "at \(count)\(share)\(note), told at \(time.text(progress.at))"
  }

  /// When the next fire may start, where jitter puts it off.
  private static func putOff(_ job: JobSnapshot, _ time: LocalTime) -> String? {
    guard let fire = job.record.state.nextFire, let start = job.record.state.nextStart else { return nil }
    return "\(time.text(start)), put off by \(DurationText.rounded(start - fire)) of jitter"
  }

  /// What went wrong lately without anything going right in between.
  private static func troubles(_ state: JobState, _ policies: JobPolicies) -> String? {
    var parts: [String] = []
    if state.failuresInRow > 0 {
      let limit = policies.pauseAfterFailures.map { ", paused after \($0)" } ?? ""
      parts.append("\(state.failuresInRow == 1 ? "1 failure" : "\(state.failuresInRow) failures")\(limit)")
    }
    if state.crashesInRow > 0 {
      let isSuspect = state.crashesInRow >= CrashPolicy.suspicion
      let limit = policies.crashLimit.map { ", set aside after \($0)" } ?? ""
      parts.append(
        "\(state.crashesInRow == 1 ? "1 crash" : "\(state.crashesInRow) crashes")\(limit)"
          + (isSuspect ? "; a suspect, started beside no other" : ""))
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// How many fires are kept that ended badly, and what became of the latest.
  private static func dead(_ state: JobState, _ time: LocalTime) -> String? {
    guard let latest = state.dead.last else { return nil }
    let message = latest.message.map { ": " + EventText.short($0) } ?? ""
    return
      "\(state.dead.count), the latest of \(time.text(latest.fireTime)) \(EventText.word(latest.outcome))\(message)"
  }
}

extension Console {
  func complain(ofUnreadable records: [UnreadableRecord]) {
    for record in records {
      self.complain("\(VisibleText.line(record.id.rawValue)) cannot be read: \(VisibleText.line(record.reason))")
    }
  }
}
