with

states as (

    select * from {{ ref('stg_acd__agent_states') }}
    where {{ within_selected_months('started_at', days_before=8, days_after=9) }}

),

followed as (

    select
        *,
        lead(started_at) over (partition by agent_id order by started_at) as next_started_at
    from states

),

final as (

    select
        agent_id,
        state,
        started_at,
        -- least ignores nulls in DuckDB and in Spark
        least(coalesce(ended_at, started_at + interval 4 hour), next_started_at, {{ as_of() }}) as ended_at,
        delivery_id,
        line_number
    from followed

)

select * from final
where started_at < ended_at
