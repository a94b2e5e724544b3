-- Made by `make generate` from the contract of hr.training_records: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__training_records') }}
),

session_id_refs as (
    select distinct session_id as session_id_ref
    from {{ ref('stg_hr__training_sessions') }}
    where session_id is not null
),

employee_id_refs as (
    select distinct employee_id as employee_id_ref
    from {{ ref('stg_hr__employees') }}
    where employee_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        session_id,
        employee_id,
        absences,
        exam_score,
        exam_passed,
        {{ adapter.quote('left') }},
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['session_id', 'employee_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when session_id is null then 1
            when employee_id is null then 2
            when absences is null then 3
            when absences not between 0 and 1000 then 4
            when exam_score not between 0 and 100 then 5
            when {{ adapter.quote('left') }} is null then 6
            when session_id is not null and session_id_found.session_id_ref is null then 7
            when employee_id is not null and employee_id_found.employee_id_ref is null then 8
        end as problem
    from delivered
    left join session_id_refs as session_id_found on delivered.session_id = session_id_found.session_id_ref
    left join employee_id_refs as employee_id_found on delivered.employee_id = employee_id_found.employee_id_ref
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        session_id,
        employee_id,
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
        select {{ row_hash(['session_id', 'employee_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.session_id, good.employee_id order by good.version desc) as age
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
            when 2 then 'employee_id'
            when 3 then 'absences'
            when 4 then 'absences'
            when 5 then 'exam_score'
            when 6 then 'left'
            when 7 then 'session_id'
            when 8 then 'employee_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'session_id is required and missing'
            when 2 then 'employee_id is required and missing'
            when 3 then 'absences is required and missing'
            when 4 then 'absences is outside 0 to 1000'
            when 5 then 'exam_score is outside 0 to 100'
            when 6 then 'left is required and missing'
            when 7 then 'session_id names no row in force of hr.training_sessions'
            when 8 then 'employee_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['session_id', 'employee_id', 'absences', 'exam_score', 'exam_passed', 'left'], [], ['exam_score']) }} as row_text,
        {{ public_row_text('refused', ['session_id', 'employee_id', 'absences', 'exam_score', 'exam_passed', 'left'], [], ['exam_score'], []) }} as row_text_public
    from refused
    left join versions
        on refused.session_id = versions.session_id
        and refused.employee_id = versions.employee_id
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
