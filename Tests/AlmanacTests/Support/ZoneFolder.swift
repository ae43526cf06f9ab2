import Foundation

@testable import Almanac

/// A directory of zone data that a test writes by itself, so that no test depends on the data of the machine.
final class ZoneFolder: Sendable {
  let url: URL
  let database: ZoneDatabase

  /// - Parameter hours: how far each zone is ahead of UTC, by its name.
  init(_ version: String?, _ hours: [String: Int]) throws {
    self.url = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID().uuidString)")
    self.database = ZoneDatabase(directories: [self.url.path])
    try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    try self.install(version, hours)
  }

  deinit { try? FileManager.default.removeItem(at: self.url) }

  /// Replaces the files, as the system's package manager does.
  ///
  /// - Parameter version: nil for data that does not name its version.
  func install(_ version: String?, _ hours: [String: Int]) throws {
    for (name, hours) in hours {
      let file = self.url.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(ZoneFolder.bytes(hoursAheadOfUTC: hours)).write(to: file, options: .atomic)
    }
    guard let version else { return }
    try Data("\(version)\n".utf8).write(to: self.url.appending(path: "+VERSION"), options: .atomic)
  }

  /// Does something with this data in the place of the machine's.
  func inPlace<Answer>(_ body: () throws -> Answer) rethrows -> Answer {
    try ZoneDatabase.$inPlace.withValue(self.database, operation: body)
  }

  /// A TZif file (RFC 9636) of version 2 with one type of local time and no transition.
  private static func bytes(hoursAheadOfUTC hours: Int) -> [UInt8] {
    func word(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    let header =
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + [0, 0, 0, 0, 1, 4].flatMap { word($0) }
    let block = header + word(Int32(hours) * 3_600) + [0, 0] + Array("TST\0".utf8)
    return block + block + Array("\nTST\(-hours)\n".utf8)
  }
}
