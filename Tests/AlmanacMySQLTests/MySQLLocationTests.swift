#if MySQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import Testing

@testable import AlmanacMySQL

@Suite("The address of a MySQL store")
struct MySQLLocationTests {
  @Test("user, password, host, port, database and parameters are read")
  func parameters() throws {
    let location = try MySQLLocation(
      "mariadb://jobs:pa%40ss@db.example.com:3307/app?prefix=cron_&namespace=my%20jobs&ssl-mode=verify_ca&ssl-ca=/etc/db.pem"
    )
    #expect((location.user, location.password, location.host) == ("jobs", "pa@ss", "db.example.com"))
    #expect((location.port, location.database, location.prefix) == (3307, "app", "cron_"))
    #expect((location.namespace, location.tls, location.authority) == ("my jobs", .verifyAuthority, "/etc/db.pem"))
    #expect(location.description == "mysql://jobs@db.example.com:3307/app?prefix=cron_&namespace=my jobs")
    let plain = try MySQLLocation("mysql://[::1]/app")
    #expect((plain.host, plain.port, plain.prefix, plain.namespace) == ("::1", 3306, "almanac_", "default"))
    #expect((plain.user, plain.password, plain.tls) == (nil, nil, .disabled))
    #expect(plain.description == "mysql://[::1]/app")
    let socket = try MySQLLocation("mysql:///app?socket=/run/mysqld/mysqld.sock")
    #expect(socket.socket == "/run/mysqld/mysqld.sock")
  }

  @Test(
    "what cannot be read is refused in words that hold no password",
    arguments: [
      "", "sqlite:a", "mysql:u:secret@h/d", "mysql://u:secret@h", "mysql://u:secret@h/", "mysql://u:secret@h/d/e",
      "mysql://u:secret@/d", "mysql://u:secret@h:0/d", "mysql://u:secret@h:99999/d", "mysql://u:secret@h/d?prefix=",
      "mysql://u:secret@h/d?namespace", "mysql://u:secret@h/d?unheard=secret", "mysql://u:secret@h/d?prefix=A",
      "mysql://u:secret@h/d?prefix=a%60b", "mysql://u:secret@h/d?ssl-mode=perhaps",
      "mysql://u:secret@h/d?ssl-mode=verify_ca", "mysql://u:secret@h/d?ssl-ca=/x",
      "mysql://u:secret@h/d#x", "mysql://u:secret@h%zz/d",
      "mysql://u:secret@h/d?prefix=\(String(repeating: "x", count: 41))",
    ])
  func refused(_ bad: String) {
    let error = #expect(throws: StoreError.self) { try MySQLLocation(bad) }
    #expect(error?.code == .unsupported)
    #expect(error.map { "\($0)" }?.contains("secret") == false)
    #expect(error?.message.contains("expected mysql://") == true)
  }

  @Test("a namespace that no table can keep is refused")
  func namespace() {
    let error = #expect(throws: StoreError.self) {
      try MySQLStore(url: "mysql://h/d?namespace=\(String(repeating: "x", count: 256))")
    }
    #expect(error?.code == .unsupported)
  }
}

@Suite("Values as literals")
struct SQLLiteralTests {
  /// Texts that end a literal for whoever does not see them as bytes, or that a collation takes for another.
  static let hard = [
    "", " ", "a ", "a", "A", "ä", "a\u{308}", "'", "''", "\\", "\\'", "'\\", "'\u{301}", "\\'; drop table job; --",
    "\"", "`",
    "%", "_", "?", "\0", "a\0b", "\n", "\u{1a}", "😀", "e\u{301}", "é", "ß", "ss", "\u{FEFF}", "\u{10FFFF}", "/* */",
    "-- ",
  ]

  @Test("every text goes to the server and comes back as it was, whatever the server thinks of backslashes")
  func texts() async throws {
    let tables = TestTables()
    let store = try tables.store()
    let columns = SQL.joined(Self.hard.map { "\($0)" }, by: ", ")
    for mode in ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"] {
      try await tables.sql("set global sql_mode = \(mode)")
      let pool = ConnectionPool(store.pool.settings)
      let seen = try await pool.run { connection in
        let rows = try connection.run("select \(columns)")
        return (0..<rows.columns).map { rows.withBytes(0, $0) { [UInt8]($0) } }
      }
      pool.close()
      #expect(seen == Self.hard.map { Array($0.utf8) })
    }
    await store.close()
  }

  @Test("numbers, flags, nulls and lists are what they were")
  func numbers() async throws {
    let store = try TestTables().store()
    let never: Int64? = nil
    let nothing: String? = nil
    let seen = try await store.pool.run { connection -> [Int64?] in
      let rows = try connection.run(
        """
        select \(Int64.min), \(Int64.max), \(-1), \(true), \(false), \(never), \(nothing),
          3 in (\(list: [1, 2, 3] as [Int64])), 3 in (\(list: [] as [Int64])), 'b' in (\(list: ["a'", "b"])), 0.5 is null
        """)
      return (0..<rows.columns).map { rows.integer(0, $0) }
    }
    #expect(seen == [.min, .max, -1, 1, 0, nil, nil, 1, nil, 1, 0])
    await store.close()
  }

  @Test("jobs whose ids differ in spaces, case or accents are different jobs, and keep what they hold")
  func ids() async throws {
    let tables = TestTables()
    let store = try tables.store()
    let ids = Self.hard.map { JobID($0) }.filter { $0.rawValue != "" && $0.rawValue.allSatisfy { !$0.isNewline } }
      .filter { !$0.rawValue.unicodeScalars.contains { $0.value < 0x20 } }
    let records = ids.map { id in
      oneShot(
        id, lane: Lane(queue: id.rawValue, jobName: "job" + id.rawValue), tags: [id.rawValue], creator: id.rawValue,
        payload: Array(id.rawValue.utf8))
    }
    try await store.add(records)
    let other = try tables.store()
    let found = try await other.fetch(ids)
    #expect(found.map { $0?.id } == records.map(\.id))
    #expect(found.map { $0?.definition.payload } == records.map(\.definition.payload))
    #expect(found.map { $0?.definition.profile } == records.map(\.definition.profile))
    for id in ids {
      #expect(try await other.query(JobQuery(idPrefix: id.rawValue, limit: 1)).records.first?.id == id)
      #expect(try await other.query(JobQuery(tags: [id.rawValue])).records.contains { $0.id == id })
    }
    #expect(try await store.problems() == [])
    for store in [store, other] { await store.close() }
    try await tables.drop()
  }
}
#endif
