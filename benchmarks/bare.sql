-- The work of a refresh as one DuckDB script: csv files of a month to agent days, queue half hours and monthly KPIs.
-- No quarantine, no history of deliveries, no gate, no release: the floor under a refresh's time, not a way to get numbers.
-- Given as variables: landing (directory), month_starts_on (date), as_of (timestamp, UTC).

set TimeZone = 'UTC';

-- Load: typed reading; of several rows with a key the last delivered counts.
create table queues as from read_csv(getvariable('landing') || '/acd/queues/*.csv', filename = true)
    qualify row_number() over (partition by queue_id order by filename desc) = 1;
create table sites as from read_csv(getvariable('landing') || '/hr/sites/*.csv', filename = true)
    qualify row_number() over (partition by site_id order by filename desc) = 1;
create table employees as from read_csv(getvariable('landing') || '/hr/employees/*.csv', filename = true)
    qualify row_number() over (partition by employee_id order by filename desc) = 1;
create table assignments as from read_csv(getvariable('landing') || '/hr/assignments/*.csv', filename = true)
    qualify row_number() over (partition by employee_id, valid_from order by filename desc) = 1;
create table requirements as from read_csv(getvariable('landing') || '/hr/staffing_requirements/*.csv', filename = true)
    qualify row_number() over (partition by interval_starts_at, business_line order by filename desc) = 1;

create table legs as from read_csv(
        getvariable('landing') || '/acd/contact_legs/*.csv', header = true, auto_detect = false,
        delim = ',', quote = '"', escape = '"', timestampformat = '%Y-%m-%dT%H:%M:%SZ',
        columns = {
            'leg_id': 'VARCHAR', 'contact_id': 'VARCHAR', 'leg_number': 'INTEGER', 'direction': 'VARCHAR',
            'queue_id': 'VARCHAR', 'agent_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'topic': 'VARCHAR',
            'offered_at': 'TIMESTAMP', 'answered_at': 'TIMESTAMP', 'ended_at': 'TIMESTAMP', 'talk_seconds': 'INTEGER',
            'hold_seconds': 'INTEGER', 'wrap_seconds': 'INTEGER', 'outcome': 'VARCHAR', 'transferred': 'BOOLEAN'});
create table states as from read_csv(
        getvariable('landing') || '/acd/agent_states/*.csv', header = true, auto_detect = false,
        delim = ',', quote = '"', escape = '"', timestampformat = '%Y-%m-%dT%H:%M:%SZ',
        columns = {
            'agent_id': 'VARCHAR', 'state': 'VARCHAR', 'started_at': 'TIMESTAMP', 'ended_at': 'TIMESTAMP',
            'reason_code': 'VARCHAR'});
create table schedules as from read_csv(
        getvariable('landing') || '/hr/schedules/*.csv', header = true, auto_detect = false,
        delim = ',', quote = '"', escape = '"', timestampformat = '%Y-%m-%dT%H:%M:%SZ',
        columns = {
            'employee_id': 'VARCHAR', 'activity': 'VARCHAR', 'starts_at': 'TIMESTAMP', 'ends_at': 'TIMESTAMP'});

delete from legs using (select leg_id, max(rowid) as last from legs group by all having count(*) > 1) as again
    where legs.leg_id = again.leg_id and legs.rowid < again.last;
delete from states using (
        select agent_id, started_at, max(rowid) as last from states group by all having count(*) > 1) as again
    where states.agent_id = again.agent_id and states.started_at = again.started_at and states.rowid < again.last;
delete from schedules using (
        select employee_id, starts_at, max(rowid) as last from schedules group by all having count(*) > 1) as again
    where schedules.employee_id = again.employee_id and schedules.starts_at = again.starts_at
    and schedules.rowid < again.last;

-- Where everybody belongs, as instants, under a small number that stands for it on every row.
create table places as
    select
        row_number() over (order by employee_id, valid_from)::integer as place,
        dense_rank() over (order by employee_id)::integer as person,
        employee_id, agent_id, site_id, team_id, business_line,
        if(nth = 1, timestamp '1970-01-01', timezone('UTC', timezone(time_zone, valid_from::timestamp))) as since,
        coalesce(timezone('UTC', timezone(time_zone, next_from::timestamp)), timestamp '9999-01-01') as until,
        coalesce(left_on, date '9999-01-01') as left_on
    from (
        select
            *, row_number() over (partition by employee_id order by valid_from) as nth,
            lead(valid_from) over (partition by employee_id order by valid_from) as next_from
        from assignments)
    join employees using (employee_id)
    join sites using (site_id);

-- The local days of the month at each site, as instants; and everybody's, under each UTC date on which something that
-- touches the day may have begun, so that one equi-join finds an instant's local day and place.
create table site_days as
    select
        site_id, day::date as on_date,
        timezone('UTC', timezone(time_zone, day)) as day_starts_at,
        timezone('UTC', timezone(time_zone, day + interval 1 day)) as day_ends_at
    from sites, (
        select unnest(generate_series(
            getvariable('month_starts_on')::timestamp,
            getvariable('month_starts_on')::timestamp + interval 1 month - interval 1 day, interval 1 day)) as day);
create table person_days as
    select
        place, person, employee_id, agent_id, business_line, on_date, on_date <= left_on as is_employed,
        greatest(since, day_starts_at) as since, least(until, day_ends_at) as until,
        unnest([day_starts_at::date - 1, day_starts_at::date, day_starts_at::date + 1]) as utc_date
    from places join site_days using (site_id)
    where since < day_ends_at and until > day_starts_at;

-- States end where the next one starts, at as_of, or after four hours where nobody closed them; split at local midnight.
create table state_pieces as
    with known as (
        select person, state, started_at, ended_at from states
        join (select distinct agent_id, person from places where agent_id is not null) using (agent_id)
    ),
    effective as (
        select
            person, state, started_at,
            least(
                coalesce(ended_at, started_at + interval 4 hour), getvariable('as_of')::timestamp,
                lead(started_at, 1, timestamp '9999-01-01') over (partition by person order by started_at)
            ) as ended_at
        from known
    )
    select
        place, days.person, on_date,
        case
            when state in ('available', 'ringing', 'talking', 'holding', 'wrap_up') then 'on_queue'
            when state = 'coaching' then 'meeting' else state
        end as suits,
        state in ('talking', 'holding', 'wrap_up') as is_occupied, state = 'available' as is_available,
        greatest(started_at, since) as start, least(ended_at, until) as stop
    from effective join person_days as days
        on effective.person = days.person and effective.started_at::date = days.utc_date
        and effective.started_at < days.until and effective.ended_at > days.since
    where is_employed and ended_at > started_at;
create table plan_pieces as
    select
        place, person, agent_id, business_line, on_date, if(activity = 'coaching', 'meeting', activity) as activity,
        starts_at, ends_at, greatest(starts_at, since) as start, least(ends_at, until) as stop
    from schedules join person_days as days
        on schedules.employee_id = days.employee_id and schedules.starts_at::date = days.utc_date
        and starts_at < until and ends_at > since
    where is_employed and starts_at < getvariable('as_of')::timestamp;

-- Agent days.
create table agent_day_parts as
    select
        place, on_date,
        sum(epoch_us(stop) - epoch_us(start)) as logged_in,
        sum(epoch_us(stop) - epoch_us(start)) filter (suits = 'on_queue') as productive,
        sum(epoch_us(stop) - epoch_us(start)) filter (is_occupied) as occupied,
        sum(epoch_us(stop) - epoch_us(start)) filter (is_available) as available,
        null as with_leave, null as planned, null as adherent, null as productive_in_plan
    from state_pieces group by all
    union all by name
    select
        place, on_date,
        sum(epoch_us(stop) - epoch_us(start)) as with_leave,
        sum(epoch_us(stop) - epoch_us(start)) filter (activity <> 'leave') as planned
    from plan_pieces where agent_id is not null group by all
    union all by name
    select
        plan.place, plan.on_date,
        sum(shared) filter (suits = activity or (suits = 'system_issue' and activity <> 'leave')) as adherent,
        sum(shared) filter (suits = 'on_queue') as productive_in_plan
    from (
        select
            plan.place, plan.on_date, activity, suits,
            epoch_us(least(plan.stop, state.stop)) - epoch_us(greatest(plan.start, state.start)) as shared
        from plan_pieces as plan
        join state_pieces as state using (person, on_date)
        where plan.start < state.stop and state.start < plan.stop) as plan
    group by all;
create table placed_legs as
    with judged as (
        select
            legs.queue_id, business_line, agent_id, offered_at, outcome, transferred,
            talk_seconds + hold_seconds + wrap_seconds as handled, service_level_seconds,
            outcome = 'abandoned' and epoch_us(ended_at) - epoch_us(offered_at) < short_abandon_seconds * 1000000 as is_short,
            epoch_us(answered_at) - epoch_us(offered_at) as waited
        from legs join queues using (queue_id)
        where direction = 'inbound' and ended_at <= getvariable('as_of')::timestamp
    )
    select judged.* exclude (agent_id), place, on_date
    from judged join person_days as days
        on judged.agent_id = days.agent_id and offered_at::date = utc_date and offered_at >= since and offered_at < until
    union all
    select judged.* exclude (agent_id), null, on_date
    from judged join site_days on site_id = 'SHA' and offered_at >= day_starts_at and offered_at < day_ends_at
    where agent_id is null;
create table agent_leg_days as
    select
        place, on_date, legs.business_line, count(*) as answered,
        sum(handled) as handled, count(*) filter (transferred) as transferred
    from placed_legs as legs where outcome = 'answered' and place is not null group by all;
create table agent_legs_by_day as
    select employee_id, on_date, site_id, team_id, legs.business_line, answered, handled, transferred
    from agent_leg_days as legs join places using (place);
create table fct_agent_day as
    select
        employee_id, on_date, site_id, team_id, business_line, sum(logged_in) as logged_in,
        sum(productive) as productive, sum(occupied) as occupied, sum(available) as available,
        sum(planned) as planned, sum(with_leave) as with_leave, sum(adherent) as adherent,
        sum(productive_in_plan) as productive_in_plan
    from agent_day_parts join places using (place) group by all;

-- Queue half hours.
create table fct_queue_interval as
    select
        time_bucket(interval 30 minute, offered_at) as interval_starts_at, queue_id,
        count(*) filter (not is_short) as offered, count(*) filter (outcome = 'answered') as answered,
        count(*) filter (outcome = 'abandoned' and not is_short) as abandoned, count(*) filter (is_short) as short_abandons,
        count(*) filter (outcome = 'answered' and waited <= service_level_seconds * 1000000) as within_service_level,
        sum(waited) filter (outcome = 'answered') as waited,
        sum(handled) filter (outcome = 'answered') as handled
    from placed_legs group by all;

-- Shifts: a run of segments other than leave with gaps under four hours.
create table shifts as
    with segments as (
        select *, start - lag(stop) over (partition by person order by start) >= interval 4 hour as starts
        from plan_pieces where activity <> 'leave' and agent_id is not null
    ),
    runs as (
        select *, count(*) filter (starts) over (partition by person order by start) as run from segments
    )
    select person, run, min(start) as start, max(stop) as stop, min(on_date) as on_date, arg_min(place, start) as place
    from runs group by all;
create table attended as
    select distinct shifts.person, run from shifts join state_pieces as state using (person)
    where
        state.on_date between shifts.on_date and shifts.on_date + 1
        and state.start < shifts.stop and state.stop > shifts.start;

-- Staffing by half hour and line.
create table staffing as
    with half_hours as (
        select business_line, half, sum(greatest(0, epoch(least(ends_at, half + interval 30 minute) - greatest(starts_at, half)))) as seconds
        from (
            select *, unnest(generate_series(time_bucket(interval 30 minute, starts_at), ends_at - interval 1 microsecond, interval 30 minute)) as half
            from (select distinct person, business_line, starts_at, ends_at from plan_pieces where activity = 'on_queue'))
        group by all
    )
    select
        interval_starts_at, requirements.business_line, required_agents, coalesce(seconds, 0) / 1800 as scheduled
    from requirements left join half_hours
        on requirements.business_line = half_hours.business_line and interval_starts_at = half
    join site_days on site_id = 'SHA' and interval_starts_at >= day_starts_at and interval_starts_at < day_ends_at;

-- Monthly KPIs of the large tables at every scope.
create table monthly_by_place as
    select
        employee_id, site_id, team_id, business_line,
        sum(logged_in) as logged_in, sum(productive) as productive, sum(occupied) as occupied,
        sum(available) as available, sum(planned) as planned, sum(with_leave) as with_leave, sum(adherent) as adherent,
        sum(productive_in_plan) as productive_in_plan, null as answered, null as handled, null as transferred,
        null as shifts, null as attended
    from fct_agent_day group by all
    union all by name
    select
        employee_id, site_id, team_id, business_line, sum(answered) as answered, sum(handled) as handled,
        sum(transferred) as transferred
    from agent_legs_by_day group by all
    union all by name
    select employee_id, site_id, team_id, business_line, count(*) as shifts, count(attended.run) as attended
    from shifts left join attended using (person, run) join places using (place) group by all;
create table monthly_measures as
    select
        case
            when grouping(employee_id) = 0 then 'employee' when grouping(team_id) = 0 then 'team'
            when grouping(business_line) = 0 then 'business_line' when grouping(site_id) = 0 then 'site' else 'centre'
        end as scope,
        coalesce(employee_id, team_id, business_line, site_id, 'all') as scope_id,
        sum(columns(* exclude (employee_id, site_id, team_id, business_line)))
    from monthly_by_place
    group by grouping sets ((), (site_id), (business_line), (team_id), (employee_id));
create table monthly_queues as
    select
        if(grouping(business_line) = 0, 'business_line', 'centre') as scope, coalesce(business_line, 'all') as scope_id,
        sum(offered) as offered, sum(answered) as answered, sum(abandoned) as abandoned,
        sum(within_service_level) as within_service_level, sum(waited) / 1e6 as waited
    from (
        select
            business_line, count(*) filter (not is_short) as offered, count(*) filter (outcome = 'answered') as answered,
            count(*) filter (outcome = 'abandoned' and not is_short) as abandoned,
            count(*) filter (outcome = 'answered' and waited <= service_level_seconds * 1000000) as within_service_level,
            sum(waited) filter (outcome = 'answered') as waited
        from placed_legs group by business_line)
    group by grouping sets ((), (business_line));
create table kpi_monthly as
    with long as (
        select scope, scope_id, unnest([
            {'kpi_id': 'schedule_adherence_rate', 'numerator': coalesce(adherent, 0) / 1e6, 'denominator': planned / 1e6},
            {'kpi_id': 'schedule_conformance_rate', 'numerator': coalesce(logged_in, 0) / 1e6, 'denominator': planned / 1e6},
            {'kpi_id': 'attendance_rate', 'numerator': coalesce(attended, 0), 'denominator': shifts},
            {'kpi_id': 'occupancy_rate', 'numerator': coalesce(occupied, 0) / 1e6, 'denominator': productive / 1e6},
            {'kpi_id': 'idle_rate', 'numerator': coalesce(available, 0) / 1e6, 'denominator': logged_in / 1e6},
            {'kpi_id': 'shrinkage_rate', 'numerator': (with_leave - coalesce(productive_in_plan, 0)) / 1e6, 'denominator': with_leave / 1e6},
            {'kpi_id': 'average_handle_time', 'numerator': handled, 'denominator': answered},
            {'kpi_id': 'contacts_per_hour', 'numerator': coalesce(answered, 0), 'denominator': productive / 3.6e9},
            {'kpi_id': 'transfer_rate', 'numerator': coalesce(transferred, 0), 'denominator': answered}
        ], recursive := true) from monthly_measures
        union all
        select scope, scope_id, unnest([
            {'kpi_id': 'answer_rate', 'numerator': answered, 'denominator': offered},
            {'kpi_id': 'abandon_rate', 'numerator': abandoned, 'denominator': offered},
            {'kpi_id': 'service_level', 'numerator': within_service_level, 'denominator': offered},
            {'kpi_id': 'average_speed_of_answer', 'numerator': waited, 'denominator': answered}
        ], recursive := true) from monthly_queues
        union all
        select
            if(grouping(business_line) = 0, 'business_line', 'centre'), coalesce(business_line, 'all'), 'schedule_fit_rate',
            sum(least(scheduled, required_agents)), sum(required_agents)
        from staffing group by grouping sets ((), (business_line))
        union all
        select
            if(grouping(business_line) = 0, 'business_line', 'centre'), coalesce(business_line, 'all'), 'staffing_ratio',
            sum(scheduled), sum(required_agents)
        from staffing group by grouping sets ((), (business_line))
    )
    select getvariable('month_starts_on') as month, *, numerator / denominator as value from long
    where denominator > 0 and not (kpi_id = 'contacts_per_hour' and scope = 'business_line');
