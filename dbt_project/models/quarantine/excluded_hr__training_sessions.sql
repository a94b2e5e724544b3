-- Made by `make generate` from the contract of hr.training_sessions: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__training_sessions') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        session_id,
        programme,
        title,
        planned_on,
        planned_hours,
        held_hours,
        ended_on,
        status,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['session_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when session_id is null then 1
            when programme is null then 2
            when programme not in ('new_hire', 'on_the_job') then 3
            when title is null then 4
            when planned_on is null then 5
            when planned_hours is null then 6
            when planned_hours not between 0.01 and 2000 then 7
            when held_hours not between 0 and 2000 then 8
            when status is null then 9
            when status not in ('planned', 'held', 'cancelled') then 10
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        session_id,
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
        select {{ row_hash(['session_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.session_id order by good.version desc) as age
    from good
    inner join repeated on good.key_hash = repeated.key_hash
),
-- a refused row whose key a later good row has is repaired: it does not count, and it is no longer in quarantine
refused_rows as (
    select
        refused.delivery_id,
        refused.line_number,
        case refused.problem
            when 0 then refused.error_column
            when 1 then 'session_id'
            when 2 then 'programme'
            when 3 then 'programme'
            when 4 then 'title'
            when 5 then 'planned_on'
            when 6 then 'planned_hours'
            when 7 then 'planned_hours'
            when 8 then 'held_hours'
            when 9 then 'status'
            when 10 then 'status'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'session_id is required and missing'
            when 2 then 'programme is required and missing'
            when 3 then 'programme is none of new_hire, on_the_job'
            when 4 then 'title is required and missing'
            when 5 then 'planned_on is required and missing'
            when 6 then 'planned_hours is required and missing'
            when 7 then 'planned_hours is outside 0.01 to 2000'
            when 8 then 'held_hours is outside 0 to 2000'
            when 9 then 'status is required and missing'
            when 10 then 'status is none of planned, held, cancelled'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['session_id', 'programme', 'title', 'planned_on', 'planned_hours', 'held_hours', 'ended_on', 'status'], [], ['planned_hours', 'held_hours']) }} as row_text,
        {{ public_row_text('refused', ['session_id', 'programme', 'title', 'planned_on', 'planned_hours', 'held_hours', 'ended_on', 'status'], [], ['planned_hours', 'held_hours'], []) }} as row_text_public
    from refused
    left join versions
        on refused.session_id = versions.session_id
        and versions.age = 1
        and versions.version > refused.version
),

final as (
    select * from refused_rows
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
