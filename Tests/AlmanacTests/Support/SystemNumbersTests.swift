import Testing

@testable import Almanac

@Suite("Random numbers that are fetched some at a time")
struct SystemNumbersTests {
  @Test("are all different, also beyond as many as were expected", arguments: [0, 1, 40, 500])
  func distinct(expected: Int) {
    var numbers = SystemNumbers(expecting: expected)
    #expect(Set((0..<200).map { _ in numbers.next() }).count == 200)
    #expect(Set(Surroundings.uniqueNumbers(200)).count == 200)
    #expect(Surroundings.uniqueNumbers(200).allSatisfy { $0 > 0 })
  }
}
