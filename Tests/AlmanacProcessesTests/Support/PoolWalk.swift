#if Processes
import Almanac
@testable import AlmanacProcesses
import Testing

/// A pool with a world around it that does what the pool says, or something worse, and looks at every step whether the rules are kept.
struct PoolWalk {
  var pool: WorkerPool
  var now = Duration.zero
  /// Runs that were handed over and did not end.
  var open: Set<Ticket> = []
  /// Processes that there are, each with the run that it was given.
  private var processes: [WorkerID: Ticket?] = [:]
  private var ready: Set<WorkerID> = []
  private var killed: Set<WorkerID> = []
  private var lastTicket = 0

  init(_ pool: WorkerPool) {
    self.pool = pool
    self.adopt()
  }

  /// Believes what is in the pool.
  mutating func adopt() {
    for (id, worker) in self.pool.workers {
      var run: Ticket?
      switch worker.state {
      case .running(let ticket, _), .killed(let ticket?, _): run = ticket
      default: break
      }
      self.processes[id] = .some(run)
      if let run { self.open.insert(run) }
      if worker.wasReady { self.ready.insert(id) }
      if case .killed = worker.state { self.killed.insert(id) }
    }
  }

  /// Does what the pool says, and holds it to the rules.
  mutating func check(_ what: String) {
    for action in self.pool.takeActions() {
      switch action {
      case .start(let id):
        #expect(self.processes[id] == nil, "\(what): a number is used again")
        self.processes[id] = .some(nil)
      case .give(let ticket, let id):
        #expect(self.processes[id] == .some(.none), "\(what): two runs on one worker")
        #expect(self.open.contains(ticket), "\(what): a run that is over is given out")
        #expect(self.ready.contains(id) && !self.killed.contains(id), "\(what): a run for a worker that is not there")
        self.processes[id] = .some(ticket)
      case .tellToStop(let ticket, let id):
        #expect(self.processes[id] == .some(ticket), "\(what): another's run is stopped")
      case .kill(let id): self.killed.insert(id)
      case .end(let ticket, _):
        #expect(self.open.remove(ticket) != nil, "\(what): a run ends twice")
        for (id, run) in self.processes where run == ticket { self.processes[id] = .some(nil) }
      case .closed: #expect(self.pool.workers.isEmpty, "\(what): closed with workers")
      case .askToLeave, .trouble, .opened: break
      }
    }
    #expect(self.pool.workers.count <= self.pool.limits.size, "\(what): more than the size")
    var seen: Set<Ticket> = Set(self.pool.waiting)
    #expect(seen.count == self.pool.waiting.count, "\(what): a run waits twice")
    for worker in self.pool.workers.values {
      switch worker.state {
      case .running(let ticket, _), .killed(let ticket?, _):
        #expect(seen.insert(ticket).inserted, "\(what): a run in two places")
      default: break
      }
    }
    #expect(self.open.isSubset(of: seen), "\(what): a run was forgotten")
    if self.pool.phase == .open, !self.pool.waiting.isEmpty {
      // The law of progress: what waits, waits for something that comes.
      let isComing = self.pool.deadline != nil || !self.pool.workers.isEmpty
      #expect(isComing, "\(what): a run waits for nothing")
      #expect(self.pool.idle.isEmpty, "\(what): a run waits beside a worker that has nothing to do")
    }
    // What is due is done by a tick, once: afterwards the deadline lies ahead.
    var later = self.pool
    later.tick(self.now)
    if let deadline = later.deadline { #expect(deadline > self.now, "\(what): a tick that must be repeated") }
  }

  mutating func step(_ dice: inout SeededDice) {
    let ids = self.processes.keys.sorted()
    switch Int.random(in: 0..<20, using: &dice) {
    case 0..<6 where self.open.count < self.pool.limits.size:
      self.lastTicket += 1
      self.request(Ticket(number: self.lastTicket))
    case 6:
      if let ticket = self.open.sorted(by: { $0.number < $1.number }).randomElement(using: &dice) {
        self.pool.cancel(ticket, self.now)
      }
    case 7..<10:
      if let id = ids.filter({ !self.ready.contains($0) }).randomElement(using: &dice) {
        self.ready.insert(id)
        self.pool.ready(id, self.now)
      }
    case 10..<14:
      if let id = ids.filter({ self.processes[$0] != .some(.none) }).randomElement(using: &dice),
        let ticket = self.processes[id] ?? nil
      {
        self.pool.finished(id, ticket, .outcome(.succeeded), self.now)
      }
    case 14..<16:
      if let id = ids.randomElement(using: &dice) { self.die(id, hadRun: Bool.random(using: &dice)) }
    case 16:
      if let id = self.killed.sorted().first { self.die(id, hadRun: Bool.random(using: &dice)) }
    case 17..<19:
      self.now = max(self.now, self.pool.deadline ?? self.now) + .milliseconds(Int.random(in: 0...500, using: &dice))
      self.pool.tick(self.now)
    default:
      if Int.random(in: 0..<10, using: &dice) == 0 { self.pool.close(self.now) } else { self.pool.open(self.now) }
    }
  }

  mutating func request(_ ticket: Ticket) {
    self.open.insert(ticket)
    self.pool.request(ticket, self.now)
  }

  private mutating func die(_ id: WorkerID, hadRun: Bool) {
    let had = hadRun && (self.processes[id] ?? nil) != nil
    self.processes[id] = nil
    self.killed.remove(id)
    self.ready.remove(id)
    self.pool.hungUp(id)
    self.pool.died(id, "words", hadRun: had, self.now)
  }

  /// Stops, and lets everything come to its end.
  mutating func finish() {
    self.pool.close(self.now)
    self.check("closing")
    while let id = self.processes.keys.sorted().first {
      self.die(id, hadRun: true)
      self.check("closing")
    }
  }
}

/// Numbers that follow from a seed.
struct SeededDice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    self.state = seed
  }

  mutating func next() -> UInt64 {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = self.state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
#endif
