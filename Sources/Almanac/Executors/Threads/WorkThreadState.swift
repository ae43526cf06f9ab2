import DequeModule

/// What a thread of a pool has to do, decided without doing it.
struct WorkThreadState {
  enum Phase {
    /// There is no thread of the system. Can become `working`.
    case absent
    /// It works, or is being begun. Can become `waiting`, or `absent`.
    case working
    /// It waits for its bell, and has nothing to do. Can become `working`, or `absent`.
    case waiting
  }

  enum Turn {
    case run(UnownedJob)
    /// Until the bell is rung.
    case wait
    /// Until the bell is rung, but not for ever.
    case waitIdle
    case end
  }

  /// What is to be done so that a job is executed.
  enum Call {
    case none, ring, begin
  }

  var phase = Phase.absent
  /// Whether a run has it.
  var isHeld = false
  /// Whether it ends as soon as it has nothing to do.
  var isDismissed: Bool
  private var queue = Deque<UnownedJob>()

  init(isDismissed: Bool) {
    self.isDismissed = isDismissed
  }

  /// Answers whether a thread has to be begun.
  mutating func hold() -> Bool {
    self.isHeld = true
    guard self.phase == .absent else { return false }
    self.phase = .working
    return true
  }

  /// Answers whether the bell has to be rung: who waits for ever has to wait for a while only.
  mutating func release() -> Bool {
    self.isHeld = false
    return self.phase == .waiting
  }

  /// Answers whether the bell has to be rung.
  mutating func dismiss() -> Bool {
    self.isDismissed = true
    return self.phase == .waiting
  }

  mutating func enqueue(_ job: UnownedJob) -> Call {
    self.queue.append(job)
    switch self.phase {
    case .working: return .none
    case .waiting: return .ring
    case .absent:
      self.phase = .working
      return .begin
    }
  }

  /// The system gave no thread. Answers what has to be executed elsewhere.
  mutating func giveUp() -> [UnownedJob] {
    self.phase = .absent
    defer { self.queue = [] }
    return Array(self.queue)
  }

  /// What the thread does next.
  ///
  /// - Parameter wasLongIdle: whether it has just waited for as long as it is kept.
  mutating func turn(wasLongIdle: Bool) -> Turn {
    if let job = self.queue.popFirst() {
      self.phase = .working
      return .run(job)
    }
    if !self.isHeld, wasLongIdle || self.isDismissed {
      self.phase = .absent
      return .end
    }
    self.phase = .waiting
    return self.isHeld ? .wait : .waitIdle
  }
}
