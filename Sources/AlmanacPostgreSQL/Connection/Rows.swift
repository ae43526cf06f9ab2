#if PostgreSQL
import CPostgreSQL

/// The rows that a statement answered, in binary form. Stays on the thread that asked.
final class Rows {
  private let result: OpaquePointer

  /// Takes over a result of libpq.
  init(_ result: OpaquePointer) {
    self.result = result
  }

  deinit {
    PQclear(self.result)
  }

  var count: Int { Int(PQntuples(self.result)) }

  var columns: Int { Int(PQnfields(self.result)) }

  func isNull(_ row: Int, _ column: Int) -> Bool {
    PQgetisnull(self.result, Int32(row), Int32(column)) == 1
  }

  /// The bytes of a value; none for null. Valid only within the closure.
  func withBytes<Value>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
    let length = Int(PQgetlength(self.result, Int32(row), Int32(column)))
    return try body(UnsafeRawBufferPointer(start: PQgetvalue(self.result, Int32(row), Int32(column)), count: length))
  }

  /// A number of two, four or eight bytes; nil for null.
  func integer(_ row: Int, _ column: Int) -> Int64? {
    if self.isNull(row, column) { return nil }
    return self.withBytes(row, column) { bytes in
      guard let first = bytes.first else { return nil }
      let sign: Int64 = first >= 0x80 ? -1 : 0
      return bytes.reduce(sign) { $0 << 8 | Int64($1) }
    }
  }

  /// A number that is never null.
  func number(_ row: Int, _ column: Int) -> Int64 { self.integer(row, column) ?? 0 }

  func flag(_ row: Int, _ column: Int) -> Bool {
    self.withBytes(row, column) { $0.first == 1 }
  }

  /// Empty for null.
  func text(_ row: Int, _ column: Int) -> String {
    self.withBytes(row, column) { String(decoding: $0, as: UTF8.self) }
  }

  /// The numbers of the first column.
  var numbers: [Int64] { (0..<self.count).map { self.number($0, 0) } }
}
#endif
