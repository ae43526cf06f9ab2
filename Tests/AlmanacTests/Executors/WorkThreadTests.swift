import Foundation
import Testing

@testable import Almanac

@Suite("A thread of a pool", .timeLimit(.minutes(5)))
struct WorkThreadTests {
  private func make(stackSize: Int = 1 << 20, idleTime: Duration = .zero) throws -> WorkThread {
    try WorkThread(1, .init(name: "test", stackSize: stackSize, idleTime: idleTime), isDismissed: false)
  }

  @Test("what is enqueued to a thread that has ended begins another one, again and again")
  func beginsAgain() async throws {
    let thread = try self.make()
    for number in 0..<200 {
      let answer = await Task(executorPreference: thread) {
        await Task.yield()
        return number
      }.value
      #expect(answer == number)
      if number % 20 == 0 { await until { !thread.isPresent } }
    }
    await until { !thread.isPresent }
  }

  @Test("what is enqueued where the system gives no thread is executed by the pool that all tasks share")
  func elsewhere() async throws {
    let thread = try self.make(stackSize: .max / 2)
    #expect(throws: WorkThread.Refused.self) { try thread.hold() }
    let answer = await Task(executorPreference: thread) {
      await Task.yield()
      return 42
    }.value
    #expect(answer == 42)
    #expect(!thread.isPresent)
  }

  @Test("a thread that a run has is kept, and one that is dismissed ends as soon as it has nothing to do")
  func dismissing() async throws {
    let thread = try self.make(idleTime: .seconds(3_600))
    try thread.hold()
    thread.dismiss()
    // What it answers shows that it is there.
    #expect(await Task(executorPreference: thread) { thread.isPresent }.value)
    #expect(thread.isPresent)
    thread.release()
    await until { !thread.isPresent }
    thread.engage()
    try thread.hold()
    thread.release()
    #expect(await Task(executorPreference: thread) { thread.isPresent }.value)
    #expect(thread.isPresent)
    thread.dismiss()
    await until { !thread.isPresent }
  }

  @Test("many tasks from everywhere are all executed, each by itself")
  func crowd() async throws {
    let thread = try self.make()
    /// Safe to share, which is what the test shows: the thread does one thing at a time.
    final class Count: @unchecked Sendable {
      var value = 0
    }
    let seen = Count()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask(executorPreference: thread) {
          for _ in 0..<50 {
            seen.value += 1
            await Task.yield()
          }
        }
      }
    }
    #expect(seen.value == 64 * 50)
    await until { !thread.isPresent }
  }

  @Test(
    "a thread that has nothing to do ends where no run has it and it is dismissed or was idle for long, and only then")
  func turns() {
    for isHeld in [false, true] {
      for isDismissed in [false, true] {
        for wasLongIdle in [false, true] {
          var state = WorkThreadState(isDismissed: isDismissed)
          let (needsThread, needsAnother) = (state.hold(), state.hold())
          #expect(needsThread && !needsAnother)
          if !isHeld {
            let isCalled = state.release()
            #expect(!isCalled)
          }
          let turn = state.turn(wasLongIdle: wasLongIdle)
          switch turn {
          case .end: #expect(!isHeld && (isDismissed || wasLongIdle) && state.phase == .absent)
          case .wait: #expect(isHeld && state.phase == .waiting)
          case .waitIdle: #expect(!isHeld && !isDismissed && !wasLongIdle && state.phase == .waiting)
          case .run: Issue.record("there is nothing to run")
          }
          // Who waits has to be told of what changes its mind.
          let waits = state.phase == .waiting
          let (onRelease, onDismissal) = (state.release(), state.dismiss())
          #expect(onRelease == waits && onDismissal == waits)
        }
      }
    }
  }

  @Test(
    "its name is the prefix and the number, in 15 bytes",
    arguments: [
      ("almanac", 1, "almanac-1"), ("a-very-long-name", 12, "a-very-long--12"),
      ("größenwahnsinnig", 3, "größenwahns-3"),
      ("", 7, "-7"),
    ])
  func names(prefix: String, number: Int, name: String) {
    #expect(WorkThread.name(prefix, number) == name)
    #expect(name.utf8.count <= WorkThread.longestName)
  }
}
