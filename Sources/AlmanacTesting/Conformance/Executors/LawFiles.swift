import Almanac

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Bionic)
import Bionic
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Files by which a law and a run tell each other something, wherever the run is executed.
enum LawFiles {
  static func newFolder() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("almanac-law-\(JobID.unique())").path
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Adds bytes at the end of a file, in one piece whoever else does so too, and makes the file where it is not there.
  static func append(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw LawViolation("the file \(path) cannot be opened: error \(errno)") }
    defer { _ = close(file) }
    if !bytes.isEmpty {
      guard write(file, bytes, bytes.count) == bytes.count else {
        throw LawViolation("the file \(path) cannot be written: error \(errno)")
      }
    }
  }

  static func lines(of path: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Blocks the thread.
  static func blockBriefly() { _ = usleep(2_000) }

  /// Ends the process without a trap.
  static func leaveProcess() -> Never { exit(7) }

  /// The number of threads on which code of Swift concurrency runs, at most.
  static var processorCount: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }
}
