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

final as (
    {{ dated_events('orders', 'created_at', [
        "0 as pending_rows",
        "1 as orders",
        "case when orders.status = 'valid' then 1 else 0 end as valid_orders",
        "case when orders.status = 'abnormal' then 1 else 0 end as abnormal_orders",
        "case when orders.status = 'valid' then orders.amount else 0 end as valid_order_amount",
        "case when orders.paid_at <= " ~ as_of() ~ " then 1 else 0 end as paid_orders",
        "case when orders.paid_at <= " ~ as_of() ~ " and orders.refunded_at <= " ~ as_of() ~ " then 1 else 0 end as refunded_orders",
    ]) }}
)

select * from final
