import CAlmanacAlarm
import HeapModule
import Synchronization

/// The timers of the machine's clock: one thread for the whole process, which waits for the earliest of them.
///
/// What was ruled out: a task for each timer, which sleeps a second at a time to notice a clock that is set, wakes the process once a
/// second for every timer there is. On Linux the thread waits on two kernel timers, on the wall and on the uptime, and the kernel says at
/// once when the wall is set; elsewhere it looks at least every second.
///
/// A timer that is taken back stays in its heap until it comes to the top, or until those that were taken back are the most.
final class AlarmThread: Sendable {
  /// Begun with the first timer that is set; it lasts as long as the process.
  static let shared = AlarmThread()

  typealias Call = @Sendable () -> Void

  /// Which clock a timer waits for; times on both are in microseconds.
  enum Dial: Sendable {
    case wall
    case uptime
  }

  private struct Entry: Comparable {
    var time: Int64
    /// Equal times are called in the order in which they were set.
    var number: UInt64

    static func < (left: Entry, right: Entry) -> Bool {
      left.time == right.time ? left.number < right.number : left.time < right.time
    }
  }

  private struct State {
    var wall = Heap<Entry>()
    var uptime = Heap<Entry>()
    /// What is still to be called, by number.
    var calls: [UInt64: Call] = [:]
    var lastNumber: UInt64 = 0
    /// What the alarm was set to.
    var armedWall = Int64.max
    var armedUptime = Int64.max

    /// The time of the next call of a heap. Those that were taken back and lie before it go.
    static func next(of heap: inout Heap<Entry>, _ calls: [UInt64: Call]) -> Int64 {
      while let first = heap.min {
        if calls[first.number] != nil { return first.time }
        heap.removeMin()
      }
      return .max
    }

    static func takeDue(_ heap: inout Heap<Entry>, _ calls: inout [UInt64: Call], at now: Int64, into due: inout [Call])
    {
      while let first = heap.min, first.time <= now {
        heap.removeMin()
        if let call = calls.removeValue(forKey: first.number) { due.append(call) }
      }
    }

    mutating func dropCancelled() {
      guard self.wall.count + self.uptime.count > 2 * self.calls.count + 64 else { return }
      let calls = self.calls
      self.wall = Heap(self.wall.unordered.filter { calls[$0.number] != nil })
      self.uptime = Heap(self.uptime.unordered.filter { calls[$0.number] != nil })
    }

    mutating func arm(_ wall: Int64, _ uptime: Int64) {
      guard self.armedWall != wall || self.armedUptime != uptime else { return }
      self.armedWall = wall
      self.armedUptime = uptime
      almanac_alarm_set(wall, uptime)
    }
  }

  private let state = Mutex(State())
  /// False where the system refused a thread.
  let isRunning: Bool

  private init() {
    // The thread waits for `shared`, which is this object, until it is there.
    self.isRunning = almanac_alarm_begin { AlarmThread.shared.run() } == 0
  }

  /// Whether a clock that is set is noticed at once, not within a second.
  var noticesSetClock: Bool { almanac_alarm_notices_set_clock() != 0 }

  /// Calls once the dial shows `time`, on this thread and off every lock: what is called must not block.
  func set(_ dial: Dial, at time: Int64, _ call: @escaping Call) -> ClockTimer {
    let number = self.state.withLock { state -> UInt64 in
      state.lastNumber += 1
      let entry = Entry(time: time, number: state.lastNumber)
      state.calls[entry.number] = call
      // Under the lock, so that no earlier time is overwritten by a later one.
      switch dial {
      case .wall:
        state.wall.insert(entry)
        state.arm(min(time, state.armedWall), state.armedUptime)
      case .uptime:
        state.uptime.insert(entry)
        state.arm(state.armedWall, min(time, state.armedUptime))
      }
      return entry.number
    }
    return ClockTimer { [self] in
      // What the call holds on to is let go after the lock.
      let call = self.state.withLock { state -> Call? in
        let call = state.calls.removeValue(forKey: number)
        state.dropCancelled()
        return call
      }
      withExtendedLifetime(call) {}
    }
  }

  /// How many timers are kept, those that were taken back and not yet dropped among them.
  var keptCount: Int { self.state.withLock { $0.wall.count + $0.uptime.count } }

  private func run() {
    while true {
      var due: [Call] = []
      let (now, uptime) = (SystemClock().now().microsecondsSinceEpoch, almanac_alarm_uptime())
      self.state.withLock { state in
        State.takeDue(&state.wall, &state.calls, at: now, into: &due)
        State.takeDue(&state.uptime, &state.calls, at: uptime, into: &due)
        if due.isEmpty {
          let nextWall = State.next(of: &state.wall, state.calls)
          let nextUptime = State.next(of: &state.uptime, state.calls)
          state.arm(nextWall, nextUptime)
        }
      }
      for call in due { call() }
      if due.isEmpty { almanac_alarm_wait() }
    }
  }
}
