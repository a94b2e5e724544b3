with

complaints as (

    select
        *,
        coalesce(agent_id, '') as agent_key,
        cast(received_at as date) as utc_date
    from {{ ref('stg_crm__complaints') }}
    where
        received_at <= {{ as_of() }}
        and {{ within_selected_months('received_at') }}
        and coalesce(upheld, true)

),

days as (

    select * from {{ ref('int_employee_days') }}
    where is_selected and agent_key is not null

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        days.month,
        days.local_date,
        days.period_id,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        complaints.delivery_id,
        complaints.line_number,
        case when complaints.upheld is null then 1 else 0 end as pending_rows,
        1 as complaints
    from complaints
    inner join days
        on
            days.agent_key = complaints.agent_key
            and days.utc_date = complaints.utc_date
            and complaints.received_at >= days.starts_at
            and complaints.received_at < days.ends_at
    inner join periods on periods.period_id = days.period_id

)

select * from final
