import AlmanacTesting
import Testing

@testable import Almanac

@Suite("The watch on the wall clock")
struct WallWatchTests {
  private let truth = ManualClock()

  /// A wall that is trusted, and the answer of its watch at each look.
  private func watched() -> (wall: MachineClock, trusts: () -> Bool) {
    let wall = MachineClock(self.truth)
    var watch = WallWatch(wall, patience: .seconds(6))
    self.truth.advance(by: .seconds(6))
    let trusts = { watch.look(patience: .seconds(6)) }
    #expect(trusts())
    return (wall, trusts)
  }

  @Test("does not trust a wall that nobody has watched yet")
  func beginning() {
    var watch = WallWatch(MachineClock(self.truth), patience: .seconds(6))
    let isTrusted = watch.look(patience: .seconds(6))
    #expect(!isTrusted)
  }

  @Test(
    "does not trust a wall for a while that was set, forward or back",
    arguments: [Duration.seconds(60), .seconds(-60)])
  func steps(step: Duration) {
    let (wall, trusts) = self.watched()
    wall.step(by: step)
    #expect(!trusts())
    self.truth.advance(by: .seconds(5))
    #expect(!trusts())
    self.truth.advance(by: .seconds(1))
    #expect(trusts())
  }

  @Test("does not trust a wall that was set back far and forward again by less: who renewed in between looks expired")
  func backAndForth() {
    let (wall, trusts) = self.watched()
    wall.step(by: .seconds(-100))
    wall.step(by: .seconds(40))
    #expect(!trusts())
  }

  @Test("trusts a wall that a time service adjusts a little")
  func slews() {
    let (wall, trusts) = self.watched()
    for step in [Duration.milliseconds(400), .milliseconds(-400)] {
      wall.step(by: step)
      #expect(trusts())
    }
  }
}
