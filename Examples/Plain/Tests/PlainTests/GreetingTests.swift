import Almanac
import AlmanacTesting
import Greetings
import Testing

@Test("an hour of greetings, in as long as their work takes")
func greetings() async throws {
  let test = TestScheduler()
  test.register(Greeting.self)
  try await test.run {
    try await test.scheduler.add(Greeting(name: "test"), trigger: .every(.seconds(900)), id: "often")
    await test.advance(by: .seconds(3_600))
    try await test.expectRuns(of: "often", [.succeeded, .succeeded, .succeeded, .succeeded])
    try await test.expectNextFire(of: "often", at: test.now + .seconds(900))
  }
}
