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

/// The parent's end of one worker: its socket, its output, its process. Belongs to the loop's thread.
final class WorkerLink {
  let id: WorkerID
  private(set) var socket: Int32
  private(set) var output: Int32
  let gate = Gate()
  /// Nil until it was begun.
  var process: Int32?
  /// Readable when the process has ended, on Linux.
  var descriptor: Int32?
  /// The process is to be killed as soon as it is known which one it is.
  private var isDoomed = false
  /// The process may be reaped: its number may name another any moment.
  private(set) var isReleased = false
  private(set) var isHungUp = false
  var decoder: FrameDecoder
  /// The run that it has.
  private(set) var ticket: Ticket?

  private var unsent: [UInt8] = []
  private var unsentStart = 0
  private var sentCount = 0
  /// Where the message of the current run begins, counted as ``sentCount``.
  private var runStart = 0

  /// The last of what was written since the current run began.
  private(set) var tail = OutputTail(limit: WorkerLink.tailLimit)
  private var line: [UInt8] = []

  static let tailLimit = 4_096
  private static let lineLimit = 4_096

  init(_ id: WorkerID, socket: Int32, output: Int32, frameLimit: Int) {
    self.id = id
    self.socket = socket
    self.output = output
    self.decoder = FrameDecoder(limit: frameLimit)
  }

  // MARK: Sending

  var hasUnsent: Bool { self.unsentStart < self.unsent.count }

  /// Whether any part of the current run's message has left.
  var hadRun: Bool { self.ticket != nil && self.sentCount > self.runStart }

  func begin(_ ticket: Ticket, _ frame: [UInt8]) {
    self.ticket = ticket
    self.runStart = self.sentCount + self.unsent.count - self.unsentStart
    self.tail = OutputTail(limit: Self.tailLimit)
    self.send(frame)
  }

  func endRun() { self.ticket = nil }

  func send(_ frame: [UInt8]) {
    self.unsent.append(contentsOf: frame)
    self.flush()
  }

  /// Sends what the socket takes now; the rest when it takes more. That nobody reads any more is noticed by reading.
  func flush() {
    while self.hasUnsent, self.socket >= 0 {
      let count = self.unsent.withUnsafeBytes { bytes in
        almanac_worker_send(
          self.socket, bytes.baseAddress.map { $0 + self.unsentStart }, bytes.count - self.unsentStart)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      self.unsentStart += count
      self.sentCount += count
    }
    if !self.hasUnsent {
      self.unsent.removeAll(keepingCapacity: self.unsent.capacity <= 1 << 16)
      self.unsentStart = 0
    }
  }

  // MARK: Reading

  enum Reading {
    case some
    /// Nothing now.
    case nothing
    case end
  }

  /// Reads once from the socket into the decoder.
  func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Reading {
    self.read(self.socket, buffer) { self.decoder.append($0) }
  }

  /// Reads all that was written by now, and hands on the lines of it.
  func drainOutput(_ buffer: UnsafeMutableRawBufferPointer, onLine: (String) -> Void) {
    // Bounded: one that writes without end must not keep the others waiting.
    for _ in 0..<16 {
      let reading = self.read(self.output, buffer) { bytes in
        self.tail.append(bytes)
        self.cut(bytes, onLine)
      }
      switch reading {
      case .some: continue
      case .nothing: return
      case .end: return self.closeOutput(onLine: onLine)
      }
    }
  }

  private func cut(_ bytes: UnsafeRawBufferPointer.SubSequence, _ onLine: (String) -> Void) {
    for byte in bytes {
      if byte != UInt8(ascii: "\n") { self.line.append(byte) }
      if byte == UInt8(ascii: "\n") || self.line.count >= Self.lineLimit { self.endLine(onLine) }
    }
  }

  private func endLine(_ onLine: (String) -> Void) {
    if !self.line.isEmpty { onLine(VisibleText.line(String(decoding: self.line, as: UTF8.self))) }
    self.line.removeAll(keepingCapacity: true)
  }

  private func read(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer.SubSequence) -> Void
  ) -> Reading {
    guard descriptor >= 0 else { return .end }
    while true {
      let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
      if count > 0 {
        body(UnsafeRawBufferPointer(buffer)[..<count])
        return .some
      }
      if count == 0 { return .end }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .nothing
      default: return .end
      }
    }
  }

  // MARK: Ending

  /// Kills the process and all of its group; at once, or as soon as it is known.
  func kill() {
    self.isDoomed = true
    self.killIfKnown()
  }

  private func killIfKnown() {
    guard self.isDoomed, !self.isReleased, let process = self.process else { return }
    _ = systemKill(-process, SIGKILL)
    // It may have left its group.
    _ = systemKill(process, SIGKILL)
  }

  /// It was begun.
  func begun(_ process: Int32, _ descriptor: Int32?) {
    self.process = process
    self.descriptor = descriptor
    self.killIfKnown()
    if self.isHungUp { self.release() }
  }

  /// The conversation is over: what is left of the process may be reaped, after it was killed.
  func hangUp() {
    guard !self.isHungUp else { return }
    self.isHungUp = true
    if self.socket >= 0 { systemClose(self.socket) }
    self.socket = -1
    if self.process != nil { self.release() }
  }

  private func release() {
    guard !self.isReleased else { return }
    self.isReleased = true
    self.descriptor = nil
    self.gate.open()
  }

  func closeOutput(onLine: (String) -> Void) {
    self.endLine(onLine)
    if self.output >= 0 { systemClose(self.output) }
    self.output = -1
  }
}
#endif
