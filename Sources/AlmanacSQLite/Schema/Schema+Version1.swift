#if SQLite
extension Schema {
  /// The first version.
  ///
  /// - `job` is the hot half: it is rewritten at every claim and every end, so it holds the state alone. The
  ///   definition lies in a table of its own under the same key: a payload of a megabyte is then neither copied into
  ///   the log by a claim nor read by a scan.
  /// - `version` counts writes of the row and is what a write is conditional on; `defined` is the version at which
  ///   the definition was written last. Keys are never reused, so (key, version) names one content for ever.
  /// - A lane belongs to one namespace, so an index that begins with a lane needs no namespace.
  /// - Ids come in no order, so an index that holds them costs a page of the log for nearly every row. There is one,
  ///   which has to be; the others order by what mostly grows.
  /// - What has a time of its own in `history` and what has none are pruned along an index each: rows that stay for years are not passed over at each
  ///   pruning.
  /// - The due indexes are partial and hold the key besides the two columns they name: a scan reads nothing else.
  static let version1 = """
    create table namespace (
      id integer primary key,
      name text not null unique
    ) strict;

    create table lane (
      id integer primary key,
      namespace integer not null,
      queue text not null,
      job_name text not null,
      executor text not null,
      priority integer not null,
      format integer not null,
      unique (namespace, queue, job_name, executor, priority, format)
    ) strict;

    create table job (
      key integer primary key autoincrement,
      namespace integer not null,
      id text not null,
      version integer not null,
      defined integer not null,
      lane integer not null,
      status text not null,
      start_at integer,
      tend_at integer,
      next_fire integer,
      has_dead integer not null,
      creator text,
      unreadable text,
      state text not null,
      unique (namespace, id)
    ) strict;
    create index job_start on job (lane, start_at) where start_at is not null;
    create index job_tend on job (lane, tend_at) where tend_at is not null;
    create index job_living on job (namespace, next_fire) where status in ('active', 'paused', 'quarantined');
    create index job_creator on job (namespace, creator) where creator is not null;
    create index job_dead on job (namespace, id) where has_dead = 1;
    create index job_unreadable on job (namespace, id) where unreadable is not null;

    create table definition (
      job integer primary key,
      body text not null
    ) strict;

    create table tag (
      namespace integer not null,
      tag text not null,
      job integer not null,
      primary key (namespace, tag, job)
    ) strict, without rowid;

    create table owner (
      namespace integer not null,
      epoch integer not null,
      job integer not null,
      primary key (namespace, epoch, job)
    ) strict, without rowid;

    create table session (
      epoch integer primary key autoincrement,
      namespace integer not null,
      draft text not null,
      opened_at integer not null,
      renewed_at integer not null,
      expires_at integer not null,
      dead integer not null
    ) strict;

    create table history (
      position integer primary key autoincrement,
      namespace integer not null,
      job text not null,
      job_name text not null,
      incarnation integer not null,
      revision integer not null,
      ordinal integer not null,
      at integer not null,
      keep_until integer,
      body text not null,
      unique (namespace, job, incarnation, revision, ordinal)
    ) strict;
    create index history_at on history (namespace, at);
    create index history_until on history (namespace, keep_until) where keep_until is not null;
    create index history_plain on history (namespace, at) where keep_until is null;
    create index history_name on history (namespace, job_name, at);

    create table announcement (
      position integer primary key autoincrement,
      namespace integer not null,
      sender integer not null,
      at integer not null,
      job text,
      owner integer,
      wake_at integer
    ) strict;
    """
}
#endif
