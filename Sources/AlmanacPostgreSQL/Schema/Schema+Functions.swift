#if PostgreSQL
extension Schema {
  /// Functions by which a client in any language adds and cancels jobs inside its own transaction.
  ///
  /// They know one-shot jobs, since only the library computes the fires of other triggers, and refuse policies from which a time
  /// follows that they would have to compute too.
  static let functions1 = """
    create function channel_of(namespace_id bigint) returns text
    language sql stable set search_path from current as $function$
      select 'almanac_' || left(md5(current_schema()), 12) || '_' || namespace_id
    $function$;

    create function add_job(
      id text, job text, payload json default '{}', at timestamptz default clock_timestamp(),
      namespace text default 'default', queue text default 'default', executor text default 'default',
      policies json default '{}', tags text[] default '{}', creator text default null
    ) returns boolean
    language plpgsql set search_path from current as $function$
    declare
      created bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
      fire bigint := (extract(epoch from add_job.at) * 1000000)::bigint;
      space bigint;
      lane_id bigint;
      job_key bigint;
      sorted text[];
      earliest bigint;
    begin
      if add_job.id is null or octet_length(add_job.id) not between 1 and 255 or add_job.id ~ '[[:cntrl:]]' then
        raise exception 'a job id holds 1 to 255 bytes without control characters' using errcode = '22023';
      end if;
      if add_job.job is null or add_job.job = '' or add_job.at is null then
        raise exception 'a job needs the name of its type and a time' using errcode = '22023';
      end if;
      if octet_length(add_job.payload::text) > 1048576 then
        raise exception 'a payload has at most 1048576 bytes' using errcode = '22023';
      end if;
      if exists (select from json_object_keys(add_job.policies) as k (name)
        where k.name in ('misfireGrace', 'deadline', 'jitter') or (k.name = 'catchUp' and add_job.policies->>'catchUp' = 'none'))
      then
        raise exception 'misfireGrace, deadline, jitter and catchUp none cannot be given here' using errcode = '0A000';
      end if;
      select n.id into space from namespace n where n.name = add_job.namespace;
      if space is null then
        insert into namespace (name) values (add_job.namespace) on conflict do nothing;
        select n.id into strict space from namespace n where n.name = add_job.namespace;
      end if;
      select l.id into lane_id from lane l where l.namespace = space and l.queue = add_job.queue
        and l.job_name = add_job.job and l.executor = add_job.executor and l.priority = 1 and l.format = 1;
      if lane_id is null then
        -- Lanes are numbered in the order of their commits: who makes one keeps others from making one until then.
        lock table lane in share row exclusive mode;
        insert into lane (namespace, queue, job_name, executor, priority, format)
          values (space, add_job.queue, add_job.job, add_job.executor, 1, 1) on conflict do nothing;
        select l.id into strict lane_id from lane l where l.namespace = space and l.queue = add_job.queue
          and l.job_name = add_job.job and l.executor = add_job.executor and l.priority = 1 and l.format = 1;
      end if;
      insert into job (namespace, id, version, defined, status, has_dead, creator, state)
        values (space, add_job.id, 1, 1, 'active', false, add_job.creator,
          json_build_object('revision', 1, 'status', 'active', 'since', created, 'next', fire)::text)
        on conflict do nothing returning key into job_key;
      if job_key is null then
        return false;
      end if;
      select least(
        (select w.start_at from wake w where w.lane = lane_id and w.start_at is not null order by w.start_at limit 1),
        (select w.tend_at from wake w where w.lane = lane_id and w.tend_at is not null order by w.tend_at limit 1))
        into earliest;
      insert into wake (job, namespace, lane, living, start_at, next_fire) values (job_key, space, lane_id, true, fire, fire);
      select coalesce(array_agg(distinct t collate "C" order by t collate "C"), '{}') into sorted from unnest(add_job.tags) as t;
      insert into definition (job, body) values (job_key, json_strip_nulls(json_build_object(
        'id', add_job.id,
        'incarnation', ('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint & 9223372036854775807,
        'createdAt', created, 'trigger', json_build_object('kind', 'at', 'at', fire), 'payload', add_job.payload::text,
        'job', add_job.job, 'queue', add_job.queue, 'executor', add_job.executor, 'policies', add_job.policies,
        'tags', to_json(sorted), 'creator', add_job.creator))::text);
      insert into tag (namespace, tag, job) select space, t, job_key from unnest(sorted) as t;
      if earliest is null or fire < earliest then
        perform pg_notify(channel_of(space), 'wake 0 ' || fire);
      end if;
      return true;
    end
    $function$;

    create function cancel_job(id text, namespace text default 'default') returns text
    language plpgsql set search_path from current as $function$
    declare
      moment bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
      space bigint;
      found job%rowtype;
      new_state jsonb;
      said json;
      fire bigint;
      forget bigint;
    begin
      select n.id into space from namespace n where n.name = cancel_job.namespace;
      select j.* into found from job j where j.namespace = space and j.id = cancel_job.id for no key update;
      if found.key is null or found.status in ('finished', 'removed') then
        return 'missing';
      end if;
      if found.unreadable is not null then
        return 'unreadable';
      end if;
      new_state := found.state::jsonb;
      if jsonb_array_length(coalesce(new_state->'runs', '[]')) > 0 then
        return 'running';
      end if;
      select d.body::json into strict said from definition d where d.job = found.key;
      fire := (new_state->>'next')::bigint;
      forget := moment + coalesce((said->'policies'->>'retention')::bigint, 604800000000);
      if fire <= moment then
        insert into history (namespace, job, job_name, incarnation, revision, ordinal, at, body)
          values (space, found.id, said->>'job', (said->>'incarnation')::bigint, (new_state->>'revision')::bigint + 1, 0, moment,
            json_build_object('job', found.id, 'jobName', said->>'job', 'incarnation', (said->>'incarnation')::bigint,
              'revision', (new_state->>'revision')::bigint + 1, 'at', moment, 'reason', 'removed', 'first', fire, 'last', fire,
              'count', 1, 'atLeast', said->'trigger'->>'kind' <> 'at')::text)
          on conflict do nothing;
        new_state := jsonb_set(new_state, '{counters}', coalesce(new_state->'counters', '{}')
          || jsonb_build_object('dropped', coalesce((new_state->'counters'->>'dropped')::bigint, 0) + 1));
      end if;
      new_state := (new_state - 'next' - 'start' - 'dead') || jsonb_build_object('status', 'removed', 'since', moment,
        'forgetAt', forget, 'revision', (new_state->>'revision')::bigint + 1);
      update job j set version = j.version + 1, status = 'removed', has_dead = false, state = new_state::text
        where j.key = found.key;
      update wake w set living = false, start_at = null, tend_at = forget, next_fire = null where w.job = found.key;
      return 'removed';
    end
    $function$;
    """
}
#endif
