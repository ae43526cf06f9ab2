#if MySQL
import Almanac
import AlmanacSQL
import CMariaDB
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
/// Statements go out in packets of several, and their answers come back together: a batch waits for the network twice, however many statements it has.
final class ServerConnection: PooledConnection {
  typealias Failure = ServerFailure

  let settings: ConnectionSettings
  private(set) var kind: ServerKind = .mariaDB
  /// As the server says it.
  private(set) var version = ""
  /// The most bytes that the server takes at once.
  private(set) var packetLimit = 1 << 20
  private(set) var isBroken = false
  private let handle: UnsafeMutablePointer<MYSQL>

  /// The library prepares itself once; it does not see to it that no two threads do.
  private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

  /// Connects; blocks for as long as ``MySQLOptions/connectTimeout`` allows.
  init(_ settings: ConnectionSettings) throws {
    self.settings = settings
    do {
      self.handle = try ServerConnection.connected(settings, encrypted: settings.location.tls != .disabled)
    } catch let failure as ServerFailure where settings.location.tls == .preferred && failure.code == 2026 {
      self.handle = try ServerConnection.connected(settings, encrypted: false)
    }
    let facts = try self.run([settings.greeting, "select version(), @@max_allowed_packet"], statements: 3)
    guard let told = facts.last, told.count == 1 else {
      throw ServerFailure(code: ServerFailure.strange, message: "the server does not say what it is")
    }
    self.version = told.text(0, 0)
    self.kind = self.version.contains("MariaDB") ? .mariaDB : .mySQL
    // Each statement of a packet costs a few bytes more than its text, and the packet itself some.
    self.packetLimit = Int(told.number(0, 1)) - 1_024
    try self.run(settings.greeting(self.kind))
  }

  deinit {
    mysql_close(self.handle)
  }

  private static func connected(
    _ settings: ConnectionSettings, encrypted: Bool
  ) throws -> UnsafeMutablePointer<MYSQL> {
    guard self.isLibraryReady, let handle = mysql_init(nil) else {
      throw ServerFailure(code: ServerFailure.connecting, message: "out of memory")
    }
    let location = settings.location
    func set(_ option: mysql_option, _ number: UInt32) {
      var number = number
      mysql_options(handle, option, &number)
    }
    func set(_ option: mysql_option, _ text: String?) {
      if let text { mysql_options(handle, option, text) }
    }
    func seconds(_ duration: Duration) -> UInt32 { UInt32(clamping: Int64((duration / .seconds(1)).rounded(.up))) }
    set(MYSQL_OPT_CONNECT_TIMEOUT, seconds(settings.options.connectTimeout))
    set(MYSQL_OPT_READ_TIMEOUT, seconds(settings.answerTimeout))
    set(MYSQL_OPT_WRITE_TIMEOUT, seconds(settings.answerTimeout))
    set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
    // Else a server might ask for any file of ours.
    set(MYSQL_OPT_LOCAL_INFILE, 0)
    set(MYSQL_OPT_PROTOCOL, (location.socket == nil ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET).rawValue)
    mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "almanac")
    // Whatever comes back must fit: the server's own limit is the one that counts.
    var largest: UInt = 1 << 30
    mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest)
    if encrypted {
      var yes: CChar = 1
      mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &yes)
      set(MYSQL_OPT_SSL_CA, location.authority)
      set(MYSQL_OPT_SSL_CERT, location.certificate)
      set(MYSQL_OPT_SSL_KEY, location.key)
      var verifies: CChar = location.tls == .verifyIdentity ? 1 : 0
      mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verifies)
    }
    let connected = mysql_real_connect(
      handle, location.host, location.user, settings.password, location.database, UInt32(location.port),
      location.socket, UInt(CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS))
    guard connected != nil else {
      defer { mysql_close(handle) }
      throw ServerFailure(handle)
    }
    // Where the server offers no encryption the library goes on without, whatever it was told.
    guard !encrypted || location.tls == .preferred || mysql_get_ssl_cipher(handle) != nil else {
      mysql_close(handle)
      throw ServerFailure(code: 2026, message: "the server does not encrypt, and the address says ssl-mode")
    }
    return handle
  }

  /// The number that the server knows the connection by.
  var serverThread: UInt { mysql_thread_id(self.handle) }

  var wasEnded: Bool {
    if self.isBroken { return true }
    // A server has nothing to say to one who asked nothing, but that it ends the connection.
    var entry = pollfd(fd: mysql_get_socket(self.handle), events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  // MARK: Statements

  @discardableResult
  func run(_ statement: SQL) throws -> Rows {
    let answers = try self.run([statement], statements: 1)
    guard let answer = answers.first else { throw self.isStrange("an answer is missing") }
    return answer
  }

  /// Runs statements one after the other, in as few packets as hold them; the first that fails is the last that is run.
  @discardableResult
  func run(_ statements: [SQL]) throws -> [Rows] {
    var answers: [Rows] = []
    var packet: [SQL] = []
    var size = 0
    for statement in statements {
      let length = statement.text.utf8.count + 1
      if !packet.isEmpty, size + length > self.packetLimit {
        answers += try self.run(packet, statements: packet.count)
        (packet, size) = ([], 0)
      }
      packet.append(statement)
      size += length
    }
    if !packet.isEmpty { answers += try self.run(packet, statements: packet.count) }
    return answers
  }

  /// - Parameter statements: how many the texts hold. Another number of answers means that a text was read otherwise than it was meant.
  private func run(_ packet: [SQL], statements: Int) throws -> [Rows] {
    var text = SQL.joined(packet, by: ";").text
    if !self.version.isEmpty, !almanac_mysql_is_plain(self.handle) {
      throw self.isStrange(
        "the settings of the connection are gone; a proxy between us and the server must keep connections apart")
    }
    guard text.utf8.count <= self.packetLimit else {
      throw ServerFailure(
        code: ServerFailure.packetTooLarge,
        message:
          "what is to be written has \(text.utf8.count) bytes, and max_allowed_packet of the server leaves \(self.packetLimit)"
      )
    }
    let isSent = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { mysql_real_query(self.handle, $0.baseAddress, UInt($0.count)) } == 0
    }
    guard isSent else { throw self.failed() }
    var answers: [Rows] = []
    while true {
      let result = mysql_store_result(self.handle)
      if result == nil, mysql_field_count(self.handle) != 0 { throw self.failed() }
      let affected = result == nil ? Int(truncatingIfNeeded: mysql_affected_rows(self.handle)) : 0
      answers.append(Rows(result, affected: affected))
      let next = mysql_next_result(self.handle)
      if next > 0 { throw self.failed() }
      if next < 0 { break }
    }
    guard answers.count == statements else { throw self.isStrange("the server read \(answers.count) statements") }
    return answers
  }

  private func failed() -> ServerFailure {
    let failure = ServerFailure(self.handle)
    if failure.breaksConnection { self.isBroken = true }
    return failure
  }

  private func isStrange(_ message: String) -> ServerFailure {
    self.isBroken = true
    return ServerFailure(code: ServerFailure.strange, message: message)
  }

  // MARK: Transactions

  /// Does something in a transaction; all of it or nothing. It begins with the first statement and is committed with ``Transaction/finish(_:)``,
  /// so that neither costs a round trip; where that is not called, it is undone.
  func transaction<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
    let transaction = Transaction(self)
    do {
      let value = try body(transaction)
      try transaction.undo()
      return value
    } catch {
      // Where the connection is gone, so is the transaction.
      if !self.isBroken { do { try transaction.undo() } catch { self.isBroken = true } }
      throw error
    }
  }
}

/// A transaction that is under way on a connection.
final class Transaction {
  private let connection: ServerConnection
  private var isOpen = false

  fileprivate init(_ connection: ServerConnection) {
    self.connection = connection
  }

  func run(_ statements: [SQL]) throws -> [Rows] {
    if self.isOpen { return try self.connection.run(statements) }
    self.isOpen = true
    return Array(try self.connection.run(["start transaction"] + statements).dropFirst())
  }

  /// Runs the last statements and commits.
  func finish(_ statements: [SQL]) throws {
    _ = try self.run(statements + ["commit"])
    self.isOpen = false
  }

  fileprivate func undo() throws {
    guard self.isOpen else { return }
    self.isOpen = false
    try self.connection.run("rollback")
  }
}
#endif
