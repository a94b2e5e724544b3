with

periods as (

    select * from {{ ref('int_assignment_periods') }}
    where employee_id is not null

),

employees as (

    select
        employee_id,
        min(hired_on) as first_hired_on,
        count(*) as employments
    from {{ ref('int_employments') }}
    group by employee_id

),

shown as (

    select
        periods.period_id,
        employments.hired_on
    from periods
    inner join {{ ref('int_employments') }} as employments
        on
            employments.employee_id = periods.employee_id
            and least({{ add_days('periods.next_first_on', -1) }}, {{ as_of_date() }}) >= employments.first_on
            and least({{ add_days('periods.next_first_on', -1) }}, {{ as_of_date() }}) < employments.next_first_on

),

-- The last day as it was delivered, also where it lies after as_of.
employments as (

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
        employments.hired_on,
        employments.probation_ends_on,
        employments.probation_result,
        employments.left_on,
        employments.left_reason,
        employees.first_hired_on,
        employees.employments
    from periods
    inner join employees on employees.employee_id = periods.employee_id
    inner join shown on shown.period_id = periods.period_id
    inner join employments
        on employments.employee_id = periods.employee_id and employments.hired_on = shown.hired_on

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
    left_reason,
    first_hired_on,
    employments
from final
