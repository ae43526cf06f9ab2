#if PostgreSQL
extension Statement {
  /// The hot one: a batch of claims, or of ends, in one statement that is a transaction by itself.
  ///
  /// A row is changed where it has the version that was read. Rows come in the order of their keys, and are locked in
  /// it, so that two batches never wait for each other in a circle. The session is locked against being marked dead
  /// until the claims are there for its heirs to see.
  ///
  /// `owner` is nearly empty whenever somebody counts its rows, so a join with it is planned as one with a handful: all rows of the one side for each of
  /// the other. Hence its rows are looked up one by one, and deleted by their places, which nobody else can be given while this statement sees them.
  static let change = Statement("change", Statement.change(leaving: false))

  /// The same, where a row that somebody else is writing is left to them: they will have won when they are done.
  static let claim = Statement("claim", Statement.change(leaving: true))

  private static let free = """
    , free as materialized (
      select k.key from input k join job on job.key = k.key and job.version = k.version
      for no key update of job skip locked
    )
    """

  private static func change(leaving: Bool) -> String {
    """
    with alive as materialized (
      select from session where epoch = $2::bigint and namespace = $1::bigint and not dead for share
    ), input as materialized (
      select * from unnest($3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::text[])
        as i (key, version, status, has_dead, state)
    ) \(leaving ? Statement.free : ""), changed as (
      update job set version = job.version + 1, status = i.status, has_dead = i.has_dead, state = i.state
      from input i where job.key = i.key and job.version = i.version
      and ($2 is null or exists (select from alive))
      \(leaving ? "and (i.key in (select key from free)) is true" : "")
      returning job.key
    ), moved as materialized (
      select m.* from unnest($8::bigint[], $9::bigint[], $10::boolean[], $11::bigint[], $12::bigint[], $13::bigint[],
        $14::boolean[]) as m (key, lane, living, start_at, tend_at, next_fire, wakes)
      where (m.key in (select key from changed)) is true
    ), woken as (
      update wake set lane = m.lane, living = m.living, start_at = m.start_at, tend_at = m.tend_at,
        next_fire = m.next_fire
      from moved m where wake.job = m.key
    ), owned as (
      insert into owner (namespace, epoch, job)
      select $1, o.epoch, o.key from unnest($15::bigint[], $16::bigint[]) as o (key, epoch)
      where (o.key in (select key from changed)) is true on conflict do nothing
    ), disowned as (
      delete from owner where ctid = any (array(
        select o.ctid from unnest($17::bigint[], $18::bigint[]) as d (key, epoch) cross join lateral (
          select owner.ctid from owner where owner.namespace = $1 and owner.epoch = d.epoch and owner.job = d.key offset 0
        ) as o where (d.key in (select key from changed)) is true))
    ), told as (
      insert into history (namespace, job, job_name, incarnation, revision, ordinal, at, keep_until, body)
      select $1, h.job, h.job_name, h.incarnation, h.revision, h.ordinal, h.at, h.keep_until, h.body
      from unnest($19::bigint[], $20::text[], $21::text[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[],
        $26::bigint[], $27::text[]) as h (key, job, job_name, incarnation, revision, ordinal, at, keep_until, body)
      where (h.key in (select key from changed)) is true on conflict do nothing
    )
    select key, (
      select pg_notify($28::text, $29::text || min(lanes.at)::text) from (
        select lane, min(least(start_at, tend_at)) as at from moved where wakes group by lane
      ) as lanes where $28 is not null and lanes.at < \(earliest(of: "lanes.lane")) having min(lanes.at) is not null
    ) is null from changed
    """
  }

  /// What goes with the changes that wrote the definition too; in the same transaction, after ``change``.
  static let redefine = Statement(
    "redefine",
    """
    with input as materialized (
      select * from unnest($2::bigint[], $3::text[], $4::text[]) as i (key, creator, body)
      where i.key = any ($9::bigint[])
    ), changed as (
      update job set defined = version, creator = i.creator, unreadable = null from input i where job.key = i.key
    ), defined as (
      insert into definition (job, body) select key, body from input
      on conflict (job) do update set body = excluded.body
    ), untagged as (
      delete from tag using unnest($5::bigint[], $6::text[]) as t (key, tag)
      where tag.namespace = $1::bigint and tag.tag = t.tag and tag.job = t.key and t.key = any ($9)
    )
    insert into tag (namespace, tag, job)
    select $1, t.tag, t.key from unnest($7::bigint[], $8::text[]) as t (key, tag) where t.key = any ($9)
    on conflict do nothing
    """)

  /// What an unreadable record had beside its row is not known, so it is looked for; in the same transaction, before ``change``.
  static let forget = Statement(
    "forget",
    """
    with found as materialized (
      select job.key from unnest($2::bigint[], $3::bigint[]) as i (key, version)
      join job on job.key = i.key and job.version = i.version for no key update of job
    ), untagged as (
      delete from tag where job = any (array(select key from found where $4::boolean))
    )
    delete from owner where namespace = $1::bigint and job = any (array(select key from found))
    """)

  static let silence = Statement(
    "silence",
    """
    with changed as (
      update job set version = job.version + 1, unreadable = i.reason
      from unnest($1::bigint[], $2::bigint[], $3::text[]) as i (key, version, reason)
      where job.key = i.key and job.version = i.version returning job.key
    ), woken as (
      update wake set start_at = null, tend_at = null where job = any (array(select key from changed))
    )
    select key from changed
    """)

  static let erase = Statement(
    "erase",
    """
    with gone as (
      delete from job using unnest($2::bigint[], $3::bigint[]) as i (key, version)
      where job.key = i.key and job.version = i.version returning job.key
    ), unwoken as (
      delete from wake where job = any (array(select key from gone))
    ), undefined as (
      delete from definition where job = any (array(select key from gone))
    ), untagged as (
      delete from tag where job = any (array(select key from gone))
    ), disowned as (
      delete from owner using unnest($4::bigint[], $5::bigint[]) as d (key, epoch)
      where owner.namespace = $1::bigint and owner.epoch = d.epoch and owner.job = d.key
      and (d.key in (select key from gone)) is true
    )
    select key from gone
    """)

  static let lockSession = Statement(
    "lock_session",
    "select from session where epoch = $2::bigint and namespace = $1::bigint and not dead for share")
}
#endif
