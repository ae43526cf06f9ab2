#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Bionic)
import Bionic
#endif

/// Where this process is: for people, and so that a scheduler on the same machine can see that this process is gone.
package struct HostIdentity: Hashable, Sendable {
  let host: String
  package let processID: Int32
  /// One boot of one machine and one process namespace: within it, and only there, a process id means one process. Containers may share a host
  /// name and a process id, never this.
  package var machine: String?

  var nodeName: String { "\(self.host)-\(self.processID)" }

  package static let current = HostIdentity(
    host: HostIdentity.hostName(), processID: getpid(), machine: HostIdentity.machineIdentity())

  /// True where the process of a session on this very machine is known not to exist any more.
  ///
  /// A process id that another process took over counts as alive: then the session's expiry tells, a little later.
  func knowsToBeGone(_ draft: SessionDraft) -> Bool {
    self.canSee(draft) && kill(draft.processID, 0) == -1 && errno == ESRCH
  }

  /// True where the kernel can be asked for the process of a session, and it is another than this one.
  func canSee(_ draft: SessionDraft) -> Bool {
    guard let machine = self.machine else { return false }
    return draft.machine == machine && draft.processID > 0 && draft.processID != self.processID
  }

  private static func hostName() -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let status = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { gethostname($0, text.count - 1) }
      }
    }
    guard status == 0 else { return "unknown-host" }
    return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func machineIdentity() -> String? {
    #if os(Linux)
    guard let boot = self.contents(of: "/proc/sys/kernel/random/boot_id") else { return nil }
    var buffer = [UInt8](repeating: 0, count: 128)
    let length = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink("/proc/self/ns/pid", $0, text.count) } ?? -1
      }
    }
    guard length > 0 else { return nil }
    return boot + " " + String(decoding: buffer.prefix(length), as: UTF8.self)
    #else
    return nil
    #endif
  }

  private static func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 128)
    let length = read(descriptor, &buffer, buffer.count)
    guard length > 0 else { return nil }
    return String(decoding: buffer.prefix(length).prefix { $0 > 0x20 }, as: UTF8.self)
  }
}
