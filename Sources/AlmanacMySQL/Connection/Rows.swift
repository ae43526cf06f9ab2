#if MySQL
import CMariaDB
import Foundation

/// What a statement answered: rows of text, or how many rows it changed. Stays on the thread that asked.
final class Rows {
  private let result: UnsafeMutablePointer<MYSQL_RES>?
  private let rows: [MYSQL_ROW]
  /// Of all values, row by row.
  private let lengths: [UInt]
  let columns: Int
  /// How many rows the statement wrote.
  let affected: Int

  /// Takes over a result of libmariadb, none for a statement that has no rows.
  init(_ result: UnsafeMutablePointer<MYSQL_RES>?, affected: Int) {
    self.result = result
    self.affected = affected
    var rows: [MYSQL_ROW] = []
    var lengths: [UInt] = []
    let columns = result.map { Int(mysql_num_fields($0)) } ?? 0
    if let result {
      while let row = mysql_fetch_row(result), let sizes = mysql_fetch_lengths(result) {
        rows.append(row)
        for column in 0..<columns { lengths.append(UInt(sizes[column])) }
      }
    }
    (self.rows, self.lengths, self.columns) = (rows, lengths, columns)
  }

  deinit {
    if let result = self.result { mysql_free_result(result) }
  }

  var count: Int { self.rows.count }

  func isNull(_ row: Int, _ column: Int) -> Bool { self.rows[row][column] == nil }

  /// The bytes of a value; none for null. Valid only within the closure.
  func withBytes<Value>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
    let length = Int(self.lengths[row * self.columns + column])
    return try body(UnsafeRawBufferPointer(start: self.rows[row][column], count: length))
  }

  /// A whole number; nil for null.
  func integer(_ row: Int, _ column: Int) -> Int64? {
    // The library puts a zero behind each value.
    self.rows[row][column].map { strtoll($0, nil, 10) }
  }

  /// A number that is never null.
  func number(_ row: Int, _ column: Int) -> Int64 { self.integer(row, column) ?? 0 }

  func flag(_ row: Int, _ column: Int) -> Bool { self.number(row, column) != 0 }

  /// Empty for null.
  func text(_ row: Int, _ column: Int) -> String {
    self.withBytes(row, column) { String(decoding: $0, as: UTF8.self) }
  }

  /// The numbers of the first column.
  var numbers: [Int64] { (0..<self.count).map { self.number($0, 0) } }
}
#endif
