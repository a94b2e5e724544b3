-- Made by `make generate` from the contract of hr.employees: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__employees') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        employee_id,
        agent_id,
        full_name,
        hired_on,
        probation_ends_on,
        probation_result,
        left_on,
        left_reason,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['employee_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when employee_id is null then 1
            when hired_on is null then 2
            when probation_result not in ('passed', 'failed') then 3
            when left_reason not in ('voluntary', 'involuntary') then 4
            when not (left_on >= hired_on) then 5
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        employee_id,
        agent_id,
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
        select {{ row_hash(['employee_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.employee_id order by good.version desc) as age
    from good
    inner join repeated on good.key_hash = repeated.key_hash
),

-- round 1: the newest version of each key, and those whose agent_id an earlier key has
ranked_1 as (
    select
        *,
        row_number() over (partition by employee_id order by version desc) as age
    from good
),

clashing_1 as (
    select * from (
        select
            *,
            row_number() over (partition by agent_id order by employee_id) as claim
        from ranked_1
        where age = 1 and agent_id is not null
    ) as claims
    where claim > 1
),

standing_1 as (
    select * from good
    where not exists (
        select 1 from clashing_1
        where clashing_1.delivery_id = good.delivery_id and clashing_1.line_number = good.line_number
    )
),

-- round 2: the newest version of each key, and those whose agent_id an earlier key has
ranked_2 as (
    select
        *,
        row_number() over (partition by employee_id order by version desc) as age
    from standing_1
),

clashing_2 as (
    select * from (
        select
            *,
            row_number() over (partition by agent_id order by employee_id) as claim
        from ranked_2
        where age = 1 and agent_id is not null
    ) as claims
    where claim > 1
),

standing_2 as (
    select * from standing_1
    where not exists (
        select 1 from clashing_2
        where clashing_2.delivery_id = standing_1.delivery_id and clashing_2.line_number = standing_1.line_number
    )
),

-- round 3: the newest version of each key, and those whose agent_id an earlier key has
ranked_3 as (
    select
        *,
        row_number() over (partition by employee_id order by version desc) as age
    from standing_2
),

clashing_3 as (
    select * from (
        select
            *,
            row_number() over (partition by agent_id order by employee_id) as claim
        from ranked_3
        where age = 1 and agent_id is not null
    ) as claims
    where claim > 1
),

standing_3 as (
    select * from standing_2
    where not exists (
        select 1 from clashing_3
        where clashing_3.delivery_id = standing_2.delivery_id and clashing_3.line_number = standing_2.line_number
    )
),

clashing as (
    select delivery_id, line_number from clashing_1
    union all
    select delivery_id, line_number from clashing_2
    union all
    select delivery_id, line_number from clashing_3
),

replaced as (
    select
        *,
        row_number() over (partition by employee_id order by version desc) as age
    from standing_3
),
-- a refused row whose key a later good row has is repaired: it does not count, and it is no longer in quarantine
refused_rows as (
    select
        refused.delivery_id,
        refused.line_number,
        case refused.problem
            when 0 then refused.error_column
            when 1 then 'employee_id'
            when 2 then 'hired_on'
            when 3 then 'probation_result'
            when 4 then 'left_reason'
            when 5 then 'left_on'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'employee_id is required and missing'
            when 2 then 'hired_on is required and missing'
            when 3 then 'probation_result is none of passed, failed'
            when 4 then 'left_reason is none of voluntary, involuntary'
            when 5 then 'expected that left_on is not before hired_on'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['employee_id', 'agent_id', 'full_name', 'hired_on', 'probation_ends_on', 'probation_result', 'left_on', 'left_reason'], [], []) }} as row_text,
        {{ public_row_text('refused', ['employee_id', 'agent_id', 'full_name', 'hired_on', 'probation_ends_on', 'probation_result', 'left_on', 'left_reason'], [], [], ['full_name']) }} as row_text_public
    from refused
    left join versions
        on refused.employee_id = versions.employee_id
        and versions.age = 1
        and versions.version > refused.version
),

final as (
    select * from refused_rows
    union all
    select
        delivery_id,
        line_number,
        'agent_id' as column_name,
        'agent_id is that of another row, which comes first by its key' as reason,
        true as is_quarantined,
        {{ row_as_text('judged', ['employee_id', 'agent_id', 'full_name', 'hired_on', 'probation_ends_on', 'probation_result', 'left_on', 'left_reason'], [], []) }} as row_text,
        {{ public_row_text('judged', ['employee_id', 'agent_id', 'full_name', 'hired_on', 'probation_ends_on', 'probation_result', 'left_on', 'left_reason'], [], [], ['full_name']) }} as row_text_public
    from judged
    where exists (
        select 1 from clashing
        where clashing.delivery_id = judged.delivery_id and clashing.line_number = judged.line_number
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
    from replaced
    where age > 1
)

select * from final
