/// Every number of a scheduler, with its default and the reason for it.
public struct SchedulerConfiguration: Sendable {
  /// The name of this scheduler, for people. Default: the host's name and the process id.
  public var node: String
  /// The queues whose jobs it takes; nil, the default, for all of them.
  public var queues: Set<String>?
  /// Starts without processing: nothing is claimed until ``Scheduler/resume()``.
  public var startsPaused: Bool
  /// How long a session lives without being renewed; it is renewed three times as often. The shorter, the sooner others take over the runs of a
  /// host that is gone, and the sooner a slow store costs a healthy scheduler its runs. Default 15 s.
  public var sessionLifetime: Duration
  /// How often a store is asked although nothing was announced: the safety net. Default 1 s.
  public var pollInterval: Duration
  /// How long a graceful shutdown waits for runs before it cancels them. Default 30 s.
  public var drainTimeout: Duration
  /// How long it waits after that for their code to return. Default 5 s.
  public var cancelGrace: Duration
  /// The most bytes of an encoded payload. A record is read and written whole, so large data belongs elsewhere and its address in
  /// the payload. Default 256 KiB.
  public var maximumPayload: Int
  /// The most bytes of a trigger's encoded form. Triggers carry their calendars by value, and a large calendar lies in the record of every job
  /// that uses it. Default 256 KiB.
  public var maximumTrigger: Int
  /// How long history is kept. Default 30 days.
  public var historyRetention: Duration
  /// The policies of jobs that are added without any. Changing them changes no job that is there.
  public var defaultPolicies: JobPolicies
  /// How many events a subscriber may lag behind before it misses some. Default 4,096.
  public var eventBuffer: Int
  /// How far this machine's wall clock may be from a store's own clock before that is told. The scheduler acts on the store's time
  /// either way, but people compare logs. Default 1 s.
  public var clockTolerance: Duration
  /// The zone data that fire times are computed by: this machine's, unless a test brings its own.
  package var zoneDatabase: ZoneDatabase
  /// Where this process says that it is: where it is, unless a test has its processes appear to be on hosts of their own.
  package var host: HostIdentity

  public init(
    node: String? = nil, queues: Set<String>? = nil, startsPaused: Bool = false,
    sessionLifetime: Duration = .seconds(15), pollInterval: Duration = .seconds(1),
    drainTimeout: Duration = .seconds(30), cancelGrace: Duration = .seconds(5), maximumPayload: Int = 256 << 10,
    maximumTrigger: Int = 256 << 10, historyRetention: Duration = .seconds(30 * 86_400),
    defaultPolicies: JobPolicies = .default,
    eventBuffer: Int = 4_096, clockTolerance: Duration = .seconds(1)
  ) {
    self.node = node ?? HostIdentity.current.nodeName
    self.queues = queues
    self.startsPaused = startsPaused
    self.sessionLifetime = max(sessionLifetime, .milliseconds(100))
    self.pollInterval = max(pollInterval, .milliseconds(10))
    self.drainTimeout = max(drainTimeout, .zero)
    self.cancelGrace = max(cancelGrace, .zero)
    self.maximumPayload = maximumPayload
    self.maximumTrigger = maximumTrigger
    self.historyRetention = historyRetention
    self.defaultPolicies = defaultPolicies
    self.eventBuffer = eventBuffer
    self.clockTolerance = max(clockTolerance, .zero)
    self.zoneDatabase = .system
    self.host = .current
  }

  public static let defaultAlias = "default"
}
