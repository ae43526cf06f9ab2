#if SQLite
import Almanac
import Foundation

/// What the path and the first bytes of a file tell before SQLite is let near it.
///
/// SQLite writes to a file as soon as the journal mode is set, so whether a file is ours is decided here, by reading
/// the header (https://www.sqlite.org/fileformat2.html#the_database_header): a foreign file is never opened at all.
enum StoreFile {
  /// "Alma": https://www.sqlite.org/pragma.html#pragma_application_id
  static let applicationID: Int32 = 0x416C_6D61

  private static let magic = Array("SQLite format 3\0".utf8)
  private static let userVersionOffset = 60
  private static let applicationIDOffset = 68
  /// The first page's b-tree header follows the file's header; the first page holds the schema.
  private static let pageTypeOffset = 100
  private static let cellCountOffset = 103
  private static let headerLength = 105
  private static let leafTablePage: UInt8 = 0x0D

  /// The absolute form of a path, so that a change of the working directory does not change the store.
  static func absolutePath(_ path: String) throws -> String {
    if path.isEmpty {
      throw StoreError(.unsupported, store: "\"\"", "the path is empty; name a file, such as \"jobs.sqlite\"")
    }
    if path == ":memory:" || path.hasPrefix("file:") {
      let advice =
        path.contains(":memory:") || path.contains("mode=memory")
        ? "a database in memory cannot be shared by several connections and forgets everything; use MemoryStore"
        : "a file: address is not taken; give the path itself"
      throw StoreError(.unsupported, store: path, advice)
    }
    if path.utf8.contains(0) { throw StoreError(.unsupported, store: path, "a path may not hold a NUL character") }
    if path.hasPrefix("/") { return path }
    return FileManager.default.currentDirectoryPath + "/" + path
  }

  /// Throws where it is certain that the path cannot be used. Reads a hundred bytes at the most and writes nothing.
  static func inspect(_ path: String) throws {
    let files = FileManager.default
    let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    var isDirectory: ObjCBool = false
    guard files.fileExists(atPath: directory.isEmpty ? "/" : directory, isDirectory: &isDirectory) else {
      throw StoreError(.unavailable, store: path, "there is no directory \(directory); create it first")
    }
    guard isDirectory.boolValue else {
      throw StoreError(.unsupported, store: path, "\(directory) is not a directory")
    }
    let exists = files.fileExists(atPath: path, isDirectory: &isDirectory)
    if exists, isDirectory.boolValue {
      throw StoreError(
        .unsupported, store: path, "the path is a directory; name a file in it, such as \(path)/jobs.sqlite")
    }
    if exists, !files.isReadableFile(atPath: path) {
      throw StoreError(.unavailable, store: path, "this process may not read the file; check its owner and mode")
    }
    // What is there is told before whether it may be written: permissions of another program's file are not to be
    // mended.
    if exists { try self.inspectHeader(path) }
    if exists, !files.isWritableFile(atPath: path) {
      throw StoreError(.readOnly, store: path, "this process may not write the file; check its owner and mode")
    }
    guard files.isWritableFile(atPath: directory.isEmpty ? "/" : directory) else {
      throw StoreError(
        .readOnly, store: path,
        "this process may not write to the directory \(directory), where SQLite keeps its -wal and -shm files")
    }
  }

  private static func inspectHeader(_ path: String) throws {
    let header: [UInt8]
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      header = [UInt8](try handle.read(upToCount: self.headerLength) ?? Data())
    } catch {
      throw StoreError(.unavailable, store: path, "the file cannot be read: \(error.localizedDescription)")
    }
    // An empty file is what `touch` leaves, and what SQLite itself takes for an empty database.
    if header.isEmpty { return }
    guard header.count == self.headerLength, header.starts(with: self.magic) else {
      throw StoreError(.foreignData, store: path, SQLiteErrors.notSQLite)
    }
    func integer(at offset: Int) -> Int32 {
      header[offset..<offset + 4].reduce(Int32(0)) { $0 << 8 | Int32($1) }
    }
    switch integer(at: self.applicationIDOffset) {
    case self.applicationID:
      try Schema.check(version: Int(integer(at: self.userVersionOffset)), path: path)
    case 0:
      // No program has put its mark on it. It is free where it has no tables; a log beside it may hold more, which is
      // looked at in the transaction that would create ours.
      let cells = Int(header[self.cellCountOffset]) << 8 | Int(header[self.cellCountOffset + 1])
      if header[self.pageTypeOffset] != self.leafTablePage || cells > 0 { throw self.foreign(path) }
    default:
      throw self.foreign(path)
    }
  }

  static func foreign(_ path: String) -> StoreError {
    StoreError(
      .foreignData, store: path,
      "the file is an SQLite database of another program; choose a path of its own for the jobs. It was not touched")
  }
}
#endif
