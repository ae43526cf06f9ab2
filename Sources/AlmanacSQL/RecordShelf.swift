import Almanac

/// What a store on SQL brings so that the verbs on records, which are the same for all of them, are written once.
///
/// Everything conditional is conditional on the version of a row, which counts its writes. Encoding and decoding happen
/// outside of every transaction.
package protocol RecordShelf: Sendable {
  /// Which store, for errors: a path, or an address without its secrets.
  var name: String { get }
  var lanes: LaneBook { get }
  var cache: RecordCache { get }

  /// Gives numbers to lanes that have none yet, and takes them down in ``lanes``.
  func addLanes(_ lanes: Set<Lane>) async throws
  /// The rows with the given ids, in order, with their definitions; nil where there is none.
  func rows(_ ids: [JobID]) async throws -> [RawRecord?]
  /// Inserts, in one step, the records whose ids are free; answers the rows, in order, nil where the id was taken.
  func insertRows(_ records: [PreparedRecord]) async throws -> [StoredRecord?]
  /// Makes, in one step, the changes whose rows nobody else wrote in between; answers, in order, which were made. Where a session is
  /// given and dead it throws and changes nothing.
  func applyChanges(_ changes: [RowChange], session: Epoch?) async throws -> [Bool]
}

/// The most that one call may carry.
package enum ShelfLimits {
  package static let batch = 1_000
  package static let payload = 1 << 20

  /// - Throws: ``StoreError`` where no table can keep a namespace of this name.
  package static func check(namespace: String, store: String) throws {
    let isPlain = !namespace.unicodeScalars.contains { $0.value < 0x20 }
    guard namespace.isEmpty || namespace.utf8.count > 255 || !isPlain else { return }
    throw StoreError(
      .unsupported, store: store, "a namespace holds 1 to 255 bytes of UTF-8 without control characters")
  }
}

extension RecordShelf {
  package func checkBatch(_ count: Int, of what: String) throws {
    guard count > ShelfLimits.batch else { return }
    throw StoreError(
      .batchTooLarge, store: self.name,
      "one call carries \(count) \(what), and at most \(ShelfLimits.batch) are allowed; nothing was done. Call with fewer at a time"
    )
  }

  package func checkPayload(_ definition: JobDefinition) throws {
    guard definition.payload.count > ShelfLimits.payload else { return }
    throw StoreError(
      .payloadTooLarge, store: self.name,
      "the payload of job \(definition.id) has \(definition.payload.count) bytes, at most \(ShelfLimits.payload)"
        + " are kept; store large values elsewhere and their names here")
  }

  package func sessionLost(_ session: Epoch) -> StoreError {
    StoreError(
      .sessionLost, store: self.name,
      "session \(session) was marked dead, or was never opened here, and nothing was written for it")
  }

  // MARK: Lanes

  /// Makes sure that every one of these lanes has a number. A new lane is rare: it costs a commit of its own, once.
  package func ensureLanes(_ lanes: some Sequence<Lane>) async throws {
    var missing = Set<Lane>()
    for lane in lanes where self.lanes.number(of: lane) == nil { missing.insert(lane) }
    if !missing.isEmpty { try await self.addLanes(missing) }
  }

  /// The number of a lane that ``ensureLanes(_:)`` was asked for.
  package func number(of lane: Lane) throws -> Int64 {
    if let number = self.lanes.number(of: lane) { return number }
    throw StoreError(.corrupted, store: self.name, "the lane of job \(lane.jobName) is missing from the table of lanes")
  }

  // MARK: Loading

  /// The records with the given ids, in order; nil where there is none.
  package func load(_ ids: [JobID]) async throws -> [LoadedRecord?] {
    try await self.decoded(try await self.rows(ids))
  }

  /// Encodes records that are to be inserted, whose lanes are known.
  package func prepared(_ records: [JobRecord]) async throws -> [PreparedRecord] {
    try await concurrently(records) { record in
      try PreparedRecord(record, lane: self.number(of: record.lane), withDefinition: true)
    }
  }

  /// Decodes rows, and remembers what was decoded.
  package func decoded(_ raw: [RawRecord?]) async throws -> [LoadedRecord?] {
    let loaded = try await concurrently(raw) { $0?.decoded() }
    self.cache.insert(
      zip(raw, loaded).compactMap { raw, loaded in
        guard raw?.cached == nil, case .stored(let stored)? = loaded else { return nil }
        return stored
      })
    return loaded
  }
}
