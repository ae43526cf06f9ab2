import Almanac

/// What a row says besides the state: what the indexes are made of.
package struct JobColumns: Hashable, Sendable {
  package var lane: Int64
  package var status: String
  package var startAt: Int64?
  package var tendAt: Int64?
  package var nextFire: Int64?
  /// Whether it keeps fires that ended badly for good.
  package var hasDead: Bool

  package init(lane: Int64, status: String, startAt: Int64?, tendAt: Int64?, nextFire: Int64?, hasDead: Bool) {
    self.lane = lane
    self.status = status
    self.startAt = startAt
    self.tendAt = tendAt
    self.nextFire = nextFire
    self.hasDead = hasDead
  }

  package init(_ record: JobRecord, lane: Int64) {
    self.init(
      lane: lane, status: record.state.status.rawValue, startAt: record.startAt?.microsecondsSinceEpoch,
      tendAt: record.tendAt?.microsecondsSinceEpoch, nextFire: record.state.nextFire?.microsecondsSinceEpoch,
      hasDead: !record.state.dead.isEmpty)
  }
}

/// A record and where it lies: the key of its row, and the version that was read.
package struct StoredRecord: Sendable {
  package var key: Int64
  package var version: Int64
  /// The version at which the definition was written last.
  package var defined: Int64
  package var columns: JobColumns
  /// The stored form of the state.
  package var state: String
  package var record: JobRecord
}

/// A row as it was read, not yet decoded.
package struct RawRecord: Sendable {
  package var key: Int64
  package var id: String
  package var version: Int64
  package var defined: Int64
  package var columns: JobColumns
  /// Nil where the cache has the record.
  package var state: [UInt8]?
  /// Nil where the cache has it, and until it was read.
  package var definition: [UInt8]?
  package var cached: StoredRecord?
  package var cachedDefinition: JobDefinition?

  /// Takes what was read of a row; what the cache knows is not copied.
  package init(
    key: Int64, id: String, version: Int64, defined: Int64, columns: JobColumns, state: UnsafeRawBufferPointer,
    cache: RecordCache
  ) {
    self.key = key
    self.id = id
    self.version = version
    self.defined = defined
    self.columns = columns
    let known = cache.entry(key).flatMap { $0.defined == defined ? $0 : nil }
    self.cachedDefinition = known?.record.definition
    if let known, known.version == version, known.state.utf8.elementsEqual(state) {
      self.cached = known
    } else {
      self.state = [UInt8](state)
    }
  }

  /// True where the definition has still to be read.
  package var needsDefinition: Bool {
    self.cached == nil && self.cachedDefinition == nil && self.definition == nil
  }

  /// Makes a record of the bytes. It costs more than reading them did, so it is done when the read is over.
  package func decoded() -> LoadedRecord {
    if let cached = self.cached { return .stored(cached) }
    let definition: JobDefinition
    let state: JobState
    do {
      if let cached = self.cachedDefinition {
        definition = cached
      } else if let bytes = self.definition {
        definition = try RecordCodec.definition(from: bytes)
      } else {
        return self.unreadable("the stored definition is missing")
      }
    } catch {
      return self.unreadable(unreadableReason(error, in: "definition"))
    }
    do {
      state = try RecordCodec.state(from: self.state ?? [])
    } catch {
      return self.unreadable(unreadableReason(error, in: "state"))
    }
    guard definition.id.rawValue == self.id else {
      return self.unreadable("the stored definition is that of another job")
    }
    return .stored(
      StoredRecord(
        key: self.key, version: self.version, defined: self.defined, columns: self.columns,
        state: String(decoding: self.state ?? [], as: UTF8.self),
        record: JobRecord(definition: definition, state: state)))
  }

  private func unreadable(_ reason: String) -> LoadedRecord {
    .unreadable(key: self.key, version: self.version, id: JobID(self.id), reason: reason)
  }
}

/// What became of reading a row.
package enum LoadedRecord: Sendable {
  case stored(StoredRecord)
  case unreadable(key: Int64, version: Int64, id: JobID, reason: String)
}

extension LoadedRecord {
  package var id: JobID {
    switch self {
    case .stored(let stored): stored.record.id
    case .unreadable(_, _, let id, _): id
    }
  }

  /// Nil where it could not be read: then any definition is another one.
  var definition: JobDefinition? {
    if case .stored(let stored) = self { stored.record.definition } else { nil }
  }

  var wakeAt: Instant? {
    if case .stored(let stored) = self { stored.record.wakeAt } else { nil }
  }

  /// That an unreadable record could not be silenced changes nothing of what is said of it.
  func answerWhereLost(_ answer: StoreAnswer) -> StoreAnswer {
    if case .unreadable = answer { answer } else { .lost(self.id) }
  }

  /// What a resolver is shown. A record that cannot be read is shown as one that is quarantined, with the reason as
  /// its note and a definition that is unlike every other: it is kept unless the caller means to replace it, and then
  /// it is written anew, under the new incarnation.
  func forResolver(proposing proposed: JobRecord) -> JobRecord {
    switch self {
    case .stored(let stored): return stored.record
    case .unreadable(_, let version, let id, let reason):
      let now = proposed.definition.createdAt
      let definition = JobDefinition(
        id: id, incarnation: proposed.definition.incarnation, createdAt: now, payload: [], trigger: .at(.distantPast),
        profile: JobProfile(lane: proposed.lane))
      return JobRecord(
        definition: definition,
        state: JobState(revision: version, status: .quarantined, note: reason, statusSince: now, nextFire: nil))
    }
  }
}

/// Why a stored value cannot be read, in a line that shows nothing of the value.
package func unreadableReason(_ error: any Error, in part: String) -> String {
  func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
    let keys = context.codingPath + (last.map { [$0] } ?? [])
    return keys.isEmpty ? "it" : "its member " + keys.map(\.stringValue).joined(separator: ".")
  }
  switch error as? DecodingError {
  case .keyNotFound(let key, let context)?: return "the stored \(part) cannot be read: \(path(context, key)) is missing"
  case .valueNotFound(_, let context)?: return "the stored \(part) cannot be read: \(path(context)) is null"
  case .typeMismatch(let type, let context)?:
    return "the stored \(part) cannot be read: \(path(context)) is not of type \(type)"
  case .dataCorrupted(let context)?:
    // At the top it is no JSON at all, and the parser's words quote a character of it at most.
    let detail = context.codingPath.isEmpty ? "it is not JSON" : "\(path(context)) has no meaning in this version"
    return "the stored \(part) cannot be read: \(detail)"
  default: return "the stored \(part) cannot be read"
  }
}
