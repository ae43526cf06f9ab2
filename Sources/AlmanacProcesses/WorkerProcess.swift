#if Processes
import Almanac
import CAlmanacWorker

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The other end of a ``ProcessExecutor``: this program, where it was started as one of its workers.
public enum WorkerProcess {
  /// The first line of a program's main. In a worker it registers jobs, serves runs and never returns; anywhere else it returns at once and
  /// does nothing.
  ///
  /// ```swift
  /// @main struct Server {
  ///   static func main() async throws {
  ///     await WorkerProcess.serveIfAsked { jobs in
  ///       let images = try await ImageService.open()
  ///       jobs.register(Thumbnail.self) { thumbnail, context in try await images.make(thumbnail) }
  ///     }
  ///     // … the program itself
  ///   }
  /// }
  /// ```
  ///
  /// A worker ends when its pool tells it to, and kills itself with all processes that it has begun when its pool is gone, whatever it is doing then.
  ///
  /// - Parameter registering: registers the jobs that workers run, and builds what they need. It may take up to
  ///   ``WorkerConfiguration/startTimeout``. What it throws ends the worker; the pool tells it in the words of the error.
  public static func serveIfAsked(registering: @Sendable (JobRegistry) async throws -> Void) async {
    guard let asked = getenv(WireProtocol.variable).map({ String(cString: $0) }) else { return }
    // The processes that a worker begins are none.
    unsetenv(WireProtocol.variable)
    guard asked == "\(WireProtocol.version)" else {
      self.give(up: "this program is a worker of version \(WireProtocol.version), and was asked for \(asked)")
    }
    let socket = almanac_worker_take_input()
    if socket == -ENOTSOCK {
      self.give(up: "\(WireProtocol.variable) is set, but no pool of workers has started this process")
    }
    guard socket >= 0 else { self.give(up: "standard input cannot be taken: \(WorkerLoop.words(-socket))") }
    almanac_worker_write_lines()
    await WorkerService(WorkerChannel(socket)).serve(registering)
  }

  /// Ends a worker whose program's main does not begin as it should, before it starts workers of its own.
  static func endIfUnserved() {
    guard getenv(WireProtocol.variable) != nil else { return }
    self.give(
      up: """
        this process was started as a worker, but its main does not let it be one. \
        The first line of main must be: await WorkerProcess.serveIfAsked(registering: registerJobs)
        """)
  }

  /// Ends this process; the pool reads why.
  static func give(up reason: String) -> Never {
    let line = "almanac: \(reason)\n"
    _ = line.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(EX_CONFIG)
  }
}
#endif
