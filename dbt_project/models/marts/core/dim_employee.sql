with

periods as (

    select * from {{ ref('int_assignment_periods') }}
    where employee_id is not null

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

final as (

    select
        periods.employee_id,
        periods.agent_id,
        periods.first_on as valid_from,
        case when periods.next_first_on < {{ last_day() }} then {{ add_days('periods.next_first_on', -1) }} end as valid_to,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        periods.role,
        periods.supervisor_id,
        employees.hired_on,
        employees.probation_ends_on,
        employees.probation_result,
        employees.left_on,
        employees.left_reason
    from periods
    inner join employees on employees.employee_id = periods.employee_id

)

select
    employee_id,
    agent_id,
    valid_from,
    valid_to,
    site_id,
    team_id,
    business_line,
    role,
    supervisor_id,
    hired_on,
    probation_ends_on,
    probation_result,
    left_on,
    left_reason
from final
