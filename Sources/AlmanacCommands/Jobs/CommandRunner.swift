#if CommandLine
import Almanac
import Subprocess

#if canImport(System)
import System
#else
import SystemPackage
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a program wrote.
struct CapturedOutput: Hashable, Sendable {
  var output: OutputTail
  var error: OutputTail
}

/// Why a command did not succeed. Its text is what the job's history keeps.
struct CommandFailed: NamedFailure, Hashable, CustomStringConvertible {
  enum Reason: Hashable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    /// It did not begin: no such program, no such directory, no permission.
    case notStarted(String)
  }

  var reason: Reason
  /// The last lines of standard error, or of standard output where that is empty.
  var lastLines: [String]

  /// What `retry` calls it in a configuration file; see ``FailureName``.
  var failureName: String {
    switch self.reason {
    case .exited(let status): FailureName.exit(status)
    case .signaled: FailureName.signal
    case .notStarted: FailureName.notStarted
    }
  }

  var headline: String {
    switch self.reason {
    case .exited(let status): "exit status \(status)"
    case .signaled(let number): "ended by signal \(number) (\(SignalName.name(of: number)))"
    case .notStarted(let reason): "could not be started: \(reason)"
    }
  }

  var description: String { ([self.headline] + self.lastLines).joined(separator: "\n") }
}

/// Runs programs, each in a session of its own, so that a run that is told to stop takes its whole tree of processes with it.
struct CommandRunner: Sendable {
  /// Called with what a run wrote, once it ended: the error is nil where it succeeded.
  var onOutput: @Sendable (CapturedOutput, (any Error)?) -> Void = { _, _ in }

  init(onOutput: @escaping @Sendable (CapturedOutput, (any Error)?) -> Void = { _, _ in }) {
    self.onOutput = onOutput
    // A program that closes its standard input early must not take the daemon with it. The program itself gets the default back.
    Self.ignoreBrokenPipes
  }

  private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  /// Runs the command to its end.
  ///
  /// Cancelling sends SIGTERM to the whole process group, and SIGKILL after the job's grace to what is left of it.
  ///
  /// - Parameter variables: further environment variables that tell the program of its run.
  /// - Throws: ``CommandFailed``; `CancellationError` where it was cancelled and did not succeed all the same.
  @discardableResult
  func run(_ job: CommandJob, variables: [String: String] = [:]) async throws -> CapturedOutput {
    guard let name = job.arguments.first, !name.isEmpty else {
      throw CommandFailed(reason: .notStarted("the command is empty"), lastLines: [])
    }
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: job.stopGrace)
    ]
    var changes: [Subprocess.Environment.Key: String?] = [:]
    for (key, value) in variables.merging(job.environment, uniquingKeysWith: { _, own in own }) {
      if let key = Subprocess.Environment.Key(rawValue: key) { changes[key] = value }
    }
    let configuration = Subprocess.Configuration(
      executable: Self.executable(name, in: job.directory), arguments: Arguments(Array(job.arguments.dropFirst())),
      environment: .inherit.updating(changes), workingDirectory: job.directory.map { FilePath($0) },
      platformOptions: options)
    try Task.checkCancellation()
    let ended: (process: pid_t, status: TerminationStatus, captured: CapturedOutput)
    do {
      let result = try await Subprocess.run(
        configuration, input: .inputWriter, output: .sequence, error: .sequence
      ) { execution in
        await Self.converse(with: execution, job)
      }
      ended = (result.processIdentifier.value, result.terminationStatus, result.closureResult)
    } catch let error as SubprocessError {
      throw CommandFailed(reason: .notStarted(Self.reason(of: error, name, job.directory)), lastLines: [])
    }
    if Task.isCancelled { await Self.endGroup(ended.process, grace: job.stopGrace) }
    let error = Self.error(for: ended.status, ended.captured)
    self.onOutput(ended.captured, error)
    if let error { throw error }
    return ended.captured
  }

  /// Feeds the program and drains both of its streams until they end, whatever their length, so that it is never held up.
  private static func converse(
    with execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ job: CommandJob
  ) async -> CapturedOutput {
    // Not child tasks: those would end with the cancellation, and what the program says while it stops would be lost.
    let output = Task { await Self.drain(execution.standardOutput, limit: job.outputLimit) }
    let error = Task { await Self.drain(execution.standardError, limit: job.outputLimit) }
    let input = Task {
      // A program that does not read all of its input is not at fault.
      if let text = job.input, !text.isEmpty {
        _ = try? await execution.standardInputWriter.write(Array(text.utf8))
      }
      try? await execution.standardInputWriter.finish()
    }
    let captured = CapturedOutput(output: await output.value, error: await error.value)
    await input.value
    return captured
  }

  private static func drain(_ stream: SubprocessOutputSequence, limit: Int) async -> OutputTail {
    var tail = OutputTail(limit: limit)
    do {
      for try await chunk in stream {
        chunk.withUnsafeBytes { tail.append($0) }
      }
    } catch {
      // The pipe broke; what came before is what there is, and how the program ended is told by its status.
    }
    return tail
  }

  private static func executable(_ name: String, in directory: String?) -> Executable {
    guard name.contains("/") else { return .name(name) }
    let path = FilePath(name)
    guard path.isRelative, let directory else { return .path(path) }
    return .path(FilePath(directory).pushing(path))
  }

  private static func error(for status: TerminationStatus, _ captured: CapturedOutput) -> (any Error)? {
    if status.isSuccess { return nil }
    if Task.isCancelled { return CancellationError() }
    let errors = captured.error.lastLines(5)
    let lines = errors.isEmpty ? captured.output.lastLines(5) : errors
    switch status {
    case .exited(let code): return CommandFailed(reason: .exited(Int32(code)), lastLines: lines)
    case .signaled(let code): return CommandFailed(reason: .signaled(Int32(code)), lastLines: lines)
    }
  }

  private static func reason(of error: SubprocessError, _ name: String, _ directory: String?) -> String {
    switch error.code {
    case .executableNotFound: "there is no program \"\(VisibleText.line(name))\""
    case .failedToChangeWorkingDirectory: "there is no directory \"\(VisibleText.line(directory ?? "."))\""
    default: VisibleText.line(error.description)
    }
  }

  /// Waits for the processes that the command left in its group after it was told to stop, and kills what outlasts the grace.
  ///
  /// The group's number stays taken as long as one process is in it, and the look begins right after its leader was collected; were the
  /// group empty, the number would have to come round through all others before it could name a stranger's.
  private static func endGroup(_ group: pid_t, grace: Duration) async {
    // A task of its own: this one is cancelled, and could not wait.
    await Task {
      let clock = ContinuousClock()
      let deadline = clock.now + grace
      while kill(-group, 0) == 0 {
        guard clock.now < deadline else {
          _ = kill(-group, SIGKILL)
          return
        }
        try? await Task.sleep(for: .milliseconds(20))
      }
    }.value
  }
}
#endif
