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

final as (
    {{ dated_events('complaints', 'received_at', [
        "case when complaints.upheld is null then 1 else 0 end as pending_rows",
        "1 as complaints",
    ]) }}
)

select * from final
