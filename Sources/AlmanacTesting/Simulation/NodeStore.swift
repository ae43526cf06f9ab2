import Almanac
import Synchronization

/// The way from one scheduler to the store, with everything that may go wrong on it.
///
/// What goes wrong is decided for each method and call of it by the seed, so that what other loops do in between changes nothing.
final class NodeStore: JobStore {
  private enum Mode {
    case open
    case cut
    /// The machine is gone: nothing that was asked is ever answered.
    case gone
    /// The simulation is over: what hangs is let go.
    case over
  }

  private struct State {
    var mode = Mode.open
    var weather: SimulationPlan.Weather
    var calls: [String: UInt64] = [:]
    var activity: ActivityMeter?
    var hanging: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastHang = 0
    /// Calls that are answered late.
    var slow = 0
    /// Since when calls have been getting through.
    var healthySince: Instant?
  }

  private enum Fault {
    case before, after
    case hang(Duration, throwing: Bool)
  }

  private let base: any JobStore
  private let clock: ManualClock
  private let seed: UInt64
  private let state: Mutex<State>

  init(_ base: any JobStore, clock: ManualClock, seed: UInt64, weather: SimulationPlan.Weather) {
    self.base = base
    self.clock = clock
    self.seed = seed
    self.state = Mutex(State(weather: weather, healthySince: clock.now()))
  }

  /// Says whose calls these are: whoever hangs counts as doing nothing.
  func attach(_ activity: ActivityMeter) { self.state.withLock { $0.activity = activity } }

  func cut() {
    self.state.withLock { state in
      guard state.mode == .open else { return }
      state.mode = .cut
      state.healthySince = nil
    }
  }

  func mend() {
    self.state.withLock { state in
      guard state.mode == .cut else { return }
      state.mode = .open
      if state.slow == 0 { state.healthySince = self.clock.now() }
    }
  }

  func vanish() {
    self.state.withLock { state in
      state.mode = .gone
      state.healthySince = nil
    }
  }

  /// From now on nothing goes wrong by itself.
  func clearUp() { self.state.withLock { $0.weather = SimulationPlan.Weather() } }

  func letGo() {
    let hanging = self.state.withLock { state in
      state.mode = .over
      defer { state.hanging = [:] }
      return (state.hanging.values, state.activity)
    }
    for continuation in hanging.0 {
      hanging.1?.enter()
      continuation.resume()
    }
  }

  var isGone: Bool { self.state.withLock { $0.mode == .gone || $0.mode == .over } }

  /// Since when calls have been getting through, random losses apart; nil where they do not.
  var healthySince: Instant? { self.state.withLock { $0.healthySince } }

  /// Whether anything was asked yet.
  var wasCalled: Bool { self.state.withLock { !$0.calls.isEmpty } }

  // MARK: Going wrong

  func perform<Answer: Sendable>(
    _ name: String, _ call: () async throws -> Answer
  ) async throws -> Answer {
    let fault = self.fault(name)
    try await self.pass()
    switch fault {
    case nil:
      return try await call()
    case .before:
      throw self.unavailable("the request was lost")
    case .after:
      _ = try await call()
      throw self.unavailable("the answer was lost")
    case .hang(let duration, let throwing):
      self.state.withLock { state in
        state.slow += 1
        state.healthySince = nil
      }
      await self.hang(for: duration)
      self.state.withLock { state in
        state.slow -= 1
        if state.mode == .open, state.slow == 0 { state.healthySince = self.clock.now() }
      }
      try await self.pass()
      let answer = try await call()
      if throwing { throw self.unavailable("the answer came too late") }
      return answer
    }
  }

  /// Returns where the way is open.
  private func pass() async throws {
    switch self.state.withLock({ $0.mode }) {
    case .open: return
    case .cut: throw self.unavailable("the cable is cut")
    case .gone:
      await self.hang(for: nil)
      throw self.unavailable("the simulation is over")
    case .over: throw self.unavailable("the simulation is over")
    }
  }

  /// Lets the code of a run on a machine that is gone stand still.
  func standStill() async { if self.isGone { await self.hang(for: nil) } }

  private func fault(_ name: String) -> Fault? {
    let (number, weather) = self.state.withLock { state in
      state.calls[name, default: 0] += 1
      return (state.calls[name] ?? 0, state.weather)
    }
    let salt = name.utf8.reduce(UInt64(5_381)) { $0 &* 33 &+ UInt64($1) }
    var random = SeededGenerator(seed: self.seed &+ salt &* 0x9E37_79B9 &+ number &* 0xD1B5_4A32_D192_ED03)
    if let oneIn = weather.hangsOneIn, Int.random(in: 0..<oneIn, using: &random) == 0 {
      let duration = Duration.milliseconds(Int64.random(in: 10...20_000, using: &random))
      return .hang(duration, throwing: Bool.random(using: &random))
    }
    if let oneIn = weather.throwsOneIn, Int.random(in: 0..<oneIn, using: &random) == 0 {
      return Bool.random(using: &random) ? .before : .after
    }
    return nil
  }

  /// Returns after so much virtual time, or never before the simulation is over.
  private func hang(for duration: Duration?) async {
    await withCheckedContinuation { continuation in
      let (number, activity) = self.state.withLock { state -> (Int?, ActivityMeter?) in
        if state.mode == .over { return (nil, nil) }
        state.lastHang += 1
        state.hanging[state.lastHang] = continuation
        return (state.lastHang, state.activity)
      }
      guard let number else { return continuation.resume() }
      if let duration { _ = self.clock.timer(after: duration) { self.resume(number) } }
      activity?.leave()
    }
  }

  private func resume(_ number: Int) {
    let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
      let continuation = state.hanging.removeValue(forKey: number)
      if continuation != nil { state.activity?.enter() }
      return continuation
    }
    continuation?.resume()
  }

  private func unavailable(_ message: String) -> StoreError { StoreError(.unavailable, store: "simulated", message) }

  // MARK: The store

  var capabilities: StoreCapabilities { self.base.capabilities }
  func prepare() async throws { try await self.perform("prepare") { try await self.base.prepare() } }
  func close() async {}
  func now() async throws -> StoreTime { try await self.perform("now") { try await self.base.now() } }
  func openSession(_ draft: SessionDraft) async throws -> Session {
    try await self.perform("openSession") { try await self.base.openSession(draft) }
  }
  func renewSession(_ epoch: Epoch, _ draft: SessionDraft) async throws -> Session? {
    try await self.perform("renewSession") { try await self.base.renewSession(epoch, draft) }
  }
  func sessions() async throws -> [Session] { try await self.perform("sessions") { try await self.base.sessions() } }
  func markDead(_ epoch: Epoch, expiringAt expiry: Instant) async throws -> Bool {
    try await self.perform("markDead") { try await self.base.markDead(epoch, expiringAt: expiry) }
  }
  func forgetSessions(expiredBefore instant: Instant) async throws {
    try await self.perform("forgetSessions") { try await self.base.forgetSessions(expiredBefore: instant) }
  }
  func insert(
    _ records: [JobRecord], resolving resolve: @Sendable (JobRecord, JobRecord) -> Verdict
  ) async throws -> [InsertAnswer] {
    try await self.perform("insert") { try await self.base.insert(records, resolving: resolve) }
  }
  func fetch(_ ids: [JobID]) async throws -> [JobRecord?] {
    try await self.perform("fetch") { try await self.base.fetch(ids) }
  }
  func query(_ query: JobQuery) async throws -> JobPage {
    try await self.perform("query") { try await self.base.query(query) }
  }
  func update(_ ids: [JobID], _ transition: @Sendable (JobRecord) -> Verdict) async throws -> [StoreAnswer] {
    try await self.perform("update") { try await self.base.update(ids, transition) }
  }
  func advance(
    _ demand: Demand, at now: Instant, as session: Epoch, _ transition: @Sendable (JobRecord, Int) -> Verdict
  ) async throws -> [StoreAnswer] {
    try await self.perform("advance") { try await self.base.advance(demand, at: now, as: session, transition) }
  }
  func earliestWake(_ demand: Demand) async throws -> Instant? {
    try await self.perform("earliestWake") { try await self.base.earliestWake(demand) }
  }
  func owners() async throws -> [Epoch] { try await self.perform("owners") { try await self.base.owners() } }
  func records(ownedBy epoch: Epoch, limit: Int) async throws -> [JobID] {
    try await self.perform("records") { try await self.base.records(ownedBy: epoch, limit: limit) }
  }
  func changes() -> AsyncStream<StoreChange> { self.base.changes() }
  func announce(_ change: StoreChange) async throws {
    try await self.perform("announce") { try await self.base.announce(change) }
  }
  func append(_ rows: [HistoryRow]) async throws {
    try await self.perform("append") { try await self.base.append(rows) }
  }
  func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try await self.perform("history") { try await self.base.history(query) }
  }
  func pruneHistory(before instant: Instant, limit: Int) async throws -> Int {
    try await self.perform("pruneHistory") { try await self.base.pruneHistory(before: instant, limit: limit) }
  }
}
