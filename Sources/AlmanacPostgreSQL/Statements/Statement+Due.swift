#if PostgreSQL
extension Statement {
  /// What is due: a merge over lanes, never a sort of a backlog.
  ///
  /// Of each lane no more is read than its limit, along an index that lies in the order that is wanted; what is sorted is what was read. Before
  /// the rows comes one that tells whether the session is dead, and the highest number of a lane, so that lanes that are new here are noticed.
  ///
  /// Parameters: namespace, session, now; of the lanes to start from: lane, head start, executor, limit; slots by executor; of the lanes
  /// to tend: lane, limit; the limit of all.
  static let due = Statement(
    "due",
    """
    with starts as (
      select s.job, s.at, l.executor, l.lane, greatest(s.at, -9223372000000000000) - l.head_start as place
      from unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) as l (lane, head_start, executor, most)
      cross join lateral (
        select w.job, w.start_at as at from wake w where w.lane = l.lane and w.start_at <= $3::bigint
        order by w.start_at, w.job limit l.most
      ) as s
    ), granted as (
      select * from (
        select starts.*, row_number() over (partition by executor order by place, at, job) as nth from starts
      ) as ranked where nth <= ($8::bigint[])[executor]
    ), tends as (
      select t.job, t.at, l.lane
      from unnest($9::bigint[], $10::bigint[]) as l (lane, most)
      cross join lateral (
        select w.job, w.tend_at as at from wake w where w.lane = l.lane and w.tend_at <= $3
        order by w.tend_at, w.job limit l.most
      ) as t
      order by t.at, t.job limit $11::bigint
    ), due as (
      select 0 as kind, 0::bigint as executor, row_number() over (order by at, job) as nth, lane as due_lane, job from tends
      union all
      select 1, executor, nth, lane, job from granted
    )
    select 0::bigint as kind, coalesce((select id from lane where namespace = $1::bigint order by id desc limit 1), 0) as executor,
      coalesce((select case when dead then 1 else 2 end from session where epoch = $2::bigint and namespace = $1), 0)::bigint as nth, null::bigint as due_lane, null::bigint as key, null::text as id, null::bigint as version,
      null::bigint as defined, null::bigint as lane, null::text as status, null::bigint as start_at,
      null::bigint as tend_at, null::bigint as next_fire, null::boolean as has_dead, null::text as state
    union all
    (select 1 + kind::bigint, executor, nth, due_lane, \(recordColumns)
    from due join job j on j.key = due.job join wake w on w.job = due.job
    order by kind, executor, nth)
    """)

  /// The earliest instant of the lanes, of each with or without what may start.
  static let earliestWake = Statement(
    "earliest_wake",
    """
    select coalesce((select id from lane where namespace = $1::bigint order by id desc limit 1), 0), min(w.at)
    from unnest($2::bigint[], $3::boolean[]) as l (lane, starts) cross join lateral (
      (select start_at as at from wake where lane = l.lane and start_at is not null and l.starts
        order by start_at limit 1)
      union all
      (select tend_at from wake where lane = l.lane and tend_at is not null order by tend_at limit 1)
    ) as w
    """)

  static let lanes = Statement(
    "lanes",
    """
    select id, queue, job_name, executor, priority, format from lane where namespace = $1::bigint and id > $2::bigint
    order by id
    """)

  static let lockLanes = Statement("lock_lanes", "lock table lane in share row exclusive mode")

  static let addLanes = Statement(
    "add_lanes",
    """
    insert into lane (namespace, queue, job_name, executor, priority, format)
    select $1::bigint, * from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) on conflict do nothing
    """)

  /// A step from epoch to epoch, however many runs each has.
  static let owners = Statement(
    "owners",
    """
    with recursive held (epoch) as (
      (select epoch from owner where namespace = $1::bigint order by epoch limit 1)
      union all
      select (select o.epoch from owner o where o.namespace = $1 and o.epoch > held.epoch order by o.epoch limit 1)
      from held where held.epoch is not null
    )
    select epoch from held where epoch is not null
    """)

  static let owned = Statement(
    "owned",
    """
    select j.id from (
      select job from owner where namespace = $1::bigint and epoch = $2::bigint order by job limit $3::bigint
    ) as o join job j on j.key = o.job order by o.job
    """)
}
#endif
