-- Several employments may name one login, and somebody who came back may have a new one.
select distinct
    agent_id as agent_key,
    employee_id,
    employee_id as employee_key
from {{ ref('stg_hr__employees') }}
where agent_id is not null

union all

select
    '' as agent_key,
    cast(null as {{ dbt.type_string() }}) as employee_id,
    '' as employee_key
