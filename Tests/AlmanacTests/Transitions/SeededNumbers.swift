import AlmanacTesting

/// Choices that follow from a seed.
struct SeededNumbers {
  private var generator: SeededGenerator

  init(seed: UInt64) { self.generator = SeededGenerator(seed: seed) }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self.generator)]
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(bound, 1), using: &self.generator) }
}
