#if Processes
import Almanac
import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A job that does what it is told, for tests of what becomes of it.
struct Deed: JobPayload {
  static let jobName = "deed"
  /// What to do.
  var deed: String
  /// What to do it with: a number, a path.
  var number = 0
  var text = ""
}

struct Disappointed: Error, CustomStringConvertible {
  var description: String { "it was not to be" }
}

/// What ``Deed`` can do.
enum Deeds {
  static func register(_ jobs: JobRegistry) {
    jobs.register(Deed.self) { deed, context in try await self.perform(deed, context) }
  }

  static func perform(_ deed: Deed, _ context: JobContext) async throws -> String {
    switch deed.deed {
    case "echo": return deed.text
    case "pid": return "\(getpid())"
    case "throw": throw Disappointed()
    case "snooze": throw Snooze(for: .seconds(deed.number))
    case "retry-after": throw RetryAfter(.seconds(deed.number), because: Disappointed())
    case "not-know": throw OutcomeUnknown(because: Disappointed())
    case "give-up": throw GiveUp(because: Disappointed())
    // A real trap, in a process that is there to be lost: the tests look at what is told of it.
    case "trap": fatalError("the last word")
    case "index":
      let numbers = [1, 2, 3]
      return "\(numbers[deed.number])"
    case "stack": return "\(self.descend(deed.number))"
    case "suicide":
      kill(getpid(), SIGKILL)
      return try await self.waitForever()
    case "exit": exit(Int32(deed.number))
    case "memory": return "\(self.eat(deed.number))"
    case "burn": return "\(self.burn(.seconds(deed.number)))"
    case "deaf":
      // Says that it has begun, and then hears nothing.
      context.progress(1, note: "deaf")
      self.hearNothing()
    case "listen":
      context.progress(1, note: "listening")
      return try await self.waitForever()
    case "owner":
      context.progress(1, note: "listening")
      _ = try? await self.waitForever()
      return "owner: \(context.isStillOwner)"
    case "write":
      print("to standard output")
      self.complain("to standard error")
      return ""
    case "write-and-trap":
      for line in 1...deed.number { self.complain("line \(line)") }
      // As above, after more than is kept of what was written.
      fatalError("the last word")
    case "log":
      context.logger.debug("a debug line")
      context.logger.info("an info line", metadata: ["colour": "green"])
      context.progress(3, of: 7, note: "at it")
      return ""
    case "huge": return String(repeating: "x", count: deed.number)
    case "long-logs":
      for _ in 0..<deed.number { context.logger.info("\(String(repeating: "y", count: 20_000))") }
      return ""
    case "grandchild-and-deaf":
      try self.note(try self.grandchild(), in: deed.text)
      context.progress(1, note: "noted")
      self.hearNothing()
    case "grandchild": return try self.grandchild()
    case "environment": return getenv(deed.text).map { String(cString: $0) } ?? "none"
    case "variables": return getenv("ALMANAC_WORKER") == nil ? "clean" : "still a worker"
    case "input":
      var byte: UInt8 = 0
      return "\(read(STDIN_FILENO, &byte, 1))"
    case "descriptors": return self.descriptors()
    case "garbage":
      for descriptor in Int32(3)..<32 { _ = send(descriptor, "this is no frame at all", 23, 0) }
      return try await self.waitForever()
    case "block-everything":
      // Every thread of the pool that tasks share.
      for _ in 0..<64 { Task.detached { self.hearNothing() } }
      context.progress(1, note: "blocked")
      self.hearNothing()
    case "append": return try await self.append(deed, context)
    default: throw GiveUp(because: Disappointed())
    }
  }

  /// Ends only by being cancelled.
  private static func waitForever() async throws -> String {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    for await _ in stream {}
    continuation.finish()
    try Task.checkCancellation()
    return "nobody cancelled it"
  }

  /// Holds its thread for ever: what hangs is what the tests are about.
  private static func hearNothing() -> Never {
    while true { pause() }
  }

  static func complain(_ text: String) { _ = (text + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) } }

  @inline(never)
  private static func descend(_ depth: Int) -> Int {
    var room = (depth, depth, depth, depth, depth, depth, depth, depth)
    withUnsafeMutablePointer(to: &room) { $0.pointee.0 += self.descend(depth + 1) }
    return room.0 &+ room.7
  }

  private static func eat(_ megabytes: Int) -> Int {
    var meals: [[UInt8]] = []
    for _ in 0..<megabytes { meals.append([UInt8](repeating: 1, count: 1 << 20)) }
    return meals.count
  }

  private static func burn(_ time: Duration) -> UInt64 {
    let end = ContinuousClock.now + time
    var heat: UInt64 = 1
    while ContinuousClock.now < end { for _ in 0..<1_000 { heat = heat &* 6_364_136_223_846_793_005 &+ 1 } }
    return heat
  }

  /// Begins a process that does nothing for an hour, and tells which one.
  private static func grandchild() throws -> String {
    var process: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("3600"), nil]
    defer { for argument in arguments { free(argument) } }
    guard posix_spawn(&process, "/bin/sleep", nil, nil, &arguments, environ) == 0 else { throw Disappointed() }
    return "\(process)"
  }

  private static func descriptors() -> String {
    var open: [Int32] = []
    for descriptor in Int32(0)..<256 where fcntl(descriptor, F_GETFD) >= 0 { open.append(descriptor) }
    return open.map(String.init).joined(separator: " ")
  }

  /// Leaves a trace of a run that nobody can take back: one line, in one write.
  private static func append(_ deed: Deed, _ context: JobContext) async throws -> String {
    try self.note("begin \(context.jobID) \(context.attempt)", in: deed.text)
    // The work that the job does: it takes its time, in which a kill may hit it.
    await withCheckedContinuation { continuation in
      _ = SystemClock().timer(after: .microseconds(deed.number)) { continuation.resume() }
    }
    try self.note("end \(context.jobID) \(context.attempt)", in: deed.text)
    return ""
  }

  static func note(_ line: String, in path: String) throws {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Disappointed() }
    defer { close(file) }
    let count = (line + "\n").withCString { write(file, $0, strlen($0)) }
    guard count == line.utf8.count + 1 else { throw Disappointed() }
  }
}
#endif
