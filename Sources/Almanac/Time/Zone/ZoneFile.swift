#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The few things that are asked of the file system.
enum ZoneFile {
  /// The largest zone file that is read; the largest of the database has some 4 KiB.
  static let largest = 1 << 20

  /// The bytes of a regular file, or nil where it cannot be read or has more than `limit`.
  static func read(_ path: String, atMost limit: Int) -> [UInt8]? {
    // Non-blocking, so that a named pipe in the place of a file cannot hang the caller.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
      return nil
    }
    let size = Int(status.st_size)
    var filled = 0
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while filled < size, let base = buffer.baseAddress {
        let got = Self.readOnce(descriptor, base + filled, size - filled)
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else {
          failed = got < 0
          break
        }
        filled += got
      }
      count = filled
    }
    return failed ? nil : bytes
  }

  private static func readOnce(_ descriptor: Int32, _ place: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    #if canImport(Glibc)
    Glibc.read(descriptor, place, count)
    #elseif canImport(Musl)
    Musl.read(descriptor, place, count)
    #else
    Darwin.read(descriptor, place, count)
    #endif
  }

  /// The names of the zones under a directory: every file that begins with `TZif`.
  static func names(under directory: String) -> [String] {
    // tzdata.zi and zone.tab need not be installed, so the files themselves are what counts. The `posix` tree repeats
    // all names, `right` counts leap seconds.
    var found: [String] = []
    func visit(_ prefix: String, depth: Int) {
      for entry in entries(of: directory + "/" + prefix) where ZoneName.isWellFormed(prefix + entry) {
        let name = prefix + entry
        if prefix.isEmpty && (entry == "posix" || entry == "right") { continue }
        if isDirectory(directory + "/" + name) {
          if depth < 3 { visit(name + "/", depth: depth + 1) }
        } else if beginsAsZone(directory + "/" + name) {
          found.append(name)
        }
      }
    }
    visit("", depth: 0)
    return found
  }

  private static func beginsAsZone(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { buffer in
      guard let base = buffer.baseAddress, readOnce(descriptor, base, 4) == 4 else { return false }
      return buffer.elementsEqual("TZif".utf8)
    }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func entries(of directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      // The name is an array of a fixed size in C, and ends with a zero byte.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
          String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The release that the data under a directory names, or a fingerprint of it; nil where there is no data.
  static func version(under directory: String) -> String? {
    if let bytes = read(directory + "/+VERSION", atMost: 1_000),
      let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
    {
      return String(line)
    }
    if let bytes = read(directory + "/tzdata.zi", atMost: 4 << 20) {
      // "# version 2025b"
      let words = String(decoding: bytes.prefix(100), as: UTF8.self).split(whereSeparator: \.isNewline).first?
        .split(separator: " ")
      if let words, words.count >= 3, words[1] == "version" { return String(words[2]) }
    }
    // Neither is installed everywhere. The rules of a few much-changed zones stand for the whole.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    var found = false
    for name in samples {
      guard let bytes = read(directory + "/" + name, atMost: largest) else { continue }
      found = true
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return found ? "fnv1a-" + String(hash, radix: 16) : nil
  }

  private static let samples = [
    "Africa/Casablanca", "America/Sao_Paulo", "America/New_York", "Asia/Gaza", "Europe/London", "leapseconds",
  ]

  /// What the file system says of the files that ``version(under:)`` reads, in all directories: where it is the same, they were not
  /// replaced.
  static func stamp(under directories: [String]) -> Stamp {
    var stamp = Stamp()
    for directory in directories {
      for name in ["", "/+VERSION", "/tzdata.zi"] + samples.map({ "/" + $0 }) {
        var status = stat()
        guard stat(directory + name, &status) == 0 else { continue }
        #if canImport(Darwin)
        let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
        let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        stamp.facts += [
          Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size),
          Int64(modified.tv_sec), Int64(modified.tv_nsec), Int64(changed.tv_sec), Int64(changed.tv_nsec),
        ]
      }
    }
    return stamp
  }

  struct Stamp: Hashable, Sendable {
    fileprivate var facts: [Int64] = []
  }
}
