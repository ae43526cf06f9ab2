#if PostgreSQL
import Almanac
import AlmanacSQL

/// The tables and their versions.
///
/// Migrations go forward only and are numbered; the table `migration` counts those that were done. All of it happens in one transaction, under a
/// lock of the database: of two nodes that come at once, one migrates and the other finds it done. A role that may not
/// create anything works once another one has migrated.
enum Schema {
  private static let migrations: [String] = [Schema.version1, Schema.functions1, Schema.guards]

  static var currentVersion: Int { self.migrations.count }

  private static let ledger = """
    create table if not exists migration (
      version bigint primary key,
      done_at timestamptz not null default now()
    );
    """

  /// What has to be run for a schema of the given version, nil where there is none, to become the current one, or an earlier one where a test wants
  /// to begin with that.
  static func script(from version: Int?, to last: Int = Schema.currentVersion, settings: ConnectionSettings) -> String {
    let done = version ?? 0
    guard done < last else { return "" }
    var script = ""
    if version == nil {
      script +=
        "create schema if not exists \(settings.quotedSchema);\nset local search_path = \(settings.quotedSchema);\n\n"
      script += self.ledger + "\n\n"
    } else {
      script += "set local search_path = \(settings.quotedSchema);\n\n"
    }
    for number in done + 1...last {
      script += "-- Version \(number)\n" + self.migrations[number - 1]
      script += "\n\ninsert into migration (version) values (\(number));\n\n"
    }
    return script
  }

  /// The version of the schema; nil where there is none.
  static func version(_ connection: ServerConnection) throws -> Int? {
    let table = connection.settings.quotedSchema + ".migration"
    var name = Parameters()
    name.add(connection.settings.schema)
    // Not `to_regclass`: it may remember, from before it waited for the lock, that there was no such schema.
    let found = try connection.run(
      once: """
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1::text and c.relname = 'migration'
        """, name)
    guard found.count == 1 else { return nil }
    return Int(try connection.run(once: "select coalesce(max(version), 0)::bigint from \(table)").number(0, 0))
  }

  /// What `migrate` would run; empty where nothing is to be done.
  static func pending(_ connection: ServerConnection) throws -> String {
    let version = try self.version(connection)
    try self.check(version, connection)
    return self.script(from: version, settings: connection.settings)
  }

  /// Brings the schema up to date; answers whether there was anything to do.
  @discardableResult
  static func migrate(_ connection: ServerConnection) throws -> Bool {
    if try self.pending(connection).isEmpty { return false }
    return try connection.transaction {
      try connection.execute("set local statement_timeout = 0; set local lock_timeout = '60s'")
      try connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('almanac ' || \(self.literal(connection)), 0))")
      let script = try self.pending(connection)
      if script.isEmpty { return false }
      try self.checkStranger(connection)
      try connection.execute(script)
      return true
    }
  }

  /// Schemas are named by people: what is in one that we did not make is not ours.
  private static func checkStranger(_ connection: ServerConnection) throws {
    guard try self.version(connection) == nil else { return }
    var name = Parameters()
    name.add(connection.settings.schema)
    let count = try connection.run(
      once: """
        select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1::text and c.relkind in ('r', 'p', 'v', 'm', 'f')
        """, name
    ).number(0, 0)
    guard count > 0 else { return }
    throw StoreError(
      .foreignData, store: connection.settings.name,
      "the schema \(connection.settings.schema) holds tables of another program; choose one of its own with schema=NAME"
    )
  }

  private static func literal(_ connection: ServerConnection) -> String {
    "'" + connection.settings.schema.replacing("'", with: "''") + "'"
  }

  private static func check(_ version: Int?, _ connection: ServerConnection) throws {
    guard let version, version > self.currentVersion else { return }
    throw StoreError(
      .newerSchema, store: connection.settings.name,
      "the schema has version \(version), and this version of Almanac knows \(self.currentVersion); upgrade Almanac, or"
        + " choose another schema")
  }
}
#endif
