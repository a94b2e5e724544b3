with

intervals as (

    select * from {{ ref('int_schedule_interval_seconds') }}
    where is_selected

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

summed as (

    select
        month,
        local_date,
        period_id,
        {% for measure in measures_added_up_in('int_agent_days', others=['microseconds']) -%}
        cast(sum({{ measure.expr }}) as bigint) as {{ measure.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from intervals
    group by month, local_date, period_id

),

final as (

    select
        summed.*,
        periods.employee_id,
        periods.agent_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        0 as pending_rows
    from summed
    inner join periods on periods.period_id = summed.period_id

)

select * from final
