select
    month,
    local_date,
    period_id,
    employee_id,
    agent_id,
    site_id,
    team_id,
    business_line,
    assigned_business_line,
    0 as pending_rows,
    {% for measure in leg_measures() -%}
    cast(sum({{ measure }}) as bigint) as {{ measure }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_leg_contributions') }}
group by month, local_date, period_id, employee_id, agent_id, site_id, team_id, business_line, assigned_business_line
