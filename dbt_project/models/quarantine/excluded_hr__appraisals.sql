-- Made by `make generate` from the contract of hr.appraisals: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__appraisals') }}
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
        month,
        self_score,
        manager_score,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['employee_id', 'month']) }} as key_hash,
        case
            when error_reason is not null then 0
            when employee_id is null then 1
            when month is null then 2
            when self_score not between 0 and 100 then 3
            when manager_score not between 0 and 100 then 4
            when employee_id is not null and employee_id_found.employee_id_ref is null then 5
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
        month,
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
        select {{ row_hash(['employee_id', 'month']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.employee_id, good.month order by good.version desc) as age
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
            when 1 then 'employee_id'
            when 2 then 'month'
            when 3 then 'self_score'
            when 4 then 'manager_score'
            when 5 then 'employee_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'employee_id is required and missing'
            when 2 then 'month is required and missing'
            when 3 then 'self_score is outside 0 to 100'
            when 4 then 'manager_score is outside 0 to 100'
            when 5 then 'employee_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['employee_id', 'month', 'self_score', 'manager_score'], [], ['self_score', 'manager_score']) }} as row_text,
        {{ public_row_text('refused', ['employee_id', 'month', 'self_score', 'manager_score'], [], ['self_score', 'manager_score'], []) }} as row_text_public
    from refused
    left join versions
        on refused.employee_id = versions.employee_id
        and refused.month = versions.month
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
