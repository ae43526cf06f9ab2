/// Runs jobs on threads of their own: for code that blocks.
///
/// Each run has one thread for as long as it goes, so code that reads a file, waits for a lock, calls a library of C or computes for minutes holds up
/// nothing but itself. Such a job is written as a synchronous function:
///
/// ```swift
/// struct Thumbnail: Job {
///   var path: String
///
///   func run(in context: JobContext) throws {  // no `async`
///     let image = try Image(contentsOfFile: path)  // blocks this run's thread
///     if Task.isCancelled { return }
///     try image.scaled(to: 256).write(to: path + ".thumbnail")
///   }
/// }
///
/// let scheduler = Scheduler(
///   stores: ["default": store], executors: ["default": AsyncExecutor(), "threads": ThreadExecutor(size: 4)])
/// scheduler.register(Thumbnail.self, executor: "threads")
/// ```
///
/// Asynchronous code works too. What is not isolated, the code of actors without an executor of their own and the child tasks of a run are executed on
/// its thread, one piece after the other; code of the main actor is executed there. An unstructured `Task` that a run begins is not part of it, and
/// runs where all tasks do.
///
/// Threads begin with the first run that needs them, and end when they were idle for a while or after ``stop()``.
public final class ThreadExecutor: JobExecutor {
  public var size: Int { self.places.size }
  private let places: RunPlaces
  private let pool: ThreadPool
  private let priority: TaskPriority?

  /// - Parameters:
  ///   - size: the most runs at once, and so the most threads. A thread that blocks takes no processor, so there may be more of them than cores.
  ///   - stackSize: the stack of each thread in bytes, at least 256 KiB. Address space is taken at once, memory only as it is used. Where the system
  ///     refuses so much, the run is given back with the system's words.
  ///   - name: what the threads are called in debuggers and tools; a number follows it, and both together are cut to 15 bytes.
  ///   - idleTime: for how long a thread is kept that no run has.
  ///   - priority: the priority of the runs' tasks, which tasks that they begin inherit. The threads are the system's to schedule.
  public init(
    size: Int = ThreadExecutor.defaultSize, stackSize: Int = ThreadExecutor.defaultStackSize,
    name: String = "almanac", idleTime: Duration = .seconds(30), priority: TaskPriority? = nil
  ) {
    self.places = RunPlaces(size)
    self.pool = ThreadPool(
      WorkThread.Settings(
        name: name, stackSize: max(stackSize, ThreadExecutor.leastStackSize), idleTime: max(idleTime, .zero)))
    self.priority = priority
  }

  /// More than most machines have cores, since code that blocks mostly waits; few enough for the address space of small ones.
  public static let defaultSize = 16

  /// 8 MiB, as the first thread of a program usually has: what works there works here. Systems give other threads between 128 KiB and 8 MiB.
  public static let defaultStackSize = 8 << 20

  /// Less does not hold what stands between the thread's first function and the code of a job.
  static let leastStackSize = 256 << 10

  public func start() async throws {
    self.places.open()
    self.pool.start()
  }

  public func execute(_ runs: [RunAssignment]) {
    for run in runs where self.places.take(for: run) {
      let thread: WorkThread?
      do {
        // A simulation has a thread of its own for everything.
        thread = Surroundings.current.executor == nil ? try self.pool.take() : nil
      } catch {
        self.places.leave()
        run.refuse("\(error)")
        continue
      }
      let task = Surroundings.begin(on: thread, priority: self.priority) {
        await self.places.perform(run) {
          if let thread { self.pool.giveBack(thread) }
        }
      }
      run.onCancel { task.cancel() }
    }
  }

  /// Lets all threads go that no run has, and each of the others when its run ends. Waits for none of them.
  public func stop() async {
    if self.places.shut() { self.pool.stop() }
  }

  /// How many threads of the system there are at this moment.
  package var threadCount: Int { self.pool.threadCount }
}
