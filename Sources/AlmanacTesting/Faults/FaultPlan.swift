import Almanac

/// Which calls of a store fail or are slow, and how: a value, so that a failure can be had again.
///
/// ```swift
/// let plan = FaultPlan.call(1, of: .advance, .after)        // the first claim is committed, and its answer lost
///   .and(.slow(2, of: .update, by: .seconds(5)))            // the second update takes five seconds of virtual time
/// let store = FaultyStore(MemoryStore(clock: clock), plan: plan, clock: clock)
/// ```
public struct FaultPlan: Sendable {
  public enum Fault: String, Sendable, CaseIterable {
    /// The request is lost: nothing happens.
    case before
    /// The answer is lost: it has happened.
    case after
  }

  /// What is known of a call when it is decided about.
  struct Call: Sendable {
    var method: StoreMethod
    /// Among all calls of the store, from 1.
    var number: Int
    /// Among the calls of its method, from 1.
    var numberOfMethod: Int
  }

  private let decide: @Sendable (Call) -> Fault?
  private let wait: @Sendable (Call) -> Duration

  init(
    _ decide: @escaping @Sendable (Call) -> Fault?, wait: @escaping @Sendable (Call) -> Duration = { _ in .zero }
  ) {
    self.decide = decide
    self.wait = wait
  }

  /// Nothing fails.
  public static let none = FaultPlan { _ in nil }

  /// The n-th call fails, counted from 1, and no other.
  public static func call(_ number: Int, _ fault: Fault) -> FaultPlan {
    FaultPlan { $0.number == number ? fault : nil }
  }

  /// The n-th call of the method fails, counted from 1, and no other.
  public static func call(_ number: Int, of method: StoreMethod, _ fault: Fault) -> FaultPlan {
    FaultPlan { $0.method == method && $0.numberOfMethod == number ? fault : nil }
  }

  /// Every call of the method fails.
  public static func every(_ method: StoreMethod, _ fault: Fault) -> FaultPlan {
    FaultPlan { $0.method == method ? fault : nil }
  }

  /// One call in `period`, on the average, fails, as the seed decides.
  public static func random(seed: UInt64, oneIn period: Int) -> FaultPlan {
    FaultPlan { call in
      var generator = SeededGenerator(seed: seed &+ UInt64(truncatingIfNeeded: call.number) &* 0x9E37_79B9)
      guard Int.random(in: 0..<max(period, 1), using: &generator) == 0 else { return nil }
      return Bool.random(using: &generator) ? .before : .after
    }
  }

  /// The n-th call of the method, counted from 1, takes so much longer, and no other.
  ///
  /// The time is virtual, and only calls of a scheduler that runs in virtual time are held up: a call that a test makes itself would wait for
  /// the test to turn the clock. Making a store ready is not held up either.
  public static func slow(_ number: Int, of method: StoreMethod, by duration: Duration) -> FaultPlan {
    FaultPlan({ _ in nil }, wait: { $0.method == method && $0.numberOfMethod == number ? duration : .zero })
  }

  /// Every call takes so much longer; see ``slow(_:of:by:)``.
  public static func slow(by duration: Duration) -> FaultPlan {
    FaultPlan({ _ in nil }, wait: { _ in duration })
  }

  /// Both plans: where both have a call fail, as this one says; where both slow it down, their times are added.
  public func and(_ other: FaultPlan) -> FaultPlan {
    FaultPlan({ self.decide($0) ?? other.decide($0) }, wait: { self.wait($0) + other.wait($0) })
  }

  /// What becomes of the call with this number, counted from 1; it is taken for the same call of its method.
  public func fault(onCall number: Int, of method: StoreMethod = .update) -> Fault? {
    self.decide(Call(method: method, number: number, numberOfMethod: number))
  }

  func fault(on call: Call) -> Fault? { self.decide(call) }

  func delay(of call: Call) -> Duration { call.method == .prepare ? .zero : self.wait(call) }
}

/// The calls of a store that can fail.
public enum StoreMethod: String, Hashable, Sendable, CaseIterable {
  case prepare, now
  case openSession, renewSession, sessions, markDead, forgetSessions
  case insert, fetch, query, update, advance, earliestWake, owners, records
  case announce, append, history, pruneHistory, trimHistory
}
