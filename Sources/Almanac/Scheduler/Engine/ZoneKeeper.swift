import Synchronization

/// What this scheduler knows of zone data: the database that its triggers are computed by, and the triggers that it renewed.
///
/// A trigger keeps the rules that it was made with, and a store may hand out a definition that was made before newer zone data was
/// taken up, or by another process. Whatever is decided here is decided by the rules that are in use here, so that the version
/// written beside a fire time says by which data it was computed.
final class ZoneKeeper: Sendable {
  private struct State {
    /// On the uptime; nil before the first look.
    var lookedAt: Duration?
    /// What was renewed last. Many jobs share one trigger, and are to share the new one too. The old one is kept with it, so that no
    /// other object can come to have its identity.
    var renewed: [ObjectIdentifier: (old: Trigger, new: Trigger)] = [:]
  }

  let database: ZoneDatabase
  private let state = Mutex(State())

  init(_ database: ZoneDatabase) {
    self.database = database
  }

  /// The release in use, after a look at the files where the last one is a minute old.
  ///
  /// - Returns: the version that was given up for it just now, where there was one, and the release.
  func look(at uptime: Duration) -> (old: String?, release: ZoneRelease) {
    let isDue = self.state.withLock { state -> Bool in
      if let lookedAt = state.lookedAt, uptime - lookedAt < ZoneKeeper.lookInterval { return false }
      state.lookedAt = uptime
      return true
    }
    guard isDue else { return (nil, self.database.release) }
    let old = self.database.version
    let isNew = self.database.look()
    if isNew { self.state.withLock { $0.renewed = [:] } }
    return (isNew ? old : nil, self.database.release)
  }

  /// The record as it would have been read now: with a trigger that has the rules in use.
  func current(_ record: JobRecord) -> JobRecord {
    let old = record.definition.trigger
    let new = self.current(old)
    if new.isIdentical(to: old) { return record }
    return JobRecord(definition: record.definition.with(trigger: new), state: record.state)
  }

  func current(_ trigger: Trigger) -> Trigger {
    guard let identity = trigger.identity, !trigger.isCurrent(in: self.database) else { return trigger }
    if let known = self.state.withLock({ $0.renewed[identity]?.new }), known.isCurrent(in: self.database) {
      return known
    }
    let new = trigger.refreshed(by: self.database)
    self.state.withLock { state in
      if state.renewed.count >= ZoneKeeper.mostRenewed { state.renewed = [:] }
      state.renewed[identity] = (trigger, new)
    }
    return new
  }

  private static let lookInterval: Duration = .seconds(60)
  private static let mostRenewed = 1_024
}

extension Trigger {
  /// The object that holds the rule; nil for a single instant, which needs none.
  fileprivate var identity: ObjectIdentifier? {
    if case .rule(let rule) = self.content { ObjectIdentifier(rule) } else { nil }
  }

  fileprivate func isIdentical(to other: Trigger) -> Bool {
    self.identity == other.identity
  }
}
