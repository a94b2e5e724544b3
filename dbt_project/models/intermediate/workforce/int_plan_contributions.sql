with

intervals as (

    select * from {{ ref('int_schedule_interval_seconds') }}
    where is_selected and activity is not null

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        intervals.month,
        intervals.local_date,
        intervals.starts_at,
        intervals.ends_at,
        intervals.activity,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        intervals.delivery_id,
        intervals.line_number,
        intervals.row_number,
        0 as pending_rows,
        intervals.scheduled_microseconds,
        intervals.planned_microseconds,
        intervals.adherent_microseconds,
        intervals.unproductive_microseconds
    from intervals
    inner join periods on periods.period_id = intervals.period_id

)

select * from final
