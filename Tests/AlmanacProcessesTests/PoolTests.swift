#if Processes
import Almanac
@testable import AlmanacProcesses
import Testing

@Suite("The decisions of a pool of workers")
struct PoolTests {
  private static let limits = WorkerPool.Limits(
    size: 3, minimum: 1, idleTime: .seconds(60), runsPerWorker: 4, startTimeout: .seconds(10), cancelGrace: .seconds(5))

  private func opened(_ change: (inout WorkerPool.Limits) -> Void = { _ in }) -> WorkerPool {
    var limits = Self.limits
    change(&limits)
    var pool = WorkerPool(limits)
    pool.open(.zero)
    for id in pool.workers.keys { pool.ready(id, .zero) }
    _ = pool.takeActions()
    return pool
  }

  private func worker(_ number: Int) -> WorkerID { WorkerID(number: number) }
  private func ticket(_ number: Int) -> Ticket { Ticket(number: number) }

  @Test("It is open when its minimum is ready, and gives up opening with the first worker that is not")
  func opening() {
    var pool = WorkerPool(Self.limits)
    pool.open(.zero)
    #expect(pool.takeActions() == [.start(self.worker(1))])
    #expect(pool.deadline == .seconds(10))
    pool.ready(self.worker(1), .seconds(1))
    #expect(pool.takeActions() == [.opened])
    var other = WorkerPool(Self.limits)
    other.open(.zero)
    other.died(self.worker(1), "no", hadRun: false, .zero)
    #expect(other.takeActions() == [.start(self.worker(1)), .closed(failure: "no")])
    var empty = self.opened { $0.minimum = 0 }
    #expect(empty.phase == .open && empty.takeActions().isEmpty)
  }

  @Test("The worker that ended a run last takes the next, so that the others may go")
  func lastFirst() {
    var pool = self.opened { $0.minimum = 3 }
    for (number, id) in [2, 3, 1].enumerated() {
      // One after the other has a run, and ends it.
      pool.workers[self.worker(id)]?.state = .idle(since: .seconds(number))
    }
    pool.request(self.ticket(1), .seconds(9))
    #expect(pool.takeActions() == [.give(self.ticket(1), self.worker(1))])
  }

  @Test("A run that does not stop within its grace is killed, and its end is the worker's death")
  func grace() {
    var pool = self.opened()
    pool.request(self.ticket(1), .zero)
    pool.cancel(self.ticket(1), .seconds(1))
    pool.cancel(self.ticket(1), .seconds(3))
    #expect(pool.takeActions() == [.give(self.ticket(1), self.worker(1)), .tellToStop(self.ticket(1), self.worker(1))])
    #expect(pool.deadline == .seconds(6))
    pool.tick(.seconds(6))
    #expect(pool.takeActions() == [.kill(self.worker(1)), .start(self.worker(2))])
    #expect(pool.killReason(self.worker(1)) == .runDidNotStop)
    pool.died(self.worker(1), "words", hadRun: true, .seconds(6))
    let crash = RunOutcome(.crashed(Failure(type: "WorkerDied", message: "words")))
    #expect(pool.takeActions() == [.end(self.ticket(1), .outcome(crash))])
  }

  @Test("What a run says of its end in the moment in which its worker is given up holds")
  func lateEnd() {
    var pool = self.opened()
    pool.request(self.ticket(1), .zero)
    pool.cancel(self.ticket(1), .zero)
    pool.tick(.seconds(5))
    pool.finished(self.worker(1), self.ticket(1), .outcome(.succeeded), .seconds(5))
    pool.died(self.worker(1), "words", hadRun: true, .seconds(5))
    let ends = pool.takeActions().filter { if case .end = $0 { true } else { false } }
    #expect(ends == [.end(self.ticket(1), .outcome(.succeeded))])
  }

  @Test("A run that its worker never got goes to another, before those that came later")
  func neverWritten() {
    var pool = self.opened { $0.size = 1 }
    pool.request(self.ticket(1), .zero)
    pool.request(self.ticket(2), .zero)
    pool.hungUp(self.worker(1))
    pool.died(self.worker(1), "words", hadRun: false, .zero)
    #expect(pool.waiting == [self.ticket(1), self.ticket(2)])
    pool.tick(.milliseconds(100))
    pool.ready(self.worker(2), .milliseconds(200))
    #expect(pool.takeActions().last == .give(self.ticket(1), self.worker(2)))
  }

  @Test("A worker is replaced after its number of runs")
  func recycling() {
    var pool = self.opened { $0.size = 1 }
    for number in 1...4 {
      pool.request(self.ticket(number), .zero)
      pool.finished(self.worker(1), self.ticket(number), .outcome(.succeeded), .zero)
    }
    #expect(pool.takeActions().last == .askToLeave(self.worker(1)))
    pool.request(self.ticket(5), .zero)
    #expect(pool.takeActions().isEmpty, "there is no place for another before this one is gone")
    pool.hungUp(self.worker(1))
    pool.died(self.worker(1), "left", hadRun: false, .zero)
    #expect(pool.takeActions() == [.kill(self.worker(1)), .start(self.worker(2))])
  }

  @Test(
    "Workers that fail to start are tried again after pauses that double to a limit; after three, runs are given back")
  func backoff() {
    var pool = self.opened { $0.minimum = 0 }
    pool.request(self.ticket(1), .zero)
    var now = Duration.zero
    var pauses: [Duration] = []
    var refused: [Duration] = []
    for number in 1...12 {
      for action in pool.takeActions() {
        switch action {
        case .trouble(_, let pause): pauses.append(pause)
        case .end(_, .refused(_, let pause)): refused.append(pause)
        default: break
        }
      }
      // Once it was given back, another comes when the pause is over.
      if pool.waiting.isEmpty { pool.request(self.ticket(100 + number), now) }
      pool.died(WorkerID(number: number), "words", hadRun: false, now)
      now = max(pool.retryAt, now)
      pool.tick(now)
    }
    #expect(pauses.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
    #expect(pauses.last == .seconds(30))
    #expect(refused.first == .milliseconds(400))
  }

  @Test("What is idle beyond the minimum goes, the longest idle first")
  func shrinking() {
    var pool = self.opened()
    for number in 1...3 { pool.request(self.ticket(number), .zero) }
    for id in 2...3 { pool.ready(self.worker(id), .zero) }
    for id in 1...3 { pool.finished(self.worker(id), self.ticket(id), .outcome(.succeeded), .seconds(id)) }
    _ = pool.takeActions()
    #expect(pool.deadline == .seconds(61))
    pool.tick(.seconds(61))
    #expect(pool.takeActions() == [.askToLeave(self.worker(1))])
    pool.tick(.seconds(600))
    #expect(pool.takeActions() == [.kill(self.worker(1)), .askToLeave(self.worker(2))])
    #expect(pool.workers[self.worker(3)]?.state == .idle(since: .seconds(3)))
  }

  @Test("Every event in every state of a worker is answered, and breaks no invariant")
  func everyCrossing() {
    typealias Event = (name: String, happen: (inout PoolWalk) -> Void)
    let one = self.worker(1)
    let states: [WorkerPool.State] = [
      .starting(until: .seconds(10)), .idle(since: .zero), .running(self.ticket(1), killAt: nil),
      .running(self.ticket(1), killAt: .seconds(3)), .leaving(killAt: .seconds(3)), .killed(nil, .hungUp),
      .killed(self.ticket(1), .runDidNotStop), .killed(nil, .poolStopped), .killed(self.ticket(1), .breach("noise")),
    ]
    let events: [Event] = [
      ("open", { $0.pool.open(.seconds(1)) }), ("close", { $0.pool.close(.seconds(1)) }),
      ("ready", { $0.pool.ready(one, .seconds(1)) }),
      ("request", { $0.request(Ticket(number: 2 + $0.open.count)) }),
      ("cancel", { $0.pool.cancel(Ticket(number: 1), .seconds(1)) }),
      ("finished", { $0.pool.finished(one, Ticket(number: 1), .outcome(.succeeded), .seconds(1)) }),
      ("finished, another's", { $0.pool.finished(one, Ticket(number: 9), .outcome(.succeeded), .seconds(1)) }),
      ("breach", { $0.pool.breach(one, "noise", .seconds(1)) }), ("hung up", { $0.pool.hungUp(one) }),
      ("died with its run", { $0.pool.died(one, "words", hadRun: true, .seconds(1)) }),
      ("died before its run", { $0.pool.died(one, "words", hadRun: false, .seconds(1)) }),
      ("tick", { $0.pool.tick(.seconds(100)) }),
    ]
    for state in states {
      for first in events {
        for second in events {
          var walk = PoolWalk(self.opened { $0.size = 2 })
          walk.pool.workers[one]?.state = state
          walk.adopt()
          first.happen(&walk)
          walk.check("\(state), \(first.name)")
          second.happen(&walk)
          walk.check("\(state), \(first.name), \(second.name)")
        }
      }
    }
  }

  @Test("Any walk of any length keeps the invariants, and every run ends once", arguments: 0..<400)
  func walks(_ seed: Int) {
    var dice = SeededDice(seed: UInt64(seed))
    var limits = Self.limits
    limits.size = Int.random(in: 1...4, using: &dice)
    limits.minimum = Int.random(in: 0...limits.size, using: &dice)
    limits.runsPerWorker = Bool.random(using: &dice) ? nil : Int.random(in: 1...3, using: &dice)
    var walk = PoolWalk(WorkerPool(limits))
    for _ in 0..<400 {
      walk.step(&dice)
      walk.check("seed \(seed)")
    }
    walk.finish()
    walk.check("seed \(seed), the end")
    #expect(walk.open.isEmpty, "runs without an end: \(walk.open)")
    #expect(walk.pool.workers.isEmpty)
    #expect(walk.pool.phase == .closed)
  }
}
#endif
