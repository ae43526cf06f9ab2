#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where a command writes to: the process's own streams, or a test's.
struct Console: Sendable {
  /// Takes what is meant for standard output, line breaks included.
  var output: @Sendable (String) -> Void
  /// Takes what is meant for standard error.
  var error: @Sendable (String) -> Void
  var outputStyle: Style
  var errorStyle: Style
  /// How wide tables may be; nil where there is no limit.
  var width: Int?

  @TaskLocal static var current = Console.system

  /// The streams of the process. Colour is used on a terminal only, and not where `NO_COLOR` is set or `TERM` is `dumb`.
  static let system = Console(
    output: { StandardStream.write($0, to: STDOUT_FILENO) },
    error: { StandardStream.write($0, to: STDERR_FILENO) },
    outputStyle: Style(usesColor: Terminal.mayUseColor(STDOUT_FILENO)),
    errorStyle: Style(usesColor: Terminal.mayUseColor(STDERR_FILENO)), width: Terminal.width(STDOUT_FILENO))

  func print(_ line: String) { self.output(line + "\n") }

  func complain(_ line: String) { self.error(line + "\n") }

  func print(_ table: Table) {
    self.output(table.lines(width: self.width, style: self.outputStyle).joined(separator: "\n") + "\n")
  }
}

/// Facts about the terminal.
enum Terminal {
  static func mayUseColor(_ descriptor: Int32) -> Bool {
    // https://no-color.org: present and not empty.
    if let forbidden = ProcessEnvironment.variable("NO_COLOR"), !forbidden.isEmpty { return false }
    if ProcessEnvironment.variable("TERM") == "dumb" { return false }
    return isatty(descriptor) == 1
  }

  /// The terminal's own answer; else `COLUMNS`; else nil.
  static func width(_ descriptor: Int32) -> Int? {
    var size = winsize()
    if isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    guard let columns = ProcessEnvironment.variable("COLUMNS").flatMap({ Int($0) }), columns > 0 else { return nil }
    return columns
  }
}

enum ProcessEnvironment {
  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

enum StandardStream {
  /// Writes all of the text. What a closed or full stream does not take is lost: there is nobody left to tell.
  static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { _ = StandardStream.write(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  @discardableResult
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    var written = 0
    while written < bytes.count {
      #if canImport(Darwin)
      let count = Darwin.write(descriptor, base + written, bytes.count - written)
      #elseif canImport(Musl)
      let count = Musl.write(descriptor, base + written, bytes.count - written)
      #else
      let count = Glibc.write(descriptor, base + written, bytes.count - written)
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      written += count
    }
    return true
  }

  /// Reads up to `count` bytes; nil at the end of the input or where it cannot be read.
  static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
    var isEnd = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      while true {
        #if canImport(Darwin)
        let got = Darwin.read(descriptor, buffer.baseAddress, count)
        #elseif canImport(Musl)
        let got = Musl.read(descriptor, buffer.baseAddress, count)
        #else
        let got = Glibc.read(descriptor, buffer.baseAddress, count)
        #endif
        if got < 0, errno == EINTR { continue }
        used = max(got, 0)
        isEnd = got <= 0
        return
      }
    }
    return isEnd ? nil : bytes
  }
}
