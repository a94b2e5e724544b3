-- Made by `make generate` from the contract of rules.scorecard_weights: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__scorecard_weights') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        business_line,
        role,
        valid_from,
        kpi_id,
        weight,
        method,
        measured_at,
        counted,
        points_per_unit,
        allowance,
        cap,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['business_line', 'role', 'valid_from', 'kpi_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when business_line is null then 1
            when role is null then 2
            when role not in ('agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager', 'centre') then 3
            when valid_from is null then 4
            when kpi_id is null then 5
            when weight is null then 6
            when weight not between 0 and 100 then 7
            when method is null then 8
            when method not in ('tiered', 'deduction', 'ratio', 'all_or_nothing', 'judged') then 9
            when measured_at not in ('own', 'team', 'site', 'business_line', 'centre') then 10
            when counted not in ('value', 'numerator') then 11
            when points_per_unit not between 0 and 1000000000000 then 12
            when allowance not between -1000000000000 and 1000000000000 then 13
            when cap not between 0 and 100 then 14
            when not (method <> 'deduction' or points_per_unit is not null) then 15
            when not (counted is null or counted <> 'numerator' or method in ('deduction', 'tiered')) then 16
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
        select {{ row_hash(['business_line', 'role', 'valid_from', 'kpi_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.business_line, good.role, good.valid_from, good.kpi_id order by good.version desc) as age
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
            when 6 then 'weight'
            when 7 then 'weight'
            when 8 then 'method'
            when 9 then 'method'
            when 10 then 'measured_at'
            when 11 then 'counted'
            when 12 then 'points_per_unit'
            when 13 then 'allowance'
            when 14 then 'cap'
            when 15 then 'points_per_unit'
            when 16 then 'counted'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'business_line is required and missing'
            when 2 then 'role is required and missing'
            when 3 then 'role is none of agent, team_lead, trainer, report_specialist, hr_specialist, qa_specialist, manager, centre'
            when 4 then 'valid_from is required and missing'
            when 5 then 'kpi_id is required and missing'
            when 6 then 'weight is required and missing'
            when 7 then 'weight is outside 0 to 100'
            when 8 then 'method is required and missing'
            when 9 then 'method is none of tiered, deduction, ratio, all_or_nothing, judged'
            when 10 then 'measured_at is none of own, team, site, business_line, centre'
            when 11 then 'counted is none of value, numerator'
            when 12 then 'points_per_unit is outside 0 to 1000000000000'
            when 13 then 'allowance is outside -1000000000000 to 1000000000000'
            when 14 then 'cap is outside 0 to 100'
            when 15 then 'expected that a deduction says how many points a unit costs'
            when 16 then 'expected that only deductions and bands count the numerator'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['business_line', 'role', 'valid_from', 'kpi_id', 'weight', 'method', 'measured_at', 'counted', 'points_per_unit', 'allowance', 'cap'], [], ['weight', 'points_per_unit', 'allowance', 'cap']) }} as row_text,
        {{ public_row_text('refused', ['business_line', 'role', 'valid_from', 'kpi_id', 'weight', 'method', 'measured_at', 'counted', 'points_per_unit', 'allowance', 'cap'], [], ['weight', 'points_per_unit', 'allowance', 'cap'], []) }} as row_text_public
    from refused
    left join versions
        on refused.business_line = versions.business_line
        and refused.role = versions.role
        and refused.valid_from = versions.valid_from
        and refused.kpi_id = versions.kpi_id
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
