#if MySQL
extension Schema {
  /// The first version.
  ///
  /// - Texts by which something is found are bytes (`varbinary`): the collations that both servers know take texts that differ in spaces at their end for
  ///   one and the same.
  /// - InnoDB rewrites a row where it lies and touches those indexes only whose columns changed, so a job is one row; its definition, which a claim leaves as
  ///   it is, lies apart.
  /// - Instants of `job` are never null; see ``Statements/never``.
  /// - There are no partial indexes: what is true of few jobs is a row of `label`, which lies in the order of ids, so that a listing by a tag
  ///   sorts nothing.
  /// - Keys come from `counter` before the rows do, so that all tables can be written at once. They are never reused: (key, version) names one content for
  ///   ever.
  /// - Lanes are told apart by a digest, since three names may be longer than an index allows. They are numbered in the order of their commits, so that
  ///   whoever has seen one has seen all before it.
  static func version1(_ names: Statements) -> [SQL] {
    [
      """
      create table if not exists \(names.namespace) (
        id bigint not null auto_increment primary key,
        name varbinary(255) not null,
        unique key namespace_name (name)
      ) \(options)
      """,
      """
      create table if not exists \(names.counter) (
        name varbinary(32) not null primary key,
        value bigint not null
      ) \(options)
      """,
      "insert into \(names.counter) (name, value) values ('job_key', 0) on duplicate key update value = value",
      """
      create table if not exists \(names.lane) (
        id bigint not null auto_increment primary key,
        namespace bigint not null,
        digest binary(32) not null,
        queue varbinary(1024) not null,
        job_name varbinary(1024) not null,
        executor varbinary(1024) not null,
        priority bigint not null,
        format bigint not null,
        unique key lane_digest (namespace, digest),
        key lane_order (namespace, id)
      ) \(options)
      """,
      """
      create table if not exists \(names.job) (
        job_key bigint not null primary key,
        namespace bigint not null,
        id varbinary(255) not null,
        version bigint not null,
        defined bigint not null,
        lane bigint not null,
        status varbinary(32) not null,
        living tinyint not null,
        has_dead tinyint not null,
        start_at bigint not null,
        tend_at bigint not null,
        next_fire bigint not null,
        state longtext not null,
        unique key job_id (namespace, id),
        key job_start (lane, start_at),
        key job_tend (lane, tend_at),
        key job_living (namespace, living, next_fire, id)
      ) \(options)
      """,
      """
      create table if not exists \(names.definition) (
        job_key bigint not null primary key,
        body longtext not null
      ) \(options)
      """,
      """
      create table if not exists \(names.label) (
        namespace bigint not null,
        kind tinyint not null,
        word varbinary(2048) not null,
        id varbinary(255) not null,
        job_key bigint not null,
        primary key (namespace, kind, word, id),
        key label_job (job_key)
      ) \(options)
      """,
      """
      create table if not exists \(names.owner) (
        namespace bigint not null,
        epoch bigint not null,
        job_key bigint not null,
        primary key (namespace, epoch, job_key)
      ) \(options)
      """,
      """
      create table if not exists \(names.session) (
        epoch bigint not null auto_increment primary key,
        namespace bigint not null,
        draft longtext not null,
        opened_at bigint not null,
        renewed_at bigint not null,
        expires_at bigint not null,
        dead tinyint not null,
        key session_namespace (namespace)
      ) \(options)
      """,
      """
      create table if not exists \(names.history) (
        position bigint not null auto_increment primary key,
        namespace bigint not null,
        job varbinary(255) not null,
        job_name varbinary(1024) not null,
        incarnation bigint not null,
        revision bigint not null,
        ordinal bigint not null,
        at bigint not null,
        keep_until bigint,
        body longtext not null,
        unique key history_key (namespace, job, incarnation, revision, ordinal),
        key history_at (namespace, at),
        key history_name (namespace, job_name, at),
        key history_until (namespace, keep_until, at)
      ) \(options)
      """,
      """
      create table if not exists \(names.announcement) (
        position bigint not null auto_increment primary key,
        namespace bigint not null,
        sender bigint not null,
        at bigint not null,
        job varbinary(255),
        owner bigint,
        wake_at bigint,
        key announcement_at (namespace, at)
      ) \(options)
      """,
    ]
  }

  /// Both servers' defaults may have been changed.
  static let options: SQL =
    "engine = InnoDB default character set = utf8mb4 collate = utf8mb4_bin row_format = dynamic"
}
#endif
