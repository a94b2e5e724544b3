with

pieces as (

    select * from {{ ref('int_plan_piece_seconds') }}
    where is_selected and activity is not null

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        pieces.month,
        pieces.local_date,
        pieces.starts_at,
        pieces.ends_at,
        pieces.activity,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        pieces.delivery_id,
        pieces.line_number,
        0 as pending_rows,
        pieces.scheduled_microseconds,
        pieces.planned_microseconds,
        pieces.adherent_microseconds,
        pieces.unproductive_microseconds
    from pieces
    inner join periods on periods.period_id = pieces.period_id

)

select * from final
