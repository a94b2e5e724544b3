{#- What customers and quality say of an agent, dated by when they said it: surveys, evaluations, complaints. -#}
with

surveys as (

    select
        agent_id,
        responded_at as occurred_at,
        csat as csat_sum,
        1 as csat_count,
        cast(0 as decimal(26, 10)) as qa_score_sum,
        0 as qa_count,
        0 as complaints
    from {{ ref('stg_crm__surveys') }}
    where
        responded_at <= {{ as_of() }}
        and {{ within_selected_months('responded_at') }}
        and csat is not null
        and coalesce(review, '') <> 'excluded'

),

evaluations as (

    select
        agent_id,
        evaluated_at as occurred_at,
        0 as csat_sum,
        0 as csat_count,
        score as qa_score_sum,
        1 as qa_count,
        0 as complaints
    from {{ ref('stg_qa__evaluations') }}
    where
        evaluated_at <= {{ as_of() }}
        and {{ within_selected_months('evaluated_at') }}
        and status <> 'overturned'

),

complaints as (

    select
        agent_id,
        received_at as occurred_at,
        0 as csat_sum,
        0 as csat_count,
        cast(0 as decimal(26, 10)) as qa_score_sum,
        0 as qa_count,
        1 as complaints
    from {{ ref('stg_crm__complaints') }}
    where
        received_at <= {{ as_of() }}
        and {{ within_selected_months('received_at') }}
        and agent_id is not null
        and coalesce(upheld, true)

),

days as (

    select * from {{ ref('int_employee_days') }}
    where is_selected and agent_key is not null

),

events as (

    select * from surveys
    union all
    select * from evaluations
    union all
    select * from complaints

),

final as (

    select
        days.local_date,
        days.period_id,
        events.csat_sum,
        events.csat_count,
        events.qa_score_sum,
        events.qa_count,
        events.complaints
    from events
    inner join days
        on
            days.agent_key = events.agent_id
            and days.utc_date = cast(events.occurred_at as date)
            and events.occurred_at >= days.starts_at
            and events.occurred_at < days.ends_at

)

select * from final
