-- Made by `make generate` from the contract of hr.staffing_requirements: change that, not this.
with

delivered as {{ inlined() }} (
    select
        interval_starts_at,
        business_line,
        required_agents,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'hr__staffing_requirements') }}
    where local_columns is null
    union all
    select * from {{ ref('local_hr__staffing_requirements') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        interval_starts_at,
        business_line,
        required_agents,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['interval_starts_at', 'business_line']) }} as key_hash,
        case
            when error_reason is not null then 0
            when interval_starts_at is null then 1
            when business_line is null then 2
            when required_agents is null then 3
            when required_agents not between 0 and 100000 then 4
            when not (extract(minute from interval_starts_at) in (0, 30) and extract(second from interval_starts_at) = 0) then 5
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        interval_starts_at,
        business_line,
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
        select {{ row_hash(['interval_starts_at', 'business_line']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.interval_starts_at, good.business_line order by good.version desc) as age
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
            when 1 then 'interval_starts_at'
            when 2 then 'business_line'
            when 3 then 'required_agents'
            when 4 then 'required_agents'
            when 5 then 'interval_starts_at'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'interval_starts_at is required and missing'
            when 2 then 'business_line is required and missing'
            when 3 then 'required_agents is required and missing'
            when 4 then 'required_agents is outside 0 to 100000'
            when 5 then 'expected that interval_starts_at is a full or half hour'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['interval_starts_at', 'business_line', 'required_agents'], ['interval_starts_at'], ['required_agents']) }} as row_text,
        {{ public_row_text('refused', ['interval_starts_at', 'business_line', 'required_agents'], ['interval_starts_at'], ['required_agents'], []) }} as row_text_public
    from refused
    left join versions
        on refused.interval_starts_at = versions.interval_starts_at
        and refused.business_line = versions.business_line
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
