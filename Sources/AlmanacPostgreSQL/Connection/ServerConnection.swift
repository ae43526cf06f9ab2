#if PostgreSQL
import Almanac
import AlmanacSQL
import CPostgreSQL
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One connection. It belongs to the thread that opened it and never leaves it.
///
/// Statements are sent and then waited for with a limit: a server that accepts a statement and never answers would hold the
/// thread for ever otherwise, since the server's own timeout ends only what the server still looks after.
final class ServerConnection: PooledConnection {
  typealias Failure = ServerFailure

  let settings: ConnectionSettings
  private let handle: OpaquePointer
  private var prepared: Set<String> = []
  private(set) var isBroken = false

  /// Connects; blocks for as long as ``PostgreSQLOptions/connectTimeout`` allows.
  init(_ settings: ConnectionSettings) throws {
    self.settings = settings
    let handle = settings.withParameters { PQconnectdbParams($0, $1, 1) }
    guard let handle else {
      throw ServerFailure(state: "", message: "out of memory", breaksConnection: true)
    }
    self.handle = handle
    guard PQstatus(handle) == CONNECTION_OK else {
      let message = ServerFailure.line(PQerrorMessage(handle))
      // Every property is set, so `deinit` runs and closes the handle.
      throw ServerFailure(state: "", message: message, breaksConnection: true)
    }
    // Warnings and notices of the server are for people at a terminal.
    _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
    try self.execute(settings.greeting)
  }

  deinit {
    PQfinish(self.handle)
  }

  var descriptor: Int32 { PQsocket(self.handle) }

  /// The number that the server knows the connection by.
  var serverProcess: Int32 { PQbackendPID(self.handle) }

  var wasEnded: Bool {
    if self.isBroken { return true }
    // A server has nothing to say to one who asked nothing, but that it ends the connection, or that a setting changed:
    // then too a new connection does no harm.
    var entry = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  // MARK: Statements

  /// Runs a statement that is prepared here once.
  @discardableResult
  func run(_ statement: Statement, _ parameters: Parameters = Parameters()) throws -> Rows {
    if !self.prepared.contains(statement.name) {
      try self.finish(PQsendPrepare(self.handle, statement.name, statement.sql, 0, nil))
      self.prepared.insert(statement.name)
    }
    return try self.send(parameters) { count, values, lengths, formats in
      PQsendQueryPrepared(self.handle, statement.name, count, values, lengths, formats, 1)
    }
  }

  /// Runs a statement that is not worth preparing.
  @discardableResult
  func run(once sql: String, _ parameters: Parameters = Parameters()) throws -> Rows {
    try self.send(parameters) { count, values, lengths, formats in
      PQsendQueryParams(self.handle, sql, count, nil, values, lengths, formats, 1)
    }
  }

  /// Runs any number of statements without parameters, separated by semicolons.
  func execute(_ sql: String) throws {
    try self.finish(PQsendQuery(self.handle, sql))
  }

  /// Does something in a transaction; all of it or nothing.
  func transaction<Value>(_ body: () throws -> Value) throws -> Value {
    try self.execute("begin")
    do {
      let value = try body()
      try self.execute("commit")
      return value
    } catch {
      // Where the connection is gone, so is the transaction.
      if !self.isBroken { try? self.execute("rollback") }
      throw error
    }
  }

  private typealias Send = (
    Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
  ) -> Int32

  private func send(_ parameters: Parameters, _ send: Send) throws -> Rows {
    let lengths = parameters.ranges.map { Int32($0?.count ?? 0) }
    let formats = [Int32](repeating: 1, count: parameters.count)
    let isSent = parameters.bytes.withUnsafeBytes { bytes in
      // A value of no bytes still needs an address that is not null.
      withUnsafeBytes(of: 0) { empty in
        let values = parameters.ranges.map { range -> UnsafePointer<CChar>? in
          guard let range else { return nil }
          let base = bytes.baseAddress ?? empty.baseAddress
          return base?.advanced(by: range.lowerBound).assumingMemoryBound(to: CChar.self)
        }
        return send(Int32(parameters.count), values, lengths, formats)
      }
    }
    return try self.finish(isSent)
  }

  /// Waits for what was sent, and takes the last result.
  @discardableResult
  private func finish(_ isSent: Int32) throws -> Rows {
    guard isSent == 1 else {
      self.isBroken = true
      throw ServerFailure(result: nil, connection: self.handle)
    }
    let deadline = ContinuousClock.now + self.settings.answerTimeout
    var last: Rows?
    var failure: ServerFailure?
    while true {
      try self.awaitResult(until: deadline)
      guard let result = PQgetResult(self.handle) else { break }
      switch PQresultStatus(result) {
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
        last = Rows(result)
      default:
        // The first thing that went wrong is the reason of what follows.
        failure = failure ?? ServerFailure(result: result, connection: self.handle)
        PQclear(result)
      }
    }
    if PQstatus(self.handle) == CONNECTION_BAD { self.isBroken = true }
    if let failure {
      if failure.breaksConnection { self.isBroken = true }
      throw failure
    }
    guard let last else { throw ServerFailure(result: nil, connection: self.handle) }
    return last
  }

  private func awaitResult(until deadline: ContinuousClock.Instant) throws {
    while PQisBusy(self.handle) == 1 {
      let left = deadline - ContinuousClock.now
      guard left > .zero, self.wait(milliseconds: Int32(clamping: Int64(left / .milliseconds(1)) + 1)) else {
        self.isBroken = true
        throw ServerFailure(
          state: "", message: "no answer within \(self.settings.answerTimeout)", breaksConnection: true)
      }
      if PQconsumeInput(self.handle) == 0 {
        self.isBroken = true
        throw ServerFailure(result: nil, connection: self.handle)
      }
    }
  }

  /// False where the time is over.
  private func wait(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
    let count = poll(&entry, 1, milliseconds)
    return count > 0 || (count < 0 && errno == EINTR)
  }

  // MARK: Notifications

  /// Takes the notifications that came. Blocks for so long at most until one does.
  func notifications(within milliseconds: Int32, wakingOn other: Int32) throws -> [String] {
    var entries = [
      pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&entries, 2, milliseconds)
    guard PQconsumeInput(self.handle) == 1 else {
      self.isBroken = true
      throw ServerFailure(result: nil, connection: self.handle)
    }
    var payloads: [String] = []
    while let notice = PQnotifies(self.handle) {
      payloads.append(String(cString: notice.pointee.extra))
      PQfreemem(notice)
    }
    return payloads
  }
}
#endif
