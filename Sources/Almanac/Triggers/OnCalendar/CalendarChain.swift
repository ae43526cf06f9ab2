/// The values of one part of a systemd calendar expression: single values, ranges and repetitions.
struct CalendarChain: Hashable, Sendable {
  struct Component: Hashable, Sendable {
    var start: Int
    /// The last possible value, inclusive; nil for a single value or an open repetition.
    var stop: Int?
    /// The distance of repetitions; 0 for none.
    var step: Int
  }

  /// None means every value.
  var components: [Component]
  /// Where the part stands in the expression, for messages.
  var bytes: Range<Int>

  var isEvery: Bool { components.isEmpty }

  /// Whether a value in a field up to `greatest` belongs to the chain.
  func contains(_ value: Int, upTo greatest: Int) -> Bool {
    components.isEmpty || first(atOrAfter: value, upTo: greatest) == value
  }

  /// The first value at `value` or above; components repeat up to `greatest`.
  func first(atOrAfter value: Int, upTo greatest: Int) -> Int? {
    var best: Int?
    for component in components {
      var candidate = component.start
      if candidate < value {
        guard component.step > 0 else { continue }
        candidate += (value - candidate + component.step - 1) / component.step * component.step
      }
      guard candidate <= (component.step > 0 ? component.stop ?? greatest : component.start) else { continue }
      best = min(best ?? candidate, candidate)
    }
    return best
  }

  /// The last value at `value` or below.
  func last(atOrBefore value: Int, upTo greatest: Int) -> Int? {
    var best: Int?
    for component in components where component.start <= value {
      let limit = min(value, component.step > 0 ? component.stop ?? greatest : component.start)
      let candidate =
        component.step > 0
        ? component.start + (limit - component.start) / component.step * component.step : component.start
      best = max(best ?? candidate, candidate)
    }
    return best
  }

  /// The values of a field of at most 64 values, as bits.
  func bits(_ range: ClosedRange<Int>) -> UInt64 {
    var bits: UInt64 = 0
    for value in range where contains(value, upTo: range.upperBound) { bits |= 1 << UInt64(value) }
    return bits
  }
}
