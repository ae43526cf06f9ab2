#if PostgreSQL
extension Statement {
  /// What is read of a job, in the order in which ``RawRecord`` takes it.
  static let recordColumns = """
    j.key, j.id, j.version, j.defined, w.lane, j.status, w.start_at, w.tend_at, w.next_fire, j.has_dead, j.state
    """

  static let loadByID = Statement(
    "load_by_id",
    """
    select \(recordColumns) from unnest($2::text[]) as i (id)
    join job j on j.namespace = $1::bigint and j.id = i.id join wake w on w.job = j.key
    """)

  /// A definition that was written after the state was read is not answered: the two do not belong together.
  static let loadDefinitions = Statement(
    "load_definitions",
    """
    select i.key, d.body from unnest($1::bigint[], $2::bigint[]) as i (key, defined)
    join job j on j.key = i.key and j.defined = i.defined left join definition d on d.job = i.key
    """)

  /// Keys are given out before the rows are inserted, so that a batch that names an id twice knows which of the two came in.
  ///
  /// What comes in several to a record looks its key up in an array: as a join it would be done row by row.
  ///
  /// A notice goes out where a lane has nothing earlier than what came in: `wake` is seen as it was before.
  static let insert = Statement(
    "insert",
    """
    with input as materialized (
      select nextval('job_key_seq') as key, i.*
      from unnest($2::text[], $3::bigint[], $4::text[], $5::boolean[], $6::boolean[], $7::text[], $8::text[],
        $9::bigint[], $10::bigint[], $11::bigint[], $12::text[])
        with ordinality as i (id, lane, status, living, has_dead, creator, state, start_at, tend_at, next_fire, body, n)
    ), added as (
      insert into job (key, namespace, id, version, defined, status, has_dead, creator, state)
      select key, $1::bigint, id, 1, 1, status, has_dead, creator, state from input order by id, n
      on conflict (namespace, id) do nothing returning key
    ), fresh as materialized (
      select input.* from input where (input.key in (select key from added)) is true
    ), keys as materialized (
      select array_agg(case when (key in (select key from added)) is true then key else 0 end order by n) as list from input
    ), woken as (
      insert into wake (job, namespace, lane, living, start_at, tend_at, next_fire)
      select key, $1, lane, living, start_at, tend_at, next_fire from fresh
    ), defined as (
      insert into definition (job, body) select key, body from fresh
    ), tagged as (
      insert into tag (namespace, tag, job)
      select $1, t.tag, keys.list[t.n] from unnest($13::bigint[], $14::text[]) as t (n, tag), keys
      where keys.list[t.n] > 0 on conflict do nothing
    ), owned as (
      insert into owner (namespace, epoch, job)
      select $1, o.epoch, keys.list[o.n] from unnest($15::bigint[], $16::bigint[]) as o (n, epoch), keys
      where keys.list[o.n] > 0 on conflict do nothing
    ), told as (
      insert into history (namespace, job, job_name, incarnation, revision, ordinal, at, keep_until, body)
      select $1, h.job, h.job_name, h.incarnation, h.revision, h.ordinal, h.at, h.keep_until, h.body
      from unnest($17::bigint[], $18::text[], $19::text[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[],
        $24::bigint[], $25::text[]) as h (n, job, job_name, incarnation, revision, ordinal, at, keep_until, body)
      where (h.n in (select n from fresh)) is true on conflict do nothing
    )
    select n, key, (
      select pg_notify($26::text, $27::text || min(lanes.at)::text) from (
        select lane, min(least(start_at, tend_at)) as at from fresh group by lane
      ) as lanes where $26 is not null and lanes.at < \(earliest(of: "lanes.lane")) having min(lanes.at) is not null
    ) is null from fresh
    """)

  /// The earliest instant of a lane, as it was before the statement; the end of time where there is none.
  static func earliest(of lane: String) -> String {
    """
    least(
      coalesce((select e.start_at from wake e where e.lane = \(lane) and e.start_at is not null
        order by e.start_at limit 1), 9223372036854775807),
      coalesce((select e.tend_at from wake e where e.lane = \(lane) and e.tend_at is not null
        order by e.tend_at limit 1), 9223372036854775807))
    """
  }
}
#endif
