with

pieces as (

    select * from {{ ref('int_state_pieces') }}
    where is_selected

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
        pieces.state,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        pieces.delivery_id,
        pieces.line_number,
        0 as pending_rows,
        pieces.microseconds as logged_in_microseconds,
        case when {{ is_productive('pieces.state') }} then pieces.microseconds else 0 end as productive_microseconds,
        case when {{ is_occupied('pieces.state') }} then pieces.microseconds else 0 end as occupied_microseconds,
        case when pieces.state = 'available' then pieces.microseconds else 0 end as available_microseconds
    from pieces
    inner join periods on periods.period_id = pieces.period_id

)

select * from final
