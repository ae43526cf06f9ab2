import Almanac

/// Which calls of a store fail, and how: a value, so that a failure can be had again.
public struct FaultPlan: Sendable {
  public enum Fault: String, Sendable, CaseIterable {
    /// The request is lost: nothing happens.
    case before
    /// The answer is lost: it has happened.
    case after
  }

  private let decide: @Sendable (Int) -> Fault?

  private init(_ decide: @escaping @Sendable (Int) -> Fault?) {
    self.decide = decide
  }

  /// Nothing fails.
  public static let none = FaultPlan { _ in nil }

  /// The n-th call fails, counted from 1, and no other.
  public static func call(_ number: Int, _ fault: Fault) -> FaultPlan {
    FaultPlan { $0 == number ? fault : nil }
  }

  /// One call in `period`, on the average, fails, as the seed decides.
  public static func random(seed: UInt64, oneIn period: Int) -> FaultPlan {
    FaultPlan { call in
      var generator = SeededGenerator(seed: seed &+ UInt64(truncatingIfNeeded: call) &* 0x9E37_79B9)
      guard Int.random(in: 0..<max(period, 1), using: &generator) == 0 else { return nil }
      return Bool.random(using: &generator) ? .before : .after
    }
  }

  /// What becomes of the call with this number, counted from 1.
  public func fault(onCall number: Int) -> Fault? { self.decide(number) }
}
