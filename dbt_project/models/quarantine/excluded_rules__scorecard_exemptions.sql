-- Made by `make generate` from the contract of rules.scorecard_exemptions: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__scorecard_exemptions') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        business_line,
        role,
        kpi_id,
        condition_kpi_id,
        condition_value,
        valid_from,
        valid_to,
        reason,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['business_line', 'role', 'kpi_id', 'condition_kpi_id', 'valid_from']) }} as key_hash,
        case
            when error_reason is not null then 0
            when business_line is null then 1
            when role is null then 2
            when role not in ('any', 'agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager', 'centre') then 3
            when kpi_id is null then 4
            when condition_kpi_id is null then 5
            when condition_value is null then 6
            when condition_value not between -1000000000000 and 1000000000000 then 7
            when valid_from is null then 8
            when not (valid_to >= valid_from) then 9
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
        kpi_id,
        condition_kpi_id,
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
        select {{ row_hash(['business_line', 'role', 'kpi_id', 'condition_kpi_id', 'valid_from']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.business_line, good.role, good.kpi_id, good.condition_kpi_id, good.valid_from order by good.version desc) as age
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
            when 4 then 'kpi_id'
            when 5 then 'condition_kpi_id'
            when 6 then 'condition_value'
            when 7 then 'condition_value'
            when 8 then 'valid_from'
            when 9 then 'valid_to'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'business_line is required and missing'
            when 2 then 'role is required and missing'
            when 3 then 'role is none of any, agent, team_lead, trainer, report_specialist, hr_specialist, qa_specialist, manager, centre'
            when 4 then 'kpi_id is required and missing'
            when 5 then 'condition_kpi_id is required and missing'
            when 6 then 'condition_value is required and missing'
            when 7 then 'condition_value is outside -1000000000000 to 1000000000000'
            when 8 then 'valid_from is required and missing'
            when 9 then 'expected that valid_to is not before valid_from'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['business_line', 'role', 'kpi_id', 'condition_kpi_id', 'condition_value', 'valid_from', 'valid_to', 'reason'], [], ['condition_value']) }} as row_text,
        {{ public_row_text('refused', ['business_line', 'role', 'kpi_id', 'condition_kpi_id', 'condition_value', 'valid_from', 'valid_to', 'reason'], [], ['condition_value'], []) }} as row_text_public
    from refused
    left join versions
        on refused.business_line = versions.business_line
        and refused.role = versions.role
        and refused.kpi_id = versions.kpi_id
        and refused.condition_kpi_id = versions.condition_kpi_id
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
