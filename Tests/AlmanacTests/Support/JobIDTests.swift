import Almanac
import Testing

@Suite("An id of a job is its bytes")
struct JobIDTests {
  @Test("text that looks the same and has other bytes is another id")
  func canonicalEquivalence() {
    let composed: JobID = "caf\u{E9}"
    let decomposed: JobID = "cafe\u{301}"
    #expect(composed.rawValue == decomposed.rawValue)
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(decomposed < composed)
    #expect(!(composed < decomposed))
  }

  @Test("new ids are all different, and may be used")
  func unique() {
    let ids = Set((0..<1_000).map { _ in JobID.unique() })
    #expect(ids.count == 1_000)
    #expect(ids.allSatisfy { $0.problem == nil && $0.rawValue.utf8.count == 26 })
  }

  @Test("a head start at the beginning of time stays there")
  func saturation() {
    for priority in Priority.allCases {
      #expect(priority.order(of: .distantPast) == .min)
    }
  }
}
