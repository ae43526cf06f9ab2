#if MySQL
import Almanac

/// The tables and their versions.
///
/// Migrations go forward only and are numbered; the table `migration` counts those that were done. All of it happens under a lock of the server: of two
/// nodes that come at once, one migrates and the other finds it done. A role that may not create anything works once another one has migrated.
///
/// Neither server has transactions for tables: each `create table` stands when it is done. So every statement of a migration may be run again, its
/// number is written last, and one that was broken off is done over.
enum Schema {
  private static func migrations(_ names: Statements) -> [[SQL]] { [self.version1(names)] }

  static let currentVersion = 1

  private static func ledger(_ names: Statements) -> SQL {
    """
    create table if not exists \(names.migration) (
      version bigint not null primary key,
      done_at datetime(6) not null
    ) \(self.options)
    """
  }

  /// What has to be run for tables of the given version, nil where there are none, to become the current ones.
  static func script(from version: Int?, _ names: Statements) -> [SQL] {
    let done = version ?? 0
    guard done < self.currentVersion else { return [] }
    var script = version == nil ? [self.ledger(names)] : []
    for (index, migration) in self.migrations(names).enumerated().dropFirst(done) {
      script += migration
      script.append(
        """
        insert into \(names.migration) (version, done_at) values (\(index + 1), utc_timestamp(6))
        on duplicate key update version = version
        """)
    }
    return script
  }

  /// The version of the tables; nil where there are none.
  static func version(_ names: Statements, _ connection: ServerConnection) throws -> Int? {
    guard try self.has([names.migration], connection) else { return nil }
    return Int(try connection.run("select coalesce(max(version), 0) from \(names.migration)").number(0, 0))
  }

  /// Whether one of the tables is there. By name: the rights to see them come with the rights to use them.
  private static func has(_ tables: [SQL], _ connection: ServerConnection) throws -> Bool {
    let count = try connection.run(
      """
      select count(*) from information_schema.tables where table_schema = database()
      and table_name in (\(list: tables.map(\.text)))
      """
    ).number(0, 0)
    return count > 0
  }

  /// What `migrate` would run; empty where nothing is to be done.
  static func pending(_ names: Statements, _ connection: ServerConnection) throws -> [SQL] {
    let version = try self.version(names, connection)
    if let version, version > self.currentVersion {
      throw StoreError(
        .newerSchema, store: connection.settings.name,
        "the tables have version \(version), and this version of Almanac knows \(self.currentVersion); upgrade Almanac,"
          + " or choose other tables with prefix=NAME")
    }
    return self.script(from: version, names)
  }

  /// Brings the tables up to date; answers whether there was anything to do.
  @discardableResult
  static func migrate(_ names: Statements, _ connection: ServerConnection) throws -> Bool {
    if try self.pending(names, connection).isEmpty { return false }
    // On a connection of its own, which has the time that a large table takes, and whose end gives the lock back.
    let connection = try ServerConnection(connection.settings.patient)
    let lock: SQL = "concat('almanac ', sha1(concat(database(), ' ', \(names.prefix))))"
    guard try connection.run("select get_lock(\(lock), 60)").number(0, 0) == 1 else {
      throw StoreError(
        .unavailable, store: connection.settings.name, "another node migrates the tables, for longer than a minute")
    }
    let script = try self.pending(names, connection)
    if script.isEmpty { return false }
    try self.checkStranger(names, connection)
    for statement in script { try connection.run(statement) }
    return true
  }

  /// Where nothing says that we made a table of this name, it is not ours.
  private static func checkStranger(_ names: Statements, _ connection: ServerConnection) throws {
    guard try self.version(names, connection) == nil else { return }
    let ours = [
      names.namespace, names.counter, names.lane, names.job, names.definition, names.label, names.owner, names.session,
      names.history, names.announcement,
    ]
    guard try self.has(ours, connection) else { return }
    throw StoreError(
      .foreignData, store: connection.settings.name,
      "the database holds tables of another program whose names begin with \"\(names.prefix)\"; choose another beginning with prefix=NAME"
    )
  }
}
#endif
