with

orders as (

    select
        *,
        coalesce(agent_id, '') as agent_key,
        cast(created_at as date) as utc_date
    from {{ ref('stg_crm__orders') }}
    where
        created_at <= {{ as_of() }}
        and {{ within_selected_months('created_at') }}

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
        orders.delivery_id,
        orders.line_number,
        0 as pending_rows,
        1 as orders,
        case when orders.status = 'valid' then 1 else 0 end as valid_orders,
        case when orders.status = 'abnormal' then 1 else 0 end as abnormal_orders,
        case when orders.status = 'valid' then orders.amount else 0 end as valid_order_amount,
        case when orders.paid_at <= {{ as_of() }} then 1 else 0 end as paid_orders,
        case when orders.paid_at <= {{ as_of() }} and orders.refunded_at <= {{ as_of() }} then 1 else 0 end as refunded_orders
    from orders
    inner join days
        on
            days.agent_key = orders.agent_key
            and days.utc_date = orders.utc_date
            and orders.created_at >= days.starts_at
            and orders.created_at < days.ends_at
    inner join periods on periods.period_id = days.period_id

)

select * from final
