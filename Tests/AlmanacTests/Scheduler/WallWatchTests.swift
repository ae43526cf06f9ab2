import AlmanacTesting
import Testing

@testable import Almanac

@Suite("The watch on the wall clock")
struct WallWatchTests {
  private let truth = ManualClock()

  private func watch() -> (MachineClock, WallWatch) {
    let wall = MachineClock(self.truth)
    var watch = WallWatch(wall, patience: .seconds(6))
    self.truth.advance(by: .seconds(6))
    #expect(watch.look(patience: .seconds(6)))
    return (wall, watch)
  }

  @Test("does not trust a wall that nobody has watched yet")
  func beginning() {
    var watch = WallWatch(MachineClock(self.truth), patience: .seconds(6))
    #expect(!watch.look(patience: .seconds(6)))
  }

  @Test(
    "does not trust a wall for a while that was set, forward or back",
    arguments: [Duration.seconds(60), .seconds(-60)])
  func steps(step: Duration) {
    var (wall, watch) = self.watch()
    wall.step(by: step)
    #expect(!watch.look(patience: .seconds(6)))
    self.truth.advance(by: .seconds(5))
    #expect(!watch.look(patience: .seconds(6)))
    self.truth.advance(by: .seconds(1))
    #expect(watch.look(patience: .seconds(6)))
  }

  @Test("does not trust a wall that was set back far and forward again by less: who renewed in between looks expired")
  func backAndForth() {
    var (wall, watch) = self.watch()
    wall.step(by: .seconds(-100))
    wall.step(by: .seconds(40))
    #expect(!watch.look(patience: .seconds(6)))
  }

  @Test("trusts a wall that a time service adjusts a little")
  func slews() {
    var (wall, watch) = self.watch()
    for step in [Duration.milliseconds(400), .milliseconds(-400)] {
      wall.step(by: step)
      #expect(watch.look(patience: .seconds(6)))
    }
  }
}
