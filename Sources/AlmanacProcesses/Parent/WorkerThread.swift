#if Processes
import CAlmanacThread

/// A thread of its own, for code that waits in the kernel: it takes no part in the pool that tasks share.
enum WorkerThread {
  private final class Body {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  private static let stackSize = 8 << 20

  /// Begins a thread that runs the body and ends with it.
  ///
  /// - Returns: 0, or the number of the system's error.
  static func begin(_ name: String, _ run: @escaping @Sendable () -> Void) -> Int32 {
    let body = Unmanaged.passRetained(Body(run))
    let problem = almanac_thread_begin(
      name, self.stackSize,
      { context in
        guard let context else { return }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
      }, body.toOpaque())
    if problem != 0 { body.release() }
    return problem
  }
}
#endif
