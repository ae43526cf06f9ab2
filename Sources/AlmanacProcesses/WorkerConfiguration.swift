#if Processes
/// Every number of a pool of worker processes, with its default and the reason for it.
public struct WorkerConfiguration: Sendable {
  /// How many workers are kept ready although nothing is to be done; ``ProcessExecutor/start()`` starts them. Default 1, so that the first run
  /// does not wait for a process, and so that a program whose workers cannot start says so at its own start.
  public var minimum: Int
  /// How long a worker beyond the minimum stays without a run. Default 60 s.
  public var idleTime: Duration
  /// After how many runs a worker is replaced, for code that leaks; nil, the default, for never.
  public var runsPerWorker: Int?
  /// How long a worker may take from its start until its jobs are registered. Default 10 s.
  public var startTimeout: Duration
  /// How long a run that was told to stop may go on before its worker is killed. Default 5 s.
  public var cancelGrace: Duration
  /// The most bytes of writable memory that a worker may have, the stacks of its threads included; nil, the default, for no limit. Enforced by
  /// the kernel on Linux, and nowhere else. A Swift program begins at some 50 MiB by this count.
  public var memoryLimit: UInt64?
  /// How much processor time one run may use, on all of its threads together, rounded up to whole seconds; nil, the default, for no limit.
  public var processorTime: Duration?
  /// What is added to the environment of this process for workers, or replaces parts of it; nil takes a variable away.
  public var environment: [String: String?]
  /// The path of the program that workers run; nil, the default, for the one that this process runs.
  public var executable: String?
  /// Its arguments; none by default. A worker reads none, but the code before the first line of its main may.
  public var arguments: [String]
  /// The most bytes of one message, and so of the values of a run. What is longer ends the worker that sent it. Default 8 MiB.
  public var maximumFrame: Int

  public init(
    minimum: Int = 1, idleTime: Duration = .seconds(60), runsPerWorker: Int? = nil,
    startTimeout: Duration = .seconds(10), cancelGrace: Duration = .seconds(5), memoryLimit: UInt64? = nil,
    processorTime: Duration? = nil, environment: [String: String?] = [:], executable: String? = nil,
    arguments: [String] = [], maximumFrame: Int = 8 << 20
  ) {
    self.minimum = minimum
    self.idleTime = idleTime
    self.runsPerWorker = runsPerWorker
    self.startTimeout = startTimeout
    self.cancelGrace = cancelGrace
    self.memoryLimit = memoryLimit
    self.processorTime = processorTime
    self.environment = environment
    self.executable = executable
    self.arguments = arguments
    self.maximumFrame = maximumFrame
  }

  func limits(size: Int) -> WorkerPool.Limits {
    WorkerPool.Limits(
      size: size, minimum: self.minimum, idleTime: max(self.idleTime, .zero), runsPerWorker: self.runsPerWorker,
      startTimeout: max(self.startTimeout, .milliseconds(1)), cancelGrace: max(self.cancelGrace, .zero))
  }

  /// What a worker is told of it.
  var hello: ParentMessage.Hello {
    ParentMessage.Hello(
      version: WireProtocol.version, memoryLimit: self.memoryLimit,
      processorMicroseconds: self.processorTime.map { max(Int64($0 / .microseconds(1)), 1) },
      maximumFrame: self.frameLimit)
  }

  /// Room for the messages that every conversation needs.
  var frameLimit: Int { min(max(self.maximumFrame, 64 << 10), 1 << 30) }
}
#endif
