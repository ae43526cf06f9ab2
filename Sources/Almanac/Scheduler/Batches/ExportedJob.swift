#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A job on its way from one store to another: one line of JSON.
///
/// ```json
/// {"almanac":1,"definition":{"id":"backup",…},"nextFire":1767243600000000,"status":"active"}
/// ```
///
/// It holds what the user said of the job and where its trigger stands, and nothing that belongs to the store that it came from: no runs, no
/// claims, no dead fires, no counters, no history.
struct ExportedJob {
  var definition: JobDefinition
  var status: JobStatus
  var note: String?
  var nextFire: Instant?
  var lastFire: Instant?
  var firesTaken: Int64
  var zoneData: String?
  /// Members of the payload whose values are not in it.
  var redacted: [String]

  /// The version of the form that is written; lines of a later one are refused.
  static let format = 1
  /// What stands in the place of a value that is not shown.
  static let hidden = "(redacted)"

  /// Tombstones are no jobs any more, so they are not exported.
  static let statuses: Set<JobStatus> = [.active, .paused, .quarantined]
}

// MARK: Out

extension ExportedJob {
  init(_ record: JobRecord, includingSecrets: Bool) {
    let state = record.state
    self.status = state.status
    self.note = state.note
    self.nextFire = state.nextFire
    self.lastFire = state.lastFire
    self.firesTaken = state.firesTaken
    self.zoneData = state.zoneData
    self.definition = record.definition
    self.redacted = []
    if !includingSecrets { self.redact() }
  }

  /// Puts a mark in the place of each value that may not be shown.
  private mutating func redact() {
    let fields = self.definition.profile.redactedFields
    guard !fields.isEmpty else { return }
    guard let payload = ExportedJob.members(of: self.definition) else {
      // What is not known to be without them is left out as a whole.
      self.redacted = fields
      self.definition = self.definition.with(payload: Array("\"\(ExportedJob.hidden)\"".utf8))
      return
    }
    self.redacted = fields.filter { ![.null, .object([:]), .array([])].contains(payload[$0] ?? .null) }
    if self.redacted.isEmpty { return }
    let marks = self.redacted.map { ($0, JSONValue.string(ExportedJob.hidden)) }
    let shown = JSONValue.object(payload.merging(marks) { _, mark in mark })
    // A JSON value that was just read can be written.
    self.definition = self.definition.with(payload: (try? [UInt8](ExportedJob.encoder.encode(shown))) ?? [])
  }

  /// The members of a payload that is a JSON object.
  private static func members(of definition: JobDefinition) -> [String: JSONValue]? {
    guard definition.profile.payloadCodec == Payload.json,
      case .object(let members)? = try? JSONDecoder().decode(JSONValue.self, from: Data(definition.payload))
    else { return nil }
    return members
  }

  func line() throws -> String {
    String(decoding: try ExportedJob.encoder.encode(self), as: UTF8.self)
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

// MARK: In

extension ExportedJob {
  /// Reads a line.
  ///
  /// - Throws: ``ImportTrouble`` where it cannot be imported as it is.
  init(line: some StringProtocol) throws(ImportTrouble) {
    let data = Data(line.utf8)
    guard case .object(let members)? = try? JSONDecoder().decode(JSONValue.self, from: data) else {
      throw ImportTrouble("this is not one JSON object on one line, as an export writes it")
    }
    guard let format = members["almanac"]?.integerValue else {
      throw ImportTrouble("the member \"almanac\", the version of the form, is missing: no export wrote this line")
    }
    guard format == ExportedJob.format else {
      throw ImportTrouble(
        "the line has the form of version \(format), and this version of Almanac reads \(ExportedJob.format)")
    }
    do {
      self = try JSONDecoder().decode(ExportedJob.self, from: data)
    } catch {
      throw ImportTrouble("\(DecodingTrouble(error))")
    }
    try self.check()
  }

  private func check() throws(ImportTrouble) {
    if let problem = self.definition.id.problem { throw ImportTrouble(problem) }
    guard ExportedJob.statuses.contains(self.status) else {
      throw ImportTrouble("the status is \"\(self.status.rawValue)\"; expected active, paused or quarantined")
    }
    if let problem = self.definition.policies.problem { throw ImportTrouble(problem) }
    let hidden = self.redacted.isEmpty ? self.hiddenFields : self.redacted
    if !hidden.isEmpty {
      let names = hidden.map { "\"\($0)\"" }.joined(separator: ", ")
      throw ImportTrouble(
        "values were left out of the payload (\(names)); export with its secrets, or write them in and delete \"redacted\""
      )
    }
  }

  /// Members whose values are still the mark, where somebody deleted the list of them alone.
  private var hiddenFields: [String] {
    let fields = self.definition.profile.redactedFields
    guard !fields.isEmpty,
      let payload = try? JSONDecoder().decode(JSONValue.self, from: Data(self.definition.payload))
    else { return [] }
    if payload == .string(ExportedJob.hidden) { return fields }
    return fields.filter { payload[$0] == .string(ExportedJob.hidden) }
  }

  /// The record with which the job begins anew in a store.
  func record(incarnation: Int64, now: Instant) -> JobRecord {
    let definition = self.definition.with(incarnation: incarnation, revision: 1)
    var record = JobMachine.newRecord(definition, now: now, paused: self.status == .paused, note: self.note)
    // A trigger that cannot be read quarantines the job, whatever it was before; its next fire is kept for when it can be read.
    let isReadable = definition.trigger.unreadableReason == nil
    record.state.nextFire = self.nextFire
    record.state.nextStart = isReadable ? self.nextFire.flatMap { FireSchedule(definition).putOffStart(of: $0) } : nil
    record.state.lastFire = self.lastFire
    record.state.firesTaken = max(self.firesTaken, 0)
    record.state.zoneData = self.zoneData
    if isReadable {
      record.state.status = self.status
      record.state.note = self.note
      record.state.forgetAt = nil
      if self.status == .active, self.nextFire == nil {
        // Its last run was left behind: nothing of it is to come.
        record.state.status = .finished
        record.state.forgetAt = definition.policies.forgetAt(from: now)
      }
    }
    return record
  }
}

/// Why a line cannot be imported.
struct ImportTrouble: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension ExportedJob: Codable {
  private enum Key: String, CodingKey {
    case almanac, definition, status, note, nextFire, lastFire, firesTaken, zoneData, redacted
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.definition = try fields.decode(JobDefinition.self, forKey: .definition)
    self.status = try fields.decode(JobStatus.self, forKey: .status)
    self.note = try fields.decodeIfPresent(String.self, forKey: .note)
    self.nextFire = try fields.decodeIfPresent(Instant.self, forKey: .nextFire)
    self.lastFire = try fields.decodeIfPresent(Instant.self, forKey: .lastFire)
    self.firesTaken = try fields.decodeIfPresent(Int64.self, forKey: .firesTaken) ?? 0
    self.zoneData = try fields.decodeIfPresent(String.self, forKey: .zoneData)
    self.redacted = try fields.decodeIfPresent([String].self, forKey: .redacted) ?? []
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(ExportedJob.format, forKey: .almanac)
    try fields.encode(self.definition, forKey: .definition)
    try fields.encode(self.status, forKey: .status)
    try fields.encodeIfPresent(self.note, forKey: .note)
    try fields.encodeIfPresent(self.nextFire, forKey: .nextFire)
    try fields.encodeIfPresent(self.lastFire, forKey: .lastFire)
    if self.firesTaken != 0 { try fields.encode(self.firesTaken, forKey: .firesTaken) }
    try fields.encodeIfPresent(self.zoneData, forKey: .zoneData)
    if !self.redacted.isEmpty { try fields.encode(self.redacted, forKey: .redacted) }
  }
}
