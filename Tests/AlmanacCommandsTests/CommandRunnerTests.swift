#if CommandLine
import Almanac
import Foundation
import Synchronization
import Testing

@testable import AlmanacCommands

@Suite("A command is run to its end, whatever it does", .timeLimit(.minutes(2)))
struct CommandRunnerTests {
  private func run(_ job: CommandJob) async throws -> CapturedOutput { try await CommandRunner().run(job) }

  private func failure(_ job: CommandJob) async -> CommandFailed? {
    do {
      _ = try await self.run(job)
      return nil
    } catch {
      return error as? CommandFailed
    }
  }

  @Test("success gives what was written to both streams")
  func success() async throws {
    let captured = try await self.run(CommandJob(shell: "echo out; echo err >&2"))
    #expect(captured.output.text == "out\n")
    #expect(captured.error.text == "err\n")
  }

  @Test("an exit status is a failure with the last lines of standard error")
  func exitStatus() async {
    let failed = await self.failure(
      CommandJob(shell: "echo noise; for i in 1 2 3 4 5 6; do echo line $i >&2; done; exit 3"))
    #expect(failed?.reason == .exited(3))
    #expect(failed?.description == "exit status 3\nline 2\nline 3\nline 4\nline 5\nline 6")
  }

  @Test("where standard error is empty, standard output tells")
  func outputTells() async {
    #expect(await self.failure(CommandJob(shell: "echo why; exit 1"))?.description == "exit status 1\nwhy")
  }

  @Test("a signal is named")
  func signal() async {
    #expect(await self.failure(CommandJob(shell: "kill -9 $$"))?.description == "ended by signal 9 (SIGKILL)")
  }

  @Test("no such program, no such directory")
  func notStarted() async {
    #expect(
      await self.failure(CommandJob(arguments: ["no-such-program-here"]))?.description
        == "could not be started: there is no program \"no-such-program-here\"")
    #expect(
      await self.failure(CommandJob(arguments: ["/no/such/program"]))?.description
        == "could not be started: there is no program \"/no/such/program\"")
    #expect(
      await self.failure(CommandJob(arguments: ["true"], directory: "/no/such/place"))?.description
        == "could not be started: there is no directory \"/no/such/place\"")
    #expect(await self.failure(CommandJob(arguments: []))?.description == "could not be started: the command is empty")
  }

  @Test("directory, environment and standard input reach the program")
  func surroundings() async throws {
    let directory = try TemporaryDirectory()
    let job = CommandJob(
      arguments: ["/bin/sh", "-c", "pwd; echo \"$GREETING\"; cat"], directory: directory.path,
      environment: ["GREETING": "hello $HOME"], input: "from the input\n")
    let captured = try await self.run(job)
    #expect(captured.output.text == "\(directory.path)\nhello $HOME\nfrom the input\n")
  }

  @Test("the run's own variables are there, and the job's win over them")
  func variables() async throws {
    var job = CommandJob(shell: "echo $ALMANAC_ATTEMPT $X")
    job.environment = ["X": "own"]
    let captured = try await CommandRunner().run(job, variables: ["ALMANAC_ATTEMPT": "2", "X": "given"])
    #expect(captured.output.text == "2 own\n")
  }

  @Test("output far beyond the limit is drained, and its end kept")
  func bigOutput() async throws {
    var job = CommandJob(
      shell:
        "i=0; while [ $i -lt 20000 ]; do echo \"line $i 0123456789012345678901234567890123456789\"; i=$((i+1)); done")
    job.outputLimit = 1_000
    let captured = try await self.run(job)
    #expect(captured.output.kept.count == 1_000)
    #expect(captured.output.total > 900_000)
    #expect(captured.output.dropped == captured.output.total - 1_000)
    #expect(captured.output.text.hasSuffix("line 19999 0123456789012345678901234567890123456789\n"))
  }

  @Test("a program that closes its standard input early does no harm")
  func closedInput() async throws {
    var job = CommandJob(shell: "exec <&-; echo done")
    job.input = String(repeating: "x", count: 1 << 20)
    #expect(try await self.run(job).output.text == "done\n")
  }

  @Test("a process left behind in the background is not waited for, as cron does it")
  func background() async throws {
    let directory = try TemporaryDirectory()
    // The shell that is left behind ends as soon as the test closes the pipe that it reads.
    let pipe = directory.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let captured = try await self.run(CommandJob(shell: "(cat \(pipe) >/dev/null) & echo started"))
    #expect(captured.output.text == "started\n")
    let writer = open(pipe, O_WRONLY)
    close(writer)
  }

  /// Cancels a command once it has said "ready" on a pipe that its whole tree holds open, and returns how the run ended when the
  /// last of the tree has gone.
  private func cancel(_ script: String, grace: Duration) async throws -> (any Error)? {
    let directory = try TemporaryDirectory()
    let pipe = directory.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    var job = CommandJob(shell: "exec 3>\(pipe); \(script)")
    job.stopGraceMicroseconds = Int64(grace / .microseconds(1))
    let running = Task { [job] in try await CommandRunner().run(job) }
    let reader = try await onThread { open(pipe, O_RDONLY) }
    defer { close(reader) }
    let ready = try await onThread { StandardStream.read(6, from: reader) }
    #expect(ready.map { String(decoding: $0, as: UTF8.self) } == "ready\n")
    running.cancel()
    // The end of the pipe comes when nobody holds it any more.
    #expect(try await onThread { StandardStream.read(1, from: reader) } == nil)
    do {
      _ = try await running.value
      return nil
    } catch {
      return error
    }
  }

  @Test("cancelling ends the whole tree by SIGTERM")
  func cancelTree() async throws {
    let error = try await self.cancel(
      "(sleep 1000) & (sleep 1000 | sleep 1000) & echo ready >&3; wait", grace: .seconds(60))
    #expect(error is CancellationError)
  }

  @Test("what ignores SIGTERM is killed after the grace")
  func cancelStubborn() async throws {
    let error = try await self.cancel(
      "trap '' TERM; echo ready >&3; while :; do sleep 1000; done", grace: .milliseconds(50))
    #expect(error is CancellationError)
  }

  @Test("a grandchild that ignores SIGTERM does not outlive its parent")
  func cancelStubbornGrandchild() async throws {
    let error = try await self.cancel(
      "(trap '' TERM; echo ready >&3; while :; do sleep 1000; done) & wait", grace: .milliseconds(50))
    #expect(error is CancellationError)
  }

  @Test("a program that ends well when told to stop has succeeded")
  func cancelledButDone() async throws {
    let error = try await self.cancel(
      "trap 'exit 0' TERM; echo ready >&3; while :; do sleep 0.01; done", grace: .seconds(60))
    #expect(error == nil)
  }

  @Test("a run that was cancelled before it began does not begin")
  func cancelledBefore() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/touched"
    let running = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await CommandRunner().run(CommandJob(arguments: ["touch", path]))
    }
    await #expect(throws: CancellationError.self) { try await running.value }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("what a run wrote is handed on with how it ended")
  func handedOn() async throws {
    let seen = Mutex<[String]>([])
    let runner = CommandRunner { captured, error in
      seen.withLock { $0.append("\(captured.output.text.trimmed) \(error == nil)") }
    }
    try await runner.run(CommandJob(shell: "echo a"))
    _ = try? await runner.run(CommandJob(shell: "echo b; exit 1"))
    #expect(seen.withLock { $0 } == ["a true", "b false"])
  }

  @Test("a tail keeps the last bytes, however they come", arguments: [1, 3, 10, 1_000])
  func tails(_ size: Int) {
    let bytes = Array((0..<500).map { UInt8($0 % 64 + 32) })
    var tail = OutputTail(limit: 100)
    for start in stride(from: 0, to: bytes.count, by: size) {
      tail.append(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(Array(tail.kept) == bytes.suffix(100))
    #expect(tail.dropped == 400)
  }

  @Test("a tail that begins inside a character drops the rest of it")
  func tailInsideCharacter() {
    var tail = OutputTail(limit: 4)
    tail.append(Array("a日b".utf8))
    #expect(tail.text == "日b")
    tail.append([UInt8(ascii: "c")])
    #expect(tail.text == "bc")
  }
}
#endif
