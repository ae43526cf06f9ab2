#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The system's random numbers for somebody who needs many: on Linux each of them is a call of the kernel by itself, so they are fetched some
/// at a time.
///
/// Whoever needs them has a value of their own. One store of them for the whole process would have everybody wait for everybody, and a process
/// that is forked would draw again what its parent draws.
struct SystemNumbers: RandomNumberGenerator {
  private var fetched: [UInt64] = []
  /// How many more will be asked for, as far as is known.
  private var expected: Int

  init(expecting count: Int) { self.expected = count }

  /// 256 bytes are the most that the kernel gives in one piece.
  private static let most = 32

  mutating func next() -> UInt64 {
    if let number = self.fetched.popLast() { return number }
    #if canImport(Glibc) || canImport(Musl)
    let count = min(max(self.expected, 1), SystemNumbers.most)
    self.expected -= count
    var numbers = [UInt64](repeating: 0, count: count)
    if numbers.withUnsafeMutableBytes({ getentropy($0.baseAddress, $0.count) }) == 0, let number = numbers.popLast() {
      self.fetched = numbers
      return number
    }
    #endif
    var system = SystemRandomNumberGenerator()
    return system.next()
  }
}
