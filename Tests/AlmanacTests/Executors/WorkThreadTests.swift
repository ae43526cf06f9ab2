import Foundation
import Synchronization
import Testing

@testable import Almanac

@Suite("A thread of a pool", .timeLimit(.minutes(1)))
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
    final class Seen: Sendable {
      let inside = Atomic<Int>(0)
      let meetings = Atomic<Int>(0)
      let turns = Atomic<Int>(0)
    }
    let seen = Seen()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask(executorPreference: thread) {
          for _ in 0..<50 {
            if seen.inside.add(1, ordering: .relaxed).oldValue != 0 { seen.meetings.add(1, ordering: .relaxed) }
            seen.turns.add(1, ordering: .relaxed)
            seen.inside.subtract(1, ordering: .relaxed)
            await Task.yield()
          }
        }
      }
    }
    #expect(seen.turns.load(ordering: .relaxed) == 64 * 50)
    #expect(seen.meetings.load(ordering: .relaxed) == 0, "two tasks were on the thread at once")
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
