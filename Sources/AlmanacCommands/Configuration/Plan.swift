import Almanac

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What has to be done to a store so that it says what a configuration file says. Worked out before anything is touched.
struct Plan: Hashable, Sendable {
  struct Step: Hashable, Sendable {
    var id: JobID
    var action: Action
    /// What is worth knowing about it.
    var note: String?
  }

  enum Action: String, Hashable, Sendable, CaseIterable {
    case added
    case changed
    case unchanged
    case removed
    /// There is a job of this id that did not come from the file; it is left alone.
    case conflict
    /// A single time that passed so long ago that nobody could tell whether the job ran.
    case expired

    /// Whether the job is to be handed to the store. What is unchanged is handed over too: the store's word counts, should another have
    /// changed it in between.
    var writes: Bool { self == .added || self == .changed }
  }

  /// The file's jobs in the file's order, then those to be removed.
  var steps: [Step]

  /// The steps from what is stored to what is declared.
  ///
  /// - Parameters:
  ///   - creator: the mark of the file's jobs.
  ///   - existing: the records of all jobs of that creator, and of any job with the id of a declared one; tombstones included.
  init(_ declared: [JobDeclaration], creator: String, existing: [JobRecord], now: Instant) {
    var records: [JobID: JobRecord] = [:]
    for record in existing { records[record.id] = record }
    self.steps = declared.map { Plan.step(for: $0, records[$0.id], creator: creator, now: now) }
    let names = Set(declared.map(\.id))
    for record in existing.sorted(by: { $0.id < $1.id })
    where record.definition.profile.creator == creator && !names.contains(record.id) && !record.state.status.isTombstone
    {
      self.steps.append(Step(id: record.id, action: .removed))
    }
  }

  private static func step(
    for job: JobDeclaration, _ record: JobRecord?, creator: String, now: Instant
  ) -> Step {
    guard let record, record.state.status != .removed else {
      // A finished job is remembered for its retention. Beyond that nobody can tell whether this one ran, and running it twice is worse
      // than being told.
      if let only = job.onlyFire, only < now - job.policies.retention {
        return Step(id: job.id, action: .expired, note: "its time, \(only), has long passed")
      }
      return Step(id: job.id, action: .added)
    }
    let says = job.saysTheSame(as: record, creator: creator)
    if record.state.status == .finished {
      return says ? Step(id: job.id, action: .unchanged, note: "finished") : Step(id: job.id, action: .added)
    }
    guard record.definition.profile.creator == creator else {
      let owner = record.definition.profile.creator.map { "\"\(VisibleText.line($0))\"" } ?? "somebody else"
      return Step(id: job.id, action: .conflict, note: "a job of this id was made by \(owner)")
    }
    let note: String? = record.state.status == .active ? nil : record.state.status.rawValue
    let isRepaired = record.state.status == .quarantined
    return Step(id: job.id, action: says && !isRepaired ? .unchanged : .changed, note: isRepaired ? nil : note)
  }

  func count(_ action: Action) -> Int { self.steps.reduce(0) { $0 + ($1.action == action ? 1 : 0) } }

  /// One line: how many jobs of each kind.
  var summary: String {
    let counts = Action.allCases.compactMap { action -> String? in
      let count = self.count(action)
      return count > 0 ? "\(count) \(action.rawValue)" : nil
    }
    return counts.isEmpty ? "no jobs" : counts.joined(separator: ", ")
  }
}

extension JobDeclaration {
  /// The single time at which the job fires, where there is only one.
  var onlyFire: Instant? {
    guard let last = self.trigger.last(onOrBefore: .distantFuture),
      self.trigger.last(onOrBefore: last - .microseconds(1)) == nil, self.trigger.kind == "at"
    else { return nil }
    return last
  }

  /// True where the record's definition is what this declaration would make.
  func saysTheSame(as record: JobRecord, creator: String) -> Bool {
    let definition = record.definition
    let profile = JobProfile(
      lane: Lane(
        queue: self.queue, jobName: self.work.jobName, executor: self.executor, priority: self.priority,
        format: definition.profile.lane.format),
      policies: self.policies, tags: Array(self.tags), title: self.title, payloadVersion: self.work.payloadVersion,
      creator: creator, redactedFields: self.work.redactedFields)
    return definition.profile == profile && definition.trigger.hasSameRule(as: self.trigger)
      && self.work.isEncoded(by: definition.payload)
  }
}

extension JobDeclaration.Work {
  /// How many bytes a store has to keep of it.
  var encodedSize: Int {
    let data =
      switch self {
      case .command(let job): try? JSONEncoder().encode(job)
      case .http(let job): try? JSONEncoder().encode(job)
      }
    return data?.count ?? 0
  }

  fileprivate func isEncoded(by bytes: [UInt8]) -> Bool {
    let data = Data(bytes)
    return switch self {
    case .command(let job): (try? JSONDecoder().decode(CommandJob.self, from: data)) == job
    case .http(let job): (try? JSONDecoder().decode(HTTPJob.self, from: data)) == job
    }
  }
}
