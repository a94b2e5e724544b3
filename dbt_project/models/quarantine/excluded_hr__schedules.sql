-- Made by `make generate` from the contract of hr.schedules: change that, not this.
with recursive

delivered as {{ inlined() }} (
    select
        employee_id,
        activity,
        starts_at,
        ends_at,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'hr__schedules') }}
    where local_columns is null
    union all
    select * from {{ ref('local_hr__schedules') }}
),

employee_id_refs as (
    select distinct employee_id as employee_id_ref
    from {{ ref('stg_hr__employees') }}
    where employee_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        employee_id,
        activity,
        starts_at,
        ends_at,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['employee_id', 'starts_at']) }} as key_hash,
        case
            when error_reason is not null then 0
            when employee_id is null then 1
            when activity is null then 2
            when activity not in ('on_queue', 'break', 'lunch', 'training', 'coaching', 'meeting', 'leave') then 3
            when starts_at is null then 4
            when ends_at is null then 5
            when not (ends_at > starts_at) then 6
            when employee_id is not null and employee_id_found.employee_id_ref is null then 7
        end as problem
    from delivered
    left join employee_id_refs as employee_id_found on delivered.employee_id = employee_id_found.employee_id_ref
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        employee_id,
        starts_at,
        ends_at,
        key_hash,
        delivery_id,
        line_number,
        version
    from judged
    where problem is null
),

-- the few keys that need a closer look, found by their columns alone: those met more than once
repeated as (
    select key_hash from (
        select {{ row_hash(['employee_id', 'starts_at']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.employee_id, good.starts_at order by good.version desc) as age
    from good
    inner join repeated on good.key_hash = repeated.key_hash
),

in_force as (
    select good.* from good
    left join versions
        on good.delivery_id = versions.delivery_id
        and good.line_number = versions.line_number
    where coalesce(versions.age, 1) = 1
),

neighbours as (
    select
        *,
        row_number() over (partition by employee_id order by starts_at) as place,
        max(ends_at) over (
            partition by employee_id order by starts_at rows between unbounded preceding and 1 preceding
        ) as busy_until
    from in_force
),

-- runs of segments of which each starts before all of the earlier ones have ended
runs as (
    select
        *,
        sum(case when busy_until > starts_at then 0 else 1 end) over (
            partition by employee_id order by starts_at rows between unbounded preceding and current row
        ) as run
    from neighbours
),

crowded as (
    select
        runs.*,
        row_number() over (partition by runs.employee_id, runs.run order by runs.starts_at) as step
    from runs
    inner join (
        select distinct
            employee_id,
            run
        from runs
        where busy_until > starts_at
    ) as crowds on runs.employee_id = crowds.employee_id and runs.run = crowds.run
),

-- along each run: a segment counts if it starts when the last one that counts has ended
walked as (
    select
        employee_id,
        run,
        step,
        delivery_id,
        line_number,
        ends_at as counts_until,
        true as counts
    from crowded
    where step = 1
    union all
    select
        crowded.employee_id,
        crowded.run,
        crowded.step,
        crowded.delivery_id,
        crowded.line_number,
        case when crowded.starts_at >= walked.counts_until then crowded.ends_at else walked.counts_until end,
        crowded.starts_at >= walked.counts_until
    from walked
    inner join crowded
        on walked.employee_id = crowded.employee_id
        and walked.run = crowded.run
        and walked.step + 1 = crowded.step
),

overlapping as (select * from walked where not counts),
-- a refused row whose key a later good row has is repaired: it does not count, and it is no longer in quarantine
refused_rows as (
    select
        refused.delivery_id,
        refused.line_number,
        case refused.problem
            when 0 then refused.error_column
            when 1 then 'employee_id'
            when 2 then 'activity'
            when 3 then 'activity'
            when 4 then 'starts_at'
            when 5 then 'ends_at'
            when 6 then 'ends_at'
            when 7 then 'employee_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'employee_id is required and missing'
            when 2 then 'activity is required and missing'
            when 3 then 'activity is none of on_queue, break, lunch, training, coaching, meeting, leave'
            when 4 then 'starts_at is required and missing'
            when 5 then 'ends_at is required and missing'
            when 6 then 'expected that ends_at is after starts_at'
            when 7 then 'employee_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['employee_id', 'activity', 'starts_at', 'ends_at'], ['starts_at', 'ends_at'], []) }} as row_text,
        {{ public_row_text('refused', ['employee_id', 'activity', 'starts_at', 'ends_at'], ['starts_at', 'ends_at'], [], []) }} as row_text_public
    from refused
    left join versions
        on refused.employee_id = versions.employee_id
        and refused.starts_at = versions.starts_at
        and versions.age = 1
        and versions.version > refused.version
),

final as (
    select * from refused_rows
    union all
    select
        delivery_id,
        line_number,
        'starts_at' as column_name,
        'starts_at is before an earlier segment of the same employee_id has ended' as reason,
        true as is_quarantined,
        {{ row_as_text('judged', ['employee_id', 'activity', 'starts_at', 'ends_at'], ['starts_at', 'ends_at'], []) }} as row_text,
        {{ public_row_text('judged', ['employee_id', 'activity', 'starts_at', 'ends_at'], ['starts_at', 'ends_at'], [], []) }} as row_text_public
    from judged
    where exists (
        select 1 from overlapping
        where overlapping.delivery_id = judged.delivery_id and overlapping.line_number = judged.line_number
    )
    union all
    select
        delivery_id,
        line_number,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as reason,
        false as is_quarantined,
        cast(null as {{ dbt.type_string() }}) as row_text,
        cast(null as {{ dbt.type_string() }}) as row_text_public
    from versions
    where age > 1
)

select * from final
