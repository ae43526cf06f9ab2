import Almanac

/// Events as JSON objects: stable names for programs that read along.
enum EventJSON {
  static func object(_ event: SchedulerEvent) -> JSONValue {
    self.object(event.kind, at: event.instant, sequence: event.sequence)
  }

  static func object(_ kind: SchedulerEvent.Kind, at instant: Instant, sequence: Int64) -> JSONValue {
    var members: [String: JSONValue] = ["at": .string(instant.rfc3339()), "sequence": .integer(sequence)]
    switch kind {
    case .job(let id, let name, _, let revision, let report):
      members["job"] = .string(id.rawValue)
      members["type"] = .string(name)
      members["revision"] = .integer(revision)
      EventJSON.add(report, to: &members)
    case .resultRefused(let id, _, _, let token):
      members["event"] = "resultRefused"
      members["job"] = .string(id.rawValue)
      members["token"] = .string(token.description)
    case .started: members["event"] = "schedulerStarted"
    case .paused: members["event"] = "schedulerPaused"
    case .resumed: members["event"] = "schedulerResumed"
    case .draining(let running):
      members["event"] = "draining"
      members["running"] = .integer(Int64(running))
    case .stopped: members["event"] = "schedulerStopped"
    case .storeAdded: members["event"] = "storeAdded"
    case .storeRemoved: members["event"] = "storeRemoved"
    case .storeUnavailable(_, let reason):
      members["event"] = "storeUnavailable"
      members["reason"] = .string(reason)
    case .storeRecovered: members["event"] = "storeRecovered"
    case .executorAdded(let alias):
      members["event"] = "executorAdded"
      members["executor"] = .string(alias)
    case .executorRemoved(let alias):
      members["event"] = "executorRemoved"
      members["executor"] = .string(alias)
    case .executorRefused(let alias, let reason):
      members["event"] = "executorRefused"
      members["executor"] = .string(alias)
      members["reason"] = .string(reason)
    case .sessionOpened(let epoch, _):
      members["event"] = "sessionOpened"
      members["session"] = .integer(epoch.rawValue)
    case .sessionLost(let epoch, _):
      members["event"] = "sessionLost"
      members["session"] = .integer(epoch.rawValue)
    case .peerLost(let session, _):
      members["event"] = "peerLost"
      members["session"] = .integer(session.epoch.rawValue)
      members["node"] = .string(session.draft.node)
    case .zoneDataLoaded(let from, let to):
      members["event"] = "zoneDataLoaded"
      members["from"] = .string(from)
      members["to"] = .string(to)
    case .clockOff(let offset, _):
      members["event"] = "clockOff"
      members["offsetMicroseconds"] = .integer(offset.wholeMicroseconds)
    case .clockRecovered: members["event"] = "clockRecovered"
    case .eventsDropped(let count):
      members["event"] = "eventsDropped"
      members["count"] = .integer(Int64(count))
    }
    return .object(members)
  }

  private static func add(_ report: Report, to members: inout [String: JSONValue]) {
    switch report {
    case .started(let order, let lateness):
      members["event"] = "started"
      members["fireTime"] = .string(order.fireTime.rfc3339())
      members["origin"] = .string(order.origin.rawValue)
      members["attempt"] = .integer(Int64(order.attempt))
      members["token"] = .string(order.token.description)
      members["latenessSeconds"] = EventJSON.seconds(lateness)
    case .ended(let end):
      members["event"] = "ended"
      members.merge(EventJSON.members(of: end)) { _, new in new }
    case .dropped(let fate):
      members["event"] = "dropped"
      members.merge(EventJSON.members(of: fate)) { _, new in new }
    case .added: members["event"] = "added"
    case .replaced(let triggerChanged):
      members["event"] = "replaced"
      members["triggerChanged"] = .bool(triggerChanged)
    case .modified: members["event"] = "modified"
    case .rescheduled: members["event"] = "rescheduled"
    case .paused(let note):
      members["event"] = "paused"
      members["note"] = note.map { .string($0) } ?? .null
    case .resumed: members["event"] = "resumed"
    case .removed: members["event"] = "removed"
    case .triggeredByHand: members["event"] = "triggeredByHand"
    case .skippedNext(let fire):
      members["event"] = "skippedNext"
      members["fireTime"] = .string(fire.rfc3339())
    case .finished: members["event"] = "finished"
    case .quarantined(let reason):
      members["event"] = "quarantined"
      members["reason"] = .string(reason)
    case .cancelRequested(let token, let reason):
      members["event"] = "cancelRequested"
      members["token"] = .string(token.description)
      members["reason"] = .string(reason.rawValue)
    case .progressed(let token, let progress):
      members["event"] = "progressed"
      members["token"] = .string(token.description)
      members.merge(EventJSON.members(of: progress)) { _, new in new }
    case .deadRetried(let count):
      members["event"] = "deadRetried"
      members["count"] = .integer(Int64(count))
    case .deadPurged(let count):
      members["event"] = "deadPurged"
      members["count"] = .integer(Int64(count))
    case .released(let token):
      members["event"] = "released"
      members["token"] = .string(token.description)
    case .ownerLost(let epoch, let token):
      members["event"] = "ownerLost"
      members["session"] = .integer(epoch.rawValue)
      members["token"] = .string(token.description)
    case .zoneDataChanged(let from, let to):
      members["event"] = "zoneDataChanged"
      members["from"] = EventJSON.time(from)
      members["to"] = EventJSON.time(to)
    }
  }

  static func members(of end: AttemptEnd) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "fireTime": .string(end.fireTime.rfc3339()), "origin": .string(end.origin.rawValue),
      "attempt": .integer(Int64(end.attempt)), "outcome": .string(end.outcome.rawValue),
      "session": .integer(end.owner.rawValue), "startedAt": .string(end.startedAt.rfc3339()),
      "endedAt": .string(end.endedAt.rfc3339()), "durationSeconds": EventJSON.seconds(end.duration),
    ]
    if let failure = end.failure {
      members["failure"] = ["type": .string(failure.type), "message": .string(failure.message)]
    }
    if let retry = end.retryAt { members["retryAt"] = .string(retry.rfc3339()) }
    if let node = end.node { members["node"] = .string(node) }
    if let result = end.result { members["result"] = .string(String(decoding: result, as: UTF8.self)) }
    if !end.logs.isEmpty {
      members["logs"] = .array(
        end.logs.map { line in
          ["at": .string(line.at.rfc3339()), "level": .string(line.level), "message": .string(line.message)]
        })
    }
    return members
  }

  static func members(of progress: RunProgress) -> [String: JSONValue] {
    var members: [String: JSONValue] = ["completed": .integer(progress.completed)]
    if let total = progress.total { members["total"] = .integer(total) }
    if let note = progress.note { members["note"] = .string(note) }
    return members
  }

  static func members(of fate: Fate) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "reason": .string(fate.reason.rawValue), "first": .string(fate.first.rfc3339()),
      "last": .string(fate.last.rfc3339()), "count": .integer(Int64(fate.count.lowerBound)),
    ]
    if case .atLeast = fate.count { members["countIsLowerBound"] = true }
    return members
  }

  static func time(_ instant: Instant?) -> JSONValue {
    instant.map { .string($0.rfc3339()) } ?? .null
  }

  static func seconds(_ duration: Duration) -> JSONValue {
    .number(Double(duration.wholeMicroseconds) / 1_000_000)
  }
}
