#if PostgreSQL
import Almanac
import AlmanacSQL
import CPostgreSQL

/// What PostgreSQL, or libpq, could not do.
///
/// Of what the server says only the main message is kept: its details quote values, and payloads may hold secrets.
struct ServerFailure: ServerTrouble, Hashable {
  /// The five characters of https://www.postgresql.org/docs/current/errcodes-appendix.html; empty where the server said nothing.
  var state: String
  var message: String
  /// True where the connection is of no use any more.
  var breaksConnection: Bool

  init(state: String, message: String, breaksConnection: Bool) {
    self.state = state
    self.message = message
    // A server that turned into a standby refuses every write for as long as the connection lives; another host may take them.
    self.breaksConnection = breaksConnection || state == "25006" || state.hasPrefix("57P") || state.hasPrefix("08")
  }

  init(result: OpaquePointer?, connection: OpaquePointer) {
    func field(_ code: UInt8) -> String? {
      result.flatMap { PQresultErrorField($0, Int32(code)) }.map { String(cString: $0) }
    }
    let isBroken = PQstatus(connection) == CONNECTION_BAD
    self.init(
      state: field(UInt8(ascii: "C")) ?? "",
      message: field(UInt8(ascii: "M")) ?? ServerFailure.line(PQerrorMessage(connection)), breaksConnection: isBroken)
  }

  /// libpq's message in one line.
  static func line(_ text: UnsafeMutablePointer<CChar>?) -> String {
    guard let text else { return "no message" }
    let lines = String(cString: text).split(whereSeparator: \.isNewline)
    return lines.map { $0.drop(while: \.isWhitespace) }.joined(separator: "; ")
  }

  /// The state of a failure to connect, which libpq gives none.
  static let connecting = "08001"

  var whileConnecting: ServerFailure {
    ServerFailure(
      state: self.state.isEmpty ? ServerFailure.connecting : self.state, message: self.message, breaksConnection: true)
  }

  var isConflict: Bool { self.state == "40001" || self.state == "40P01" }

  func translated(store: String) -> StoreError {
    let (code, words) = self.explained
    return StoreError(code, store: store, words)
  }

  private var explained: (StoreError.Code, String) {
    let told = self.state.isEmpty ? self.message : "\(self.message), \(self.state)"
    switch self.state {
    case ServerFailure.connecting:
      return (.unavailable, "the server cannot be reached (\(self.message)); nothing was asked of it")
    case "42501":
      return (
        .readOnly,
        "the role may not do that (\(told)); grant it SELECT, INSERT, UPDATE and DELETE on the tables of the schema and"
          + " USAGE on its sequences"
      )
    case "26000", "42P05":
      return (
        .unsupported,
        "a statement that was prepared is not there (\(told)): a pooler between here and the server hands out connections by transaction;"
          + " let the store go around it, or through a pool with pool_mode = session"
      )
    case "42P01", "42703", "42883", "3F000", "42704":
      return (.corrupted, "the schema is not as this version left it (\(told)); see `almanac migrate`")
    case "25006", "25P02":
      return (.unavailable, "the server takes no writes at present (\(told)); it may be a standby")
    case "55P03", "40P01", "40001":
      return (.unavailable, "somebody else kept what was to be written locked (\(told)), and nothing was written")
    case "57014":
      return (.unavailable, "the statement took longer than the statement timeout (\(told)), and nothing was written")
    case "22021", "22P05":
      return (.unsupported, "a text holds a character that the database cannot keep (\(told)); nothing was written")
    case "54000", "54001", "54011", "54023", "53400":
      return (.payloadTooLarge, "the batch is larger than PostgreSQL takes (\(told)); nothing was written")
    case let state where state.hasPrefix("53"):
      return (.unavailable, "the server is short of something (\(told)); nothing was written")
    case let state where state.hasPrefix("XX"):
      return (.corrupted, "the database is damaged (\(told)); restore a backup")
    case let state where state.hasPrefix("42") || state.hasPrefix("0A"):
      return (
        .unsupported, "the server does not know what this version asks for (\(told)); PostgreSQL 13 or newer is needed"
      )
    default:
      return (.unavailable, "the server did not answer, or not well (\(told)); what was asked may have happened")
    }
  }
}
#endif
