#if PostgreSQL
/// The values of a statement's parameters, in PostgreSQL's binary form, one after the other in one buffer.
///
/// Binary, so that a text needs no quoting within an array and a number no digits.
struct Parameters: Sendable {
  /// A value's place in the buffer; nil for null.
  private(set) var ranges: [Range<Int>?] = []
  private(set) var bytes: [UInt8] = []

  init() {}

  var count: Int { self.ranges.count }

  // MARK: Single values

  mutating func add(_ value: Int64?) {
    self.append(value) { $0.appendBigEndian($1) }
  }

  mutating func add(_ value: Bool?) {
    self.append(value) { $0.append($1 ? 1 : 0) }
  }

  mutating func add(_ value: String?) {
    self.append(value) { $0.append(contentsOf: $1.utf8) }
  }

  private mutating func append<Value>(_ value: Value?, _ write: (inout [UInt8], Value) -> Void) {
    guard let value else {
      self.ranges.append(nil)
      return
    }
    let start = self.bytes.count
    write(&self.bytes, value)
    self.ranges.append(start..<self.bytes.count)
  }

  // MARK: Arrays

  mutating func add(_ values: some Collection<Int64?>) {
    self.addArray(values, of: 20) { bytes, value in
      bytes.appendBigEndian(Int32(8))
      bytes.appendBigEndian(value)
    }
  }

  mutating func add(_ values: some Collection<Int64>) {
    self.addArray(values.lazy.map(Optional.some), of: 20) { bytes, value in
      bytes.appendBigEndian(Int32(8))
      bytes.appendBigEndian(value)
    }
  }

  mutating func add(_ values: some Collection<Bool>) {
    self.addArray(values.lazy.map(Optional.some), of: 16) { bytes, value in
      bytes.appendBigEndian(Int32(1))
      bytes.append(value ? 1 : 0)
    }
  }

  mutating func add(_ values: some Collection<String>) {
    self.addArray(values.lazy.map(Optional.some), of: 25, Parameters.appendText)
  }

  mutating func add(_ values: some Collection<String?>) {
    self.addArray(values, of: 25, Parameters.appendText)
  }

  private static func appendText(_ bytes: inout [UInt8], _ value: String) {
    bytes.appendBigEndian(Int32(truncatingIfNeeded: value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  /// `array_recv`: dimensions, whether there are nulls, the type of the elements; of each dimension size and lower bound; the elements.
  private mutating func addArray<Value>(
    _ values: some Collection<Value?>, of type: Int32, _ write: (inout [UInt8], Value) -> Void
  ) {
    let start = self.bytes.count
    self.bytes.appendBigEndian(Int32(values.isEmpty ? 0 : 1))
    self.bytes.appendBigEndian(Int32(1))
    self.bytes.appendBigEndian(type)
    if !values.isEmpty {
      self.bytes.appendBigEndian(Int32(truncatingIfNeeded: values.count))
      self.bytes.appendBigEndian(Int32(1))
    }
    for value in values {
      if let value { write(&self.bytes, value) } else { self.bytes.appendBigEndian(Int32(-1)) }
    }
    self.ranges.append(start..<self.bytes.count)
  }
}

extension [UInt8] {
  fileprivate mutating func appendBigEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { self.append(contentsOf: $0) }
  }
}
#endif
