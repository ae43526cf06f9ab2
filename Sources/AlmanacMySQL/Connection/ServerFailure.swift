#if MySQL
import Almanac
import AlmanacSQL
import CMariaDB

/// What the server, or libmariadb, could not do.
struct ServerFailure: ServerTrouble, Hashable {
  /// The server's number below 2000, the library's from there on: https://mariadb.com/kb/en/mariadb-error-code-reference/.
  var code: UInt32
  var message: String
  /// True where the connection is of no use any more.
  var breaksConnection: Bool

  /// What the server says of these quotes values, and payloads may hold secrets.
  private static let quoting: Set<UInt32> = [1062, 1064, 1264, 1265, 1292, 1366, 1367, 1411, 3140, 3141]
  /// The server goes, or ended the connection, or takes no writes for as long as it lasts; another host may take them.
  private static let ending: Set<UInt32> = [
    1053, 1077, 1078, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1290, 1792, 1836, 1927, 3169, 4031,
  ]

  init(code: UInt32, message: String, breaksConnection: Bool = false) {
    self.code = code
    self.message = ServerFailure.quoting.contains(code) ? "the server's error" : message
    self.breaksConnection =
      breaksConnection || (2000..<3000).contains(code) || ServerFailure.ending.contains(code)
  }

  init(_ handle: UnsafeMutablePointer<MYSQL>) {
    let message = String(cString: mysql_error(handle)).split(whereSeparator: \.isNewline).joined(separator: "; ")
    self.init(code: mysql_errno(handle), message: message)
  }

  /// A failure to connect for which there is no number of its own.
  static let connecting: UInt32 = 2003
  static let packetTooLarge: UInt32 = 1153
  /// The settings that our literals rest upon are gone: a proxy handed us another connection.
  static let strange: UInt32 = 2999

  var whileConnecting: ServerFailure {
    ServerFailure(
      code: ServerFailure.connecting, message: "\(self.message), \(self.code)", breaksConnection: true)
  }

  /// A deadlock undid the transaction; a lock that was waited for too long the statement, and then we the transaction.
  var isConflict: Bool { self.code == 1213 || self.code == 1205 }

  func translated(store: String) -> StoreError {
    let (code, words) = self.explained
    return StoreError(code, store: store, words)
  }

  private var explained: (StoreError.Code, String) {
    let told = "\(self.message), \(self.code)"
    switch self.code {
    case ServerFailure.connecting:
      return (.unavailable, "the server cannot be reached (\(self.message)); nothing was asked of it")
    case 1044, 1142, 1143, 1227, 1370:
      return (
        .readOnly,
        "the role may not do that (\(told)); grant it SELECT, INSERT, UPDATE and DELETE on the tables of the store"
      )
    case 1146, 1054, 1364:
      return (.corrupted, "the tables are not as this version left them (\(told)); see `almanac migrate`")
    case 1290, 1792, 1836:
      return (.unavailable, "the server takes no writes at present (\(told)); it may be a replica")
    case 1205, 1213:
      return (.unavailable, "somebody else kept what was to be written locked (\(told)), and nothing was written")
    case 1317, 1969, 3024:
      return (.unavailable, "the statement took longer than the statement timeout (\(told)), and nothing was written")
    case 1406:
      return (
        .unsupported,
        "a text is longer than its column (\(told)): names of jobs hold 1,024 bytes, tags and creators 2,048; nothing was written"
      )
    case 1366: return (.unsupported, "a text holds a character that the database cannot keep; nothing was written")
    case ServerFailure.packetTooLarge, 1118:
      return (.payloadTooLarge, "\(self.message); nothing was written")
    case 1021, 1037, 1038, 1040, 1041, 1114, 1203, 1206, 1226:
      return (.unavailable, "the server is short of something (\(told)); nothing was written")
    case 1034, 1194, 1712:
      return (.corrupted, "the database is damaged (\(told)); restore a backup")
    case 1665:
      return (.unsupported, "the server logs statements; set binlog_format to ROW or MIXED (\(told))")
    case 1064, 1193, 1231, 1235, 1305, 1128:
      return (
        .unsupported,
        "the server does not know what this version asks for (\(told)); MariaDB 10.6 or MySQL 8.0.19 or newer is needed"
      )
    case ServerFailure.strange: return (.unavailable, self.message)
    default:
      return (.unavailable, "the server did not answer, or not well (\(told)); what was asked may have happened")
    }
  }
}
#endif
