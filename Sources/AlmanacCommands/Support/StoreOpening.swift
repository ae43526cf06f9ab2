import Almanac

#if MySQL
import AlmanacMySQL
#endif
#if PostgreSQL
import AlmanacPostgreSQL
#endif
#if SQLite
import AlmanacSQLite
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension StoreAddress {
  /// The store at this address.
  ///
  /// - Parameter creating: whether a file that is not there is made; where it may not be, that is a failure.
  func open(creating: Bool) throws(CommandFailure) -> any JobStore {
    switch self.kind {
    case .memory:
      return MemoryStore()
    case .server(let server, let url, _):
      do {
        if let store = try server.store(url) { return store }
      } catch {
        let reason = (error as? StoreError)?.message ?? String(describing: error)
        throw CommandFailure(.unavailable, "the store \(self) cannot be opened: \(reason)")
      }
      throw CommandFailure(
        .unavailable, "this almanac was built without the trait \(server.rawValue), which \(self) needs")
    case .sqlite(let path, let namespace):
      #if SQLite
      if !creating, access(path, F_OK) != 0 {
        throw CommandFailure(
          .unavailable, "there is no store at \(self); say which one with --store, --config or ALMANAC_STORE")
      }
      do {
        return try SQLiteStore(path: path, namespace: namespace)
      } catch {
        let reason = (error as? StoreError)?.message ?? String(describing: error)
        throw CommandFailure(.unavailable, "the store \(self) cannot be opened: \(reason)")
      }
      #else
      throw CommandFailure(.unavailable, "this almanac was built without the trait SQLite, which \(self) needs")
      #endif
    }
  }
}

extension StoreAddress.Server {
  /// The store at this address; nil where it was not built in.
  fileprivate func store(_ url: String) throws -> (any JobStore)? {
    switch self {
    case .postgreSQL:
      #if PostgreSQL
      return try PostgreSQLStore(url: url)
      #else
      return nil
      #endif
    case .mySQL:
      #if MySQL
      return try MySQLStore(url: url)
      #else
      return nil
      #endif
    }
  }
}

/// What the command line reads from and writes to the file system.
enum Files {
  /// The text of a file, or of standard input for `-`.
  static func read(_ path: String, atMost limit: Int = 64 << 20) throws(CommandFailure) -> String {
    let descriptor: Int32
    if path == "-" {
      descriptor = STDIN_FILENO
    } else {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw CommandFailure(.noInput, "\(path): \(Files.lastError)") }
    }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    while let chunk = StandardStream.read(1 << 16, from: descriptor) {
      bytes += chunk
      guard bytes.count <= limit else { throw CommandFailure(.dataError, "\(path): the file is too large") }
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(.dataError, "\(path): the file is not UTF-8")
    }
    return text
  }

  /// - Parameter isPrivate: whether a file that is made is for its owner's eyes only.
  static func write(_ text: String, to path: String, isPrivate: Bool = false) throws(CommandFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, isPrivate ? 0o600 : 0o666)
    guard descriptor >= 0 else { throw CommandFailure(.cannotCreate, "\(path): \(Files.lastError)") }
    var text = text
    let isWritten = text.withUTF8 { StandardStream.write(UnsafeRawBufferPointer($0), to: descriptor) }
    // What could not be put on the disk is told at the latest here.
    guard close(descriptor) == 0, isWritten else { throw CommandFailure(.cannotCreate, "\(path): \(Files.lastError)") }
  }

  private static var lastError: String { String(cString: strerror(errno)) }

  static var currentDirectory: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  /// The absolute path of the directory that a file lies in.
  static func directory(of path: String) -> String {
    guard path != "-" else { return Files.currentDirectory }
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    if path.hasPrefix("/") { return directory.isEmpty ? "/" : directory }
    return directory == "." ? Files.currentDirectory : Files.currentDirectory + "/" + directory
  }
}
