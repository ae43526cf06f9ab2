import Almanac
import AlmanacSQL
import Testing

@Suite("Lanes are merged by their heads")
struct LaneMergeTests {
  @Test(
    "of two lanes that come to the same by their priorities, the one that is due earlier goes first, whatever their numbers"
  )
  func tie() {
    let low = Lane(jobName: "job", priority: .low)
    let high = Lane(jobName: "job", priority: .high)
    // A low job is 1,200 seconds behind a high one.
    let (early, late) = (399_000_000 as Int64, 1_599_000_000 as Int64)
    #expect(
      Priority.low.order(of: Instant(microsecondsSinceEpoch: early))
        == Priority.high.order(of: Instant(microsecondsSinceEpoch: late)))
    for numbers in [[1, 2], [2, 1]] as [[Int64]] {
      let scan = DueScan(
        Demand(jobNames: ["job"], slots: [Lane.defaultExecutor: 1]), at: Instant(microsecondsSinceEpoch: 2_000_000_000),
        lanes: [numbers[0]: low, numbers[1]: high],
        heads: [
          LaneHead(lane: numbers[0], startAt: early, tendAt: nil),
          LaneHead(lane: numbers[1], startAt: late, tendAt: nil),
        ])
      #expect(scan.stretches.map(\.lane) == [numbers[0]])
    }
  }
}
