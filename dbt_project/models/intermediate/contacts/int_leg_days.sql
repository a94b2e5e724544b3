with

legs as (

    select * from {{ ref('int_legs') }}
    where short_abandons = 0

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

summed as (

    select
        month,
        local_date,
        period_id,
        business_line,
        {% for measure in measures_added_up_in('int_leg_days', others=['talk_seconds', 'hold_seconds', 'wrap_seconds']) -%}
        cast(sum({{ measure.expr }}) as bigint) as {{ measure.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from legs
    group by month, local_date, period_id, business_line

),

final as (

    select
        summed.*,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line as assigned_business_line,
        0 as pending_rows
    from summed
    inner join periods on periods.period_id = summed.period_id

)

select * from final
