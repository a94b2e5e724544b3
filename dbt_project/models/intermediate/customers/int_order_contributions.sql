with

orders as (

    select
        *,
        coalesce(agent_id, '') as agent_key
    from {{ ref('stg_crm__orders') }}
    where
        created_at <= {{ as_of() }}
        and {{ within_selected_months('created_at') }}

),

dated as (
    {{ dated_events('orders', 'created_at') }}
),

final as (

    select
        month,
        local_date,
        period_id,
        employee_id,
        site_id,
        team_id,
        business_line,
        delivery_id,
        line_number,
        row_number,
        0 as pending_rows,
        1 as orders,
        case when status = 'valid' then 1 else 0 end as valid_orders,
        case when status = 'abnormal' then 1 else 0 end as abnormal_orders,
        case when status = 'valid' then amount else 0 end as valid_order_amount,
        case when paid_at <= {{ as_of() }} then 1 else 0 end as paid_orders,
        case when paid_at <= {{ as_of() }} and refunded_at <= {{ as_of() }} then 1 else 0 end as refunded_orders
    from dated

)

select * from final
