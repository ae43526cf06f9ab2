/// What a store can do beyond the contract, and where its limits are.
///
/// The conformance suite holds a store to what it declares and reports what it does not.
public struct StoreCapabilities: Hashable, Sendable {
  /// Schedulers on other hosts may use the same store.
  public var sharedAcrossHosts: Bool
  /// Schedulers in other processes of the same host may use the same store.
  public var sharedAcrossProcesses: Bool
  /// What is committed survives the death of this process.
  public var durable: Bool
  /// Time is the server's, so that hosts whose clocks differ agree.
  public var serverTime: Bool
  /// ``JobStore/changes()`` tells of other clients' writes within a second, without being asked.
  public var notifies: Bool
  /// ``JobStore/sessions()`` tells whether the processes of sessions are connected, to a client that listens to ``JobStore/changes()`` of those that do
  /// so too.
  public var seesConnections: Bool
  /// A change and its history are committed in one step: an outbox never outlives its commit.
  public var atomicHistory: Bool
  /// What one call of ``JobStore/update(_:_:)`` changes is committed in one step: all of it or, where that cannot be, nothing.
  public var atomicBatch: Bool
  /// The most items that one call may carry.
  public var maximumBatch: Int
  /// The most bytes that a payload may have.
  public var maximumPayload: Int

  public init(
    sharedAcrossHosts: Bool = false, sharedAcrossProcesses: Bool = false, durable: Bool = false,
    serverTime: Bool = false, notifies: Bool = false, seesConnections: Bool = false, atomicHistory: Bool = false,
    atomicBatch: Bool = false, maximumBatch: Int = 1_000, maximumPayload: Int = 1 << 20
  ) {
    self.sharedAcrossHosts = sharedAcrossHosts
    self.sharedAcrossProcesses = sharedAcrossProcesses
    self.durable = durable
    self.serverTime = serverTime
    self.notifies = notifies
    self.seesConnections = seesConnections
    self.atomicHistory = atomicHistory
    self.atomicBatch = atomicBatch
    self.maximumBatch = maximumBatch
    self.maximumPayload = maximumPayload
  }
}

/// A reading of a store's clock.
public struct StoreTime: Hashable, Sendable {
  public var now: Instant
  /// How far off the reading may be, apart from the time that the answer took to arrive.
  public var uncertainty: Duration

  public init(now: Instant, uncertainty: Duration = .zero) {
    self.now = now
    self.uncertainty = uncertainty
  }
}

/// Something that a sleeping scheduler has to know.
public enum StoreChange: Hashable, Sendable {
  /// A record now wants to be looked at earlier than before.
  case wake(at: Instant)
  /// Runs of this job that the given session holds were told to stop.
  case cancel(JobID, owner: Epoch)
}
