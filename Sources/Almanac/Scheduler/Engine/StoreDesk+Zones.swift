import Logging

// Newer zone data: noticed, and the next fires of the jobs in the store derived anew.
//
// Every scheduler does this for all jobs of the store, whichever lanes it serves, and several may do it at once: the first one's
// commit leaves nothing to do for the others. Jobs whose fire was computed by newer data than this scheduler's are left alone.

extension StoreDesk {
  /// Looks for newer zone data, and derives anew what was computed by older. Answers how long it is until there is more to do.
  func keepZones(_ sweep: inout ZoneSweep) async throws -> Duration? {
    let begin = self.shared.clock.uptime()
    let (old, release) = self.shared.zones.look(at: begin)
    if let old {
      self.shared.logger.info(
        "newer zone data is in use", metadata: ["from": "\(old)", "to": "\(release.version)"])
      self.shared.publish(.zoneDataLoaded(from: old, to: release.version))
    }
    guard sweep.isDue(release, at: begin) else { return nil }
    repeat {
      let page = try await self.store.query(
        JobQuery(
          zoneDataOtherThan: release.version,
          limit: min(JobQuery.maximumLimit, self.store.capabilities.maximumBatch), cursor: sweep.cursor))
      let outdated = page.records.filter { $0.state.zoneData.map(release.isNewer(than:)) ?? false }.map(\.id)
      if !outdated.isEmpty { try await self.deriveAnew(outdated, by: release) }
      sweep.cursor = page.next
      if page.next == nil {
        sweep.end(at: self.shared.clock.uptime())
        return nil
      }
    } while self.shared.clock.uptime() - begin < self.configuration.sessionLifetime / 3 && !Task.isCancelled
    // The rest in the next turn, so that the runs of our own are compared in between.
    return .zero
  }

  private func deriveAnew(_ ids: [JobID], by release: ZoneRelease) async throws {
    let now = self.now()
    let database = self.shared.zones.database
    _ = try await self.update(ids) { record in
      // Somebody may have written in between, and a zone may be gone from the new data.
      guard record.state.zoneData.map(release.isNewer(than:)) ?? false,
        record.definition.trigger.isCurrent(in: database)
      else { return .refuse(.nothingDue) }
      return JobMachine.apply(.zoneDataChanged(version: release.version), to: record, now: now)
    }
  }
}

/// Where a scheduler stands in going through the jobs of a store.
struct ZoneSweep {
  /// The release for which it goes, or went last.
  private var release: ZoneRelease?
  private var isGoing = false
  /// When it came to its end, on the uptime.
  private var endedAt: Duration?
  /// A scheduler is alive whose zone data is older.
  private var hasOlderPeers = false
  /// It was alive after the last turn through the jobs began, so it may have written fire times that are to be derived anew.
  private var mayBeOutdated = false
  var cursor: JobCursor?

  /// Notes who is there.
  mutating func look(at peers: some Sequence<Session>, having release: ZoneRelease) {
    let areOlder = peers.contains { !$0.isDead && ($0.draft.zoneData.map(release.isNewer(than:)) ?? false) }
    if areOlder { self.mayBeOutdated = true }
    self.hasOlderPeers = areOlder
  }

  mutating func isDue(_ release: ZoneRelease, at uptime: Duration) -> Bool {
    if self.release !== release {
      self.release = release
      self.isGoing = true
      self.cursor = nil
    } else if !self.isGoing, let endedAt {
      let interval = self.mayBeOutdated ? ZoneSweep.intervalBesideOlder : ZoneSweep.interval
      self.isGoing = uptime - endedAt >= interval
    }
    if self.isGoing, self.cursor == nil { self.mayBeOutdated = self.hasOlderPeers }
    return self.isGoing
  }

  mutating func end(at uptime: Duration) {
    self.isGoing = false
    self.cursor = nil
    self.endedAt = uptime
  }

  /// While somebody may write fire times by older data at any moment.
  private static let intervalBesideOlder: Duration = .seconds(60)
  /// For what was written by programs that only add jobs, of whose zone data nobody hears.
  private static let interval: Duration = .seconds(6 * 3_600)
}
