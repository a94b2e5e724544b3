-- Made by `make generate` from the contract of rules.kpi_targets: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__kpi_targets') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        kpi_id,
        scope,
        business_line,
        valid_from,
        target,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['kpi_id', 'scope', 'business_line', 'valid_from']) }} as key_hash,
        case
            when error_reason is not null then 0
            when kpi_id is null then 1
            when scope is null then 2
            when scope not in ('any', 'centre', 'site', 'business_line', 'team', 'employee') then 3
            when business_line is null then 4
            when valid_from is null then 5
            when target is null then 6
            when target not between -1000000000000 and 1000000000000 then 7
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        kpi_id,
        scope,
        business_line,
        valid_from,
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
        select {{ row_hash(['kpi_id', 'scope', 'business_line', 'valid_from']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.kpi_id, good.scope, good.business_line, good.valid_from order by good.version desc) as age
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
            when 1 then 'kpi_id'
            when 2 then 'scope'
            when 3 then 'scope'
            when 4 then 'business_line'
            when 5 then 'valid_from'
            when 6 then 'target'
            when 7 then 'target'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'kpi_id is required and missing'
            when 2 then 'scope is required and missing'
            when 3 then 'scope is none of any, centre, site, business_line, team, employee'
            when 4 then 'business_line is required and missing'
            when 5 then 'valid_from is required and missing'
            when 6 then 'target is required and missing'
            when 7 then 'target is outside -1000000000000 to 1000000000000'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['kpi_id', 'scope', 'business_line', 'valid_from', 'target'], [], ['target']) }} as row_text,
        {{ public_row_text('refused', ['kpi_id', 'scope', 'business_line', 'valid_from', 'target'], [], ['target'], []) }} as row_text_public
    from refused
    left join versions
        on refused.kpi_id = versions.kpi_id
        and refused.scope = versions.scope
        and refused.business_line = versions.business_line
        and refused.valid_from = versions.valid_from
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
