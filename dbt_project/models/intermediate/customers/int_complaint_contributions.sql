with

complaints as (

    select
        *,
        coalesce(agent_id, '') as agent_key
    from {{ ref('stg_crm__complaints') }}
    where
        received_at <= {{ as_of() }}
        and {{ within_selected_months('received_at') }}
        and coalesce(upheld, true)

),

dated as (
    {{ dated_events('complaints', 'received_at') }}
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
        case when upheld is null then 1 else 0 end as pending_rows,
        1 as complaints
    from dated

)

select * from final
