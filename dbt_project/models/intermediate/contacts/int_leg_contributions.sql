with

legs as (

    select * from {{ ref('int_legs') }}
    where short_abandons = 0

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        legs.*,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line as assigned_business_line,
        0 as pending_rows
    from legs
    inner join periods on periods.period_id = legs.period_id

)

select * from final
