#if Processes
import Almanac
@testable import AlmanacProcesses
import Foundation
import Testing

@Suite("Endings of runs in worker processes")
struct EndingTests {
  @Test("What a run returns comes back, with nothing added")
  func result() async throws {
    try await Bench.with { bench in
      #expect(await bench.text("echo", 0, "grüß dich, \u{1F980}") == "grüß dich, \u{1F980}")
      #expect(await bench.text("pid") != "\(getpid())")
      #expect(await bench.text("input") == "0", "standard input is the null device")
      #expect(await bench.text("variables") == "clean", "a process that a worker begins is no worker")
    }
  }

  @Test("What a run throws comes back as it is thrown in one process")
  func thrown() async throws {
    try await Bench.with { bench in
      let thrown = await bench.begin("throw").failure
      #expect(thrown?.message == "it was not to be")
      #expect(thrown?.type.hasSuffix(".Disappointed") == true)
      #expect(await bench.begin("snooze", 30).outcome?.kind == .snoozed(.seconds(30)))
      guard case .failed(let later, .after(.seconds(7)))? = await bench.begin("retry-after", 7).outcome?.kind else {
        return #expect(Bool(false), "no advice to wait")
      }
      #expect(later.message == "it was not to be")
      guard case .unknown(let failure)? = await bench.begin("not-know").outcome?.kind else {
        Issue.record("it knows")
        return
      }
      #expect(failure.message == "it was not to be")
      guard case .failed(_, .giveUp)? = await bench.begin("give-up").outcome?.kind else {
        return #expect(Bool(false), "no advice to give up")
      }
      #expect(bench.workers.tally.starts == 1, "nobody died of it")
    }
  }

  @Test("Values that cannot be decoded are told as such, and values that are too long are not sent")
  func values() async throws {
    try await Bench.with(.fixture { $0.maximumFrame = 100_000 }) { bench in
      let unreadable = await bench.begin("", payload: Array("[1]".utf8)).failure
      #expect(unreadable?.type == "PayloadUnreadable")
      let long = await bench.begin("echo", 0, String(repeating: "x", count: 200_000)).failure
      #expect(long?.type == "RequestTooLarge")
      #expect(await bench.text("echo", 0, "still here") == "still here")
      #expect(bench.workers.tally.starts == 1)
    }
  }

  @Test("A trap ends its own run, and tells the last words", arguments: ["trap", "index"])
  func trap(_ deed: String) async throws {
    try await Bench.with(size: 2) { bench in
      let neighbour = bench.begin("listen")
      #expect(await neighbour.begun() != nil)
      let crash = await bench.begin(deed, 9).crash
      #expect(crash?.contains("was ended by signal") == true, "\(crash ?? "")")
      #expect(crash?.contains("SIGILL") == true || crash?.contains("SIGTRAP") == true, "\(crash ?? "")")
      #expect(crash?.contains(deed == "trap" ? "the last word" : "Index out of range") == true, "\(crash ?? "")")
      #expect(await bench.text("echo", 0, "next") == "next")
      neighbour.control.cancel()
      #expect(await neighbour.outcome?.kind == .cancelled)
    }
  }

  @Test("A stack that overflows, a kill, and an exit are told apart")
  func deaths() async throws {
    try await Bench.with { bench in
      let overflow = await bench.begin("stack").crash
      #expect(overflow?.contains("signal 11 (SIGSEGV)") == true, "\(overflow ?? "")")
      let kill = await bench.begin("suicide").crash
      #expect(kill?.contains("signal 9 (SIGKILL), not by us") == true, "\(kill ?? "")")
      let exit = await bench.begin("exit", 3).crash
      #expect(exit?.contains("ended with exit status 3") == true, "\(exit ?? "")")
      #expect(bench.workers.tally.deaths == 3)
      #expect(await bench.text("echo", 0, "after all") == "after all")
    }
  }

  #if os(Linux)
  @Test("A run that takes more memory than it may is ended, and told that this is the likely reason")
  func memory() async throws {
    try await Bench.with(.fixture { $0.memoryLimit = 256 << 20 }) { bench in
      let crash = await bench.begin("memory", 2_000).crash
      #expect(crash?.contains("its memory limit of 268435456 bytes") == true, "\(crash ?? "")")
      #expect(await bench.text("memory", 10) == "10")
    }
  }
  #endif

  @Test("A run that takes more processor time than it may is ended; what earlier runs took does not count")
  func processor() async throws {
    try await Bench.with(.fixture { $0.processorTime = .seconds(1) }) { bench in
      // It burns for a minute by the clock, of which a busy machine may give it little.
      let run = bench.begin("burn", 60)
      let crash = await run.crash
      let said = "\(String(describing: await run.end.value))"
      #expect(crash?.contains("SIGXCPU") == true, "\(said)")
      #expect(crash?.contains("more processor time than 1.0 seconds") == true, "\(said)")
      #expect(await bench.begin("burn", 1).failure == nil)
      #expect(await bench.begin("burn", 1).failure == nil)
    }
  }

  @Test("A worker that sends what is no frame is killed, and the reason told")
  func garbage() async throws {
    try await Bench.with { bench in
      let crash = await bench.begin("garbage").crash
      #expect(crash?.contains("was killed: it sent a frame of") == true, "\(crash ?? "")")
      #expect(await bench.text("echo", 0, "next") == "next")
    }
  }

  // MARK: Beside the ending

  @Test("What a run logs and reports reaches its own logger and its job, from the level on that this one has")
  func logs() async throws {
    try await Bench.with { bench in
      let run = bench.begin("log")
      #expect(await run.begun() == "3/7 at it")
      #expect(await run.outcome?.kind == .succeeded)
      #expect(run.log.all == ["info an info line colour=green"])
    }
  }

  @Test("What a run writes is logged line by line, with its worker and its job")
  func output() async throws {
    try await Bench.with { bench in
      let run = bench.begin("write")
      #expect(await run.outcome?.kind == .succeeded)
      #expect(await until { bench.output.all.count { $0.contains(" to standard ") && $0.contains(" worker=") } == 2 })
      #expect(bench.output.all.contains { $0.hasPrefix("info to standard error job=job-") })
    }
  }

  @Test("Of what a worker wrote the last lines are told, and only those of its last run")
  func tail() async throws {
    try await Bench.with { bench in
      #expect(await bench.begin("write").outcome?.kind == .succeeded)
      let crash = await bench.begin("write-and-trap", 2_000).crash ?? ""
      #expect(crash.contains("\nline 2000\n"), "\(crash)")
      #expect(!crash.contains("line 1900\n"))
      #expect(!crash.contains("to standard error"))
    }
  }

  @Test(
    "A large result crosses whole, one that is too large to be kept is left out and said so, and a flood of log lines holds nothing up"
  )
  func large() async throws {
    try await Bench.with { bench in
      #expect(await bench.text("huge", 60_000)?.utf8.count == 60_000)
      let run = bench.begin("huge", 1 << 20)
      #expect(await run.outcome?.kind == .succeeded)
      #expect(run.log.all.contains { $0.contains("the result is too large to be kept") })
      let flood = bench.begin("long-logs", 500)
      #expect(await flood.outcome?.kind == .succeeded)
      #expect(flood.log.all.count == 500)
    }
  }

  @Test("A worker inherits no descriptor but the standard three and its socket, and the environment with its changes")
  func inheritance() async throws {
    try await Bench.with(.fixture { $0.environment["ALMANAC_TEST_COLOUR"] = "green" }) { bench in
      #expect(await bench.text("environment", 0, "ALMANAC_TEST_COLOUR") == "green")
      let open = await bench.text("descriptors")?.split(separator: " ") ?? []
      // The socket, and what the runtime of Swift opens for itself.
      #expect(open.prefix(4) == ["0", "1", "2", "3"])
      #expect(open.count <= 8, "\(open)")
    }
  }
}
#endif
