/// The time by which a fire is put off, so that jobs with the same fire time do not all begin at once.
///
/// The fire time of the trigger, the nominal one, stays what it is; only the moment at which the run may begin moves. So
/// nothing accumulates, and the count of fire times does not change. The offset is computed from the job and the nominal
/// fire time alone: every server, and every process after a restart, finds the same.
///
/// The 64 bits behind it are FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over the bytes of the job's identifier
/// and then the eight bytes of the nominal fire time in microseconds, the highest first, mixed by the finalizer of
/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014), because FNV-1a alone leaves the
/// high bits of similar texts alike. A random generator with a seed was ruled out: its results may change between
/// releases of the standard library.
///
/// - Parameters:
///   - job: the bytes of the job's identifier.
///   - nominal: the fire time of the trigger.
///   - maximum: the longest offset, inclusive, in whole microseconds; none where it is not positive.
///   - next: the fire time after the nominal one, if there is one. The offset ends before it: where the maximum would
///     reach it, the offsets are spread over the shorter time instead, rather than heaped up at its end.
/// - Returns: 0 or more.
package func jitterOffset(
  job: some Sequence<UInt8>, nominal: Instant, maximum: Duration, next: Instant? = nil
) -> Duration {
  var most = maximum.saturatedMicroseconds
  if let next { most = min(most, (next - nominal).saturatedMicroseconds - 1) }
  guard most > 0 else { return .zero }
  var hash = StableHash()
  hash.combine(job)
  hash.combine(UInt64(bitPattern: nominal.microsecondsSinceEpoch))
  // The high word of the product is a number below the second factor, without the bias and cost of a remainder.
  return .microseconds(Int64(hash.value.multipliedFullWidth(by: UInt64(most) + 1).high))
}

/// The offset of ``jitterOffset(job:nominal:maximum:next:)`` for a fire time of `trigger`.
package func jitterOffset(
  job: some Sequence<UInt8>, nominal: Instant, maximum: Duration, of trigger: Trigger
) -> Duration {
  guard maximum > .zero else { return .zero }
  return jitterOffset(job: job, nominal: nominal, maximum: maximum, next: trigger.next(after: nominal))
}

/// A hash that is the same in every process and release: FNV-1a, mixed at the end.
struct StableHash {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func combine(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  }

  mutating func combine(_ word: UInt64) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      combine(CollectionOfOne(UInt8(truncatingIfNeeded: word >> shift)))
    }
  }

  var value: UInt64 {
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
