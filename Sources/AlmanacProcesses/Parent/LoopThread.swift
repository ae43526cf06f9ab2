#if Processes
import Almanac
import CAlmanacWorker
import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the thread of a pool has: the pool, and everything that its decisions are carried out with. Nobody else touches it.
final class LoopThread {
  let loop: WorkerLoop
  let configuration: WorkerConfiguration
  let launcher: WorkerLauncher
  let clock: any SchedulerClock
  let logger: Logger
  let board: WorkerBoard
  var pool: WorkerPool
  var links: [WorkerID: WorkerLink] = [:]
  var errands: [Ticket: RunErrand] = [:]
  var opener: CheckedContinuation<Void, any Error>?
  var closers: [CheckedContinuation<Void, Never>] = []
  private var armed: (deadline: Duration, timer: ClockTimer)?
  var isOver = false
  /// Why the pool could not be opened.
  var failure: String?
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  init(
    _ loop: WorkerLoop, _ size: Int, _ configuration: WorkerConfiguration, _ clock: any SchedulerClock,
    _ logger: Logger, _ board: WorkerBoard
  ) {
    self.loop = loop
    self.configuration = configuration
    self.launcher = WorkerLauncher(configuration: configuration)
    self.clock = clock
    self.logger = logger
    self.board = board
    self.pool = WorkerPool(configuration.limits(size: size))
  }

  deinit { self.buffer.deallocate() }

  var now: Duration { self.clock.uptime() }

  // MARK: The loop

  func run() {
    while !self.isOver {
      let ready = self.wait()
      for letter in self.loop.takeLetters() {
        self.read(letter)
        self.perform()
      }
      for (id, events) in ready { self.look(at: id, events) }
      self.arm()
      self.showBoard()
    }
    self.armed?.timer.cancel()
    let late = self.loop.finish()
    // Not before the last descriptor is closed: who waits for the end may count them.
    self.opener?.resume(throwing: WorkersUnavailable(reason: self.failure ?? "the executor was stopped"))
    for closer in self.closers { closer.resume() }
    for letter in late { self.refuse(letter) }
  }

  private struct Events {
    var socket: Int16 = 0
    var output: Int16 = 0
    var descriptor: Int16 = 0
  }

  /// Waits until a letter or anything from a worker has come.
  private func wait() -> [(WorkerID, Events)] {
    var places: [(id: WorkerID, part: WritableKeyPath<Events, Int16>)] = []
    var polled = [pollfd(fd: self.loop.bell, events: Int16(POLLIN), revents: 0)]
    func add(_ link: WorkerLink, _ part: WritableKeyPath<Events, Int16>, _ descriptor: Int32, _ events: Int32) {
      guard descriptor >= 0 else { return }
      polled.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
      places.append((link.id, part))
    }
    for link in self.links.values {
      add(link, \.socket, link.socket, link.hasUnsent ? POLLIN | POLLOUT : POLLIN)
      add(link, \.output, link.output, POLLIN)
      add(link, \.descriptor, link.descriptor ?? -1, POLLIN)
    }
    // An error here is an interruption, or memory that is short: then nothing is ready, and it is tried again.
    guard poll(&polled, nfds_t(polled.count), -1) > 0 else { return [] }
    if polled[0].revents != 0 {
      while systemRead(self.loop.bell, self.buffer.baseAddress, self.buffer.count) == self.buffer.count {}
    }
    var ready: [WorkerID: Events] = [:]
    for (place, entry) in zip(places, polled.dropFirst()) where entry.revents != 0 {
      ready[place.id, default: Events()][keyPath: place.part] = entry.revents
    }
    return ready.map { ($0, $1) }
  }

  /// Does what is due, and sets the clock's timer where it has to be earlier than it is; one that comes too early finds nothing to do.
  private func arm() {
    if let deadline = self.pool.deadline, deadline <= self.now {
      self.pool.tick(self.now)
      self.perform()
    }
    guard let deadline = self.pool.deadline else { return }
    if let armed = self.armed, armed.deadline <= deadline { return }
    self.armed?.timer.cancel()
    let timer = self.clock.timer(after: deadline - self.now) { [loop] in loop.post(.tick) }
    self.armed = (deadline, timer)
  }

  func showBoard() {
    self.board.show(
      self.pool.workers.sorted { $0.key < $1.key }.map { id, worker in
        WorkerStatus(process: self.links[id]?.process, state: .init(worker.state), runs: worker.runsDone)
      })
  }

  // MARK: Letters

  private func read(_ letter: WorkerLoop.Letter) {
    switch letter {
    case .open(let continuation):
      self.opener = continuation
      self.pool.open(self.now)
    case .close(let continuation):
      if let continuation { self.closers.append(continuation) }
      self.pool.close(self.now)
    case .run(let ticket, let errand):
      self.errands[ticket] = errand
      self.pool.request(ticket, self.now)
    case .cancel(let ticket): self.pool.cancel(ticket, self.now)
    case .begun(let id, let process, let descriptor): self.links[id]?.begun(process, descriptor)
    case .ended(let id, let end): self.ended(id, end)
    case .tick:
      self.armed = nil
      self.pool.tick(self.now)
    }
  }

  /// Answers a letter that came when all was over.
  private func refuse(_ letter: WorkerLoop.Letter) {
    switch letter {
    case .open(let continuation):
      continuation.resume(throwing: WorkersUnavailable(reason: "the executor was stopped"))
    case .close(let continuation): continuation?.resume()
    case .run(_, let errand): errand.end(WorkerPool.isClosed)
    case .cancel, .begun, .ended, .tick: break
    }
  }

  // MARK: What workers do

  private func look(at id: WorkerID, _ events: Events) {
    guard let link = self.links[id] else { return }
    if events.socket & Int16(POLLOUT) != 0 { link.flush() }
    // Before its messages: what a run wrote is told before its end.
    if events.output != 0 { self.drainOutput(link) }
    if events.socket & ~Int16(POLLOUT) != 0 || events.descriptor != 0 {
      // A process that has ended says nothing more, even where another holds its socket.
      self.receive(link, all: events.descriptor != 0)
    }
  }

  private func receive(_ link: WorkerLink, all: Bool) {
    var reading = WorkerLink.Reading.some
    repeat {
      reading = link.receive(self.buffer)
      while true {
        do throws(FrameProblem) {
          guard let frame = try link.decoder.next() else { break }
          self.hear(try WorkerMessage(frame), from: link)
        } catch {
          self.pool.breach(link.id, "\(error)", self.now)
          self.perform()
          return self.hangUp(link)
        }
      }
    } while all && reading == .some
    if reading == .end || (all && reading == .nothing) { self.hangUp(link) }
  }

  private func hangUp(_ link: WorkerLink) {
    self.drainOutput(link)
    self.pool.hungUp(link.id)
    self.perform()
    link.hangUp()
  }

  func drainOutput(_ link: WorkerLink) {
    link.drainOutput(self.buffer) { self.log($0, of: link) }
  }

  func log(_ line: String, of link: WorkerLink) {
    var metadata: Logger.Metadata = ["worker": "\(link.process.map(String.init) ?? "?")"]
    if let run = link.ticket.flatMap({ self.errands[$0]?.run }) { metadata["job"] = "\(run.job)" }
    self.logger.info("\(line)", metadata: metadata)
  }
}
#endif
