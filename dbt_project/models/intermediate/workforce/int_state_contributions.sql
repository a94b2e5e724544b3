with

intervals as (

    select * from {{ ref('int_state_intervals') }}
    where is_selected

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
        intervals.state,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        intervals.delivery_id,
        intervals.line_number,
        intervals.row_number,
        0 as pending_rows,
        intervals.microseconds as logged_in_microseconds,
        case when {{ is_productive('intervals.state') }} then intervals.microseconds else 0 end as productive_microseconds,
        case when {{ is_occupied('intervals.state') }} then intervals.microseconds else 0 end as occupied_microseconds,
        case when intervals.state = 'available' then intervals.microseconds else 0 end as available_microseconds
    from intervals
    inner join periods on periods.period_id = intervals.period_id

)

select * from final
