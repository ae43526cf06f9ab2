/// Which jobs to list, in which order, and from where on.
public struct JobQuery: Hashable, Sendable {
  /// Jobs in one of these states; nil for all. The default leaves tombstones out.
  public var statuses: Set<JobStatus>?
  public var idPrefix: String?
  public var jobName: String?
  /// Jobs of the types whose names begin like this, letter by letter.
  public var jobNamePrefix: String?
  public var queue: String?
  public var creator: String?
  /// Jobs that have all of these tags.
  public var tags: Set<String>
  /// Only jobs that keep fires that ended badly for good; see ``JobState/dead``.
  public var hasDead: Bool
  /// Jobs whose next fire is at this time or later.
  public var nextFireFrom: Instant?
  /// Jobs whose next fire is before this time.
  public var nextFireBefore: Instant?
  /// Jobs whose next fire was computed by zone data of another version than this one; nil for all.
  public var zoneDataOtherThan: String?
  public var order: JobOrder
  /// The most jobs on a page; at most ``maximumLimit``.
  public var limit: Int
  /// Where the last page ended.
  public var cursor: JobCursor?

  public init(
    statuses: Set<JobStatus>? = [.active, .paused, .quarantined], idPrefix: String? = nil, jobName: String? = nil,
    jobNamePrefix: String? = nil, queue: String? = nil, creator: String? = nil, tags: Set<String> = [],
    hasDead: Bool = false, nextFireFrom: Instant? = nil, nextFireBefore: Instant? = nil,
    zoneDataOtherThan: String? = nil, order: JobOrder = .id, limit: Int = 100, cursor: JobCursor? = nil
  ) {
    self.statuses = statuses
    self.idPrefix = idPrefix
    self.jobName = jobName
    self.jobNamePrefix = jobNamePrefix
    self.queue = queue
    self.creator = creator
    self.tags = tags
    self.hasDead = hasDead
    self.nextFireFrom = nextFireFrom
    self.nextFireBefore = nextFireBefore
    self.zoneDataOtherThan = zoneDataOtherThan
    self.order = order
    self.limit = limit
    self.cursor = cursor
  }

  public static let maximumLimit = 1_000

  /// The page size to use, whatever was asked for.
  public var effectiveLimit: Int { min(max(self.limit, 1), JobQuery.maximumLimit) }

  /// True where the record is among those asked for, order and cursor apart. A store may answer parts of it from indexes.
  public func matches(_ record: JobRecord) -> Bool {
    let profile = record.definition.profile
    return (self.statuses?.contains(record.state.status) ?? true)
      && (self.idPrefix.map { record.id.rawValue.utf8.starts(with: $0.utf8) } ?? true)
      && self.matches(jobName: profile.lane.jobName)
      && (self.queue.map { profile.lane.queue == $0 } ?? true)
      && (self.creator.map { profile.creator == $0 } ?? true)
      && self.tags.isSubset(of: profile.tags) && (!self.hasDead || !record.state.dead.isEmpty)
      && self.matches(nextFire: record.state.nextFire) && self.matches(zoneData: record.state.zoneData)
  }

  package func matches(jobName: String) -> Bool {
    (self.jobName.map { jobName == $0 } ?? true)
      && (self.jobNamePrefix.map { jobName.utf8.starts(with: $0.utf8) } ?? true)
  }

  /// True where the next fire is asked for within a stretch of time; a job without one does not match then.
  package var asksForNextFire: Bool { self.nextFireFrom != nil || self.nextFireBefore != nil }

  private func matches(nextFire: Instant?) -> Bool {
    guard self.asksForNextFire else { return true }
    guard let nextFire else { return false }
    return (self.nextFireFrom.map { nextFire >= $0 } ?? true) && (self.nextFireBefore.map { nextFire < $0 } ?? true)
  }

  /// The part of ``matches(_:)`` that needs no more of a record than the version of its zone data.
  package func matches(zoneData version: String?) -> Bool {
    guard let other = self.zoneDataOtherThan else { return true }
    return version != nil && version != other
  }
}

/// The order of a listing. Both are total: equal times are ordered by id, ids by their bytes of UTF-8.
public enum JobOrder: String, Hashable, Sendable, Codable, CaseIterable {
  case id
  /// The next fire first; jobs without one last.
  case nextFire
}

/// The last job of a page.
public struct JobCursor: Hashable, Sendable, Codable {
  public var id: JobID
  public var nextFire: Instant?

  public init(id: JobID, nextFire: Instant?) {
    self.id = id
    self.nextFire = nextFire
  }
}

public struct JobPage: Sendable {
  public var records: [JobRecord]
  /// Where the next page begins; nil where this is the last one.
  public var next: JobCursor?
  /// Records that are there and cannot be read, with the reason; reported with the first page only.
  public var unreadable: [UnreadableRecord]

  public init(records: [JobRecord], next: JobCursor?, unreadable: [UnreadableRecord] = []) {
    self.records = records
    self.next = next
    self.unreadable = unreadable
  }
}

/// A stored record that this version cannot read. It is never deleted, and shown.
public struct UnreadableRecord: Hashable, Sendable {
  public var id: JobID
  public var reason: String

  public init(id: JobID, reason: String) {
    self.id = id
    self.reason = reason
  }
}

/// Which rows of history to list, newest first: in the order in which they were appended, backwards.
public struct HistoryQuery: Hashable, Sendable {
  public var job: JobID?
  public var jobName: String?
  /// Rows from this time on.
  public var since: Instant?
  /// Rows before this time.
  public var before: Instant?
  /// The most rows on a page; at most ``maximumLimit``.
  public var limit: Int
  public var cursor: HistoryCursor?

  public init(
    job: JobID? = nil, jobName: String? = nil, since: Instant? = nil, before: Instant? = nil, limit: Int = 100,
    cursor: HistoryCursor? = nil
  ) {
    self.job = job
    self.jobName = jobName
    self.since = since
    self.before = before
    self.limit = limit
    self.cursor = cursor
  }

  public static let maximumLimit = 1_000

  public var effectiveLimit: Int { min(max(self.limit, 1), HistoryQuery.maximumLimit) }

  public func matches(_ row: HistoryRow) -> Bool {
    (self.job.map { row.job == $0 } ?? true) && (self.jobName.map { row.jobName == $0 } ?? true)
      && (self.since.map { row.at >= $0 } ?? true) && (self.before.map { row.at < $0 } ?? true)
  }
}

/// The last row of a page. Opaque: what it counts is the store's own affair.
public struct HistoryCursor: Hashable, Sendable, Codable {
  public var position: Int64

  public init(position: Int64) { self.position = position }
}

public struct HistoryPage: Sendable {
  public var rows: [HistoryRow]
  public var next: HistoryCursor?

  public init(rows: [HistoryRow], next: HistoryCursor?) {
    self.rows = rows
    self.next = next
  }
}
