#if Processes
import Almanac

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the two ends must agree on. Raised with every change of what crosses.
enum WireProtocol {
  static let version = 1
  /// Tells a process that it is a worker; its value is the version.
  static let variable = "ALMANAC_WORKER"
}

/// What a pool tells a worker.
enum ParentMessage: Hashable, Sendable {
  /// The first one: what the worker is to be.
  case hello(Hello)
  case run(RunOrder)
  case cancel(Ticket)
  /// There is nothing more to do.
  case leave

  struct Hello: Hashable, Sendable, Codable {
    var version: Int
    var memoryLimit: UInt64?
    /// Processor time for each run.
    var processorMicroseconds: Int64?
    var maximumFrame: Int
  }

  struct RunOrder: Hashable, Sendable, Codable {
    var ticket: Ticket
    /// The lowest level of which log lines are sent, as swift-log names it.
    var logLevel: String
    /// Its values are the frame's body.
    var request: RunRequest
  }
}

/// What a worker tells its pool.
enum WorkerMessage: Hashable, Sendable {
  /// The first one, once: its jobs are registered.
  case ready(Ready)
  case log(LoggedLine)
  case progress(ReportedProgress)
  /// A run is over; the result is the frame's body.
  case finished(Finished, result: [UInt8]?)
  /// The values of a run cannot be decoded.
  case unreadable(Unreadable)

  struct Ready: Hashable, Sendable, Codable {
    var version: Int
    var jobs: [String]
  }

  struct LoggedLine: Hashable, Sendable, Codable {
    var ticket: Ticket
    var level: String
    var message: String
    var metadata: [String: String]
  }

  struct ReportedProgress: Hashable, Sendable, Codable {
    var ticket: Ticket
    var completed: Int64
    var total: Int64?
    var note: String?
  }

  struct Finished: Hashable, Sendable, Codable {
    var ticket: Ticket
    var ending: SentEnding
    var hasResult: Bool
  }

  struct Unreadable: Hashable, Sendable, Codable {
    var ticket: Ticket
    var reason: String
  }
}

// MARK: As frames

extension ParentMessage {
  private enum Kind: UInt8 {
    case hello = 1
    case run, cancel, leave
  }

  func frame() throws -> Frame {
    switch self {
    case .hello(let hello): return try Frame(Kind.hello, hello)
    case .run(var order):
      let payload = order.request.payload
      order.request.payload = []
      return try Frame(Kind.run, order, body: payload)
    case .cancel(let ticket): return try Frame(Kind.cancel, ticket)
    case .leave: return Frame(kind: Kind.leave.rawValue)
    }
  }

  init(_ frame: Frame) throws(FrameProblem) {
    switch Kind(rawValue: frame.kind) {
    case .hello: self = .hello(try frame.read())
    case .run:
      var order: RunOrder = try frame.read()
      order.request.payload = frame.body
      self = .run(order)
    case .cancel: self = .cancel(try frame.read())
    case .leave: self = .leave
    case nil: throw .unknownKind(frame.kind)
    }
  }
}

extension WorkerMessage {
  private enum Kind: UInt8 {
    case ready = 17
    case log, progress, finished, unreadable
  }

  func frame() throws -> Frame {
    switch self {
    case .ready(let ready): try Frame(Kind.ready, ready)
    case .log(let line): try Frame(Kind.log, line)
    case .progress(let progress): try Frame(Kind.progress, progress)
    case .finished(let finished, let result): try Frame(Kind.finished, finished, body: result ?? [])
    case .unreadable(let unreadable): try Frame(Kind.unreadable, unreadable)
    }
  }

  init(_ frame: Frame) throws(FrameProblem) {
    switch Kind(rawValue: frame.kind) {
    case .ready: self = .ready(try frame.read())
    case .log: self = .log(try frame.read())
    case .progress: self = .progress(try frame.read())
    case .finished:
      let finished: Finished = try frame.read()
      self = .finished(finished, result: finished.hasResult ? frame.body : nil)
    case .unreadable: self = .unreadable(try frame.read())
    case nil: throw .unknownKind(frame.kind)
    }
  }
}

extension Frame {
  fileprivate init(_ kind: some RawRepresentable<UInt8>, _ header: some Encodable, body: [UInt8] = []) throws {
    self.init(kind: kind.rawValue, header: [UInt8](try JSONEncoder().encode(header)), body: body)
  }

  fileprivate func read<Header: Decodable>() throws(FrameProblem) -> Header {
    do {
      return try JSONDecoder().decode(Header.self, from: Data(self.header))
    } catch {
      throw .unreadableHeader(kind: self.kind, String(describing: error))
    }
  }
}
#endif
