-- Made by `make generate` from the contract of hr.assignments: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__assignments') }}
),

employee_id_refs as (
    select distinct employee_id as employee_id_ref
    from {{ ref('stg_hr__employees') }}
    where employee_id is not null
),

site_id_refs as (
    select distinct site_id as site_id_ref
    from {{ ref('stg_hr__sites') }}
    where site_id is not null
),

supervisor_id_refs as (
    select distinct employee_id as supervisor_id_ref
    from {{ ref('stg_hr__employees') }}
    where employee_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        employee_id,
        valid_from,
        site_id,
        team_id,
        team_name,
        business_line,
        role,
        supervisor_id,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['employee_id', 'valid_from']) }} as key_hash,
        case
            when error_reason is not null then 0
            when employee_id is null then 1
            when valid_from is null then 2
            when site_id is null then 3
            when team_id is null then 4
            when team_name is null then 5
            when business_line is null then 6
            when role is null then 7
            when role not in ('agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager') then 8
            when employee_id is not null and employee_id_found.employee_id_ref is null then 9
            when site_id is not null and site_id_found.site_id_ref is null then 10
            when supervisor_id is not null and supervisor_id_found.supervisor_id_ref is null then 11
        end as problem
    from delivered
    left join employee_id_refs as employee_id_found on delivered.employee_id = employee_id_found.employee_id_ref
    left join site_id_refs as site_id_found on delivered.site_id = site_id_found.site_id_ref
    left join supervisor_id_refs as supervisor_id_found on delivered.supervisor_id = supervisor_id_found.supervisor_id_ref
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        employee_id,
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
        select {{ row_hash(['employee_id', 'valid_from']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.employee_id, good.valid_from order by good.version desc) as age
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
            when 2 then 'valid_from'
            when 3 then 'site_id'
            when 4 then 'team_id'
            when 5 then 'team_name'
            when 6 then 'business_line'
            when 7 then 'role'
            when 8 then 'role'
            when 9 then 'employee_id'
            when 10 then 'site_id'
            when 11 then 'supervisor_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'employee_id is required and missing'
            when 2 then 'valid_from is required and missing'
            when 3 then 'site_id is required and missing'
            when 4 then 'team_id is required and missing'
            when 5 then 'team_name is required and missing'
            when 6 then 'business_line is required and missing'
            when 7 then 'role is required and missing'
            when 8 then 'role is none of agent, team_lead, trainer, report_specialist, hr_specialist, qa_specialist, manager'
            when 9 then 'employee_id names no row in force of hr.employees'
            when 10 then 'site_id names no row in force of hr.sites'
            when 11 then 'supervisor_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['employee_id', 'valid_from', 'site_id', 'team_id', 'team_name', 'business_line', 'role', 'supervisor_id'], [], []) }} as row_text,
        {{ public_row_text('refused', ['employee_id', 'valid_from', 'site_id', 'team_id', 'team_name', 'business_line', 'role', 'supervisor_id'], [], [], []) }} as row_text_public
    from refused
    left join versions
        on refused.employee_id = versions.employee_id
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
