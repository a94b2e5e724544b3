-- Made by `make generate` from the contract of rules.scorecard_bands: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__scorecard_bands') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        business_line,
        role,
        valid_from,
        kpi_id,
        band,
        bound,
        share,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['business_line', 'role', 'valid_from', 'kpi_id', 'band']) }} as key_hash,
        case
            when error_reason is not null then 0
            when business_line is null then 1
            when role is null then 2
            when role not in ('agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager', 'centre') then 3
            when valid_from is null then 4
            when kpi_id is null then 5
            when band is null then 6
            when band not between 1 and 100 then 7
            when bound not between -1000000000000 and 1000000000000 then 8
            when share is null then 9
            when share not between 0 and 1 then 10
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        business_line,
        role,
        valid_from,
        kpi_id,
        band,
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
        select {{ row_hash(['business_line', 'role', 'valid_from', 'kpi_id', 'band']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.business_line, good.role, good.valid_from, good.kpi_id, good.band order by good.version desc) as age
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
            when 1 then 'business_line'
            when 2 then 'role'
            when 3 then 'role'
            when 4 then 'valid_from'
            when 5 then 'kpi_id'
            when 6 then 'band'
            when 7 then 'band'
            when 8 then 'bound'
            when 9 then 'share'
            when 10 then 'share'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'business_line is required and missing'
            when 2 then 'role is required and missing'
            when 3 then 'role is none of agent, team_lead, trainer, report_specialist, hr_specialist, qa_specialist, manager, centre'
            when 4 then 'valid_from is required and missing'
            when 5 then 'kpi_id is required and missing'
            when 6 then 'band is required and missing'
            when 7 then 'band is outside 1 to 100'
            when 8 then 'bound is outside -1000000000000 to 1000000000000'
            when 9 then 'share is required and missing'
            when 10 then 'share is outside 0 to 1'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['business_line', 'role', 'valid_from', 'kpi_id', 'band', 'bound', 'share'], [], ['bound', 'share']) }} as row_text,
        {{ public_row_text('refused', ['business_line', 'role', 'valid_from', 'kpi_id', 'band', 'bound', 'share'], [], ['bound', 'share'], []) }} as row_text_public
    from refused
    left join versions
        on refused.business_line = versions.business_line
        and refused.role = versions.role
        and refused.valid_from = versions.valid_from
        and refused.kpi_id = versions.kpi_id
        and refused.band = versions.band
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
