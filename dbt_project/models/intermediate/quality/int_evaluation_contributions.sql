with

evaluations as (

    select
        *,
        agent_id as agent_key
    from {{ ref('stg_qa__evaluations') }}
    where
        evaluated_at <= {{ as_of() }}
        and {{ within_selected_months('evaluated_at') }}
        and status <> 'overturned'

),

final as (
    {{ dated_events('evaluations', 'evaluated_at', [
        "case when evaluations.status = 'disputed' then 1 else 0 end as pending_rows",
        "evaluations.evaluation_id",
        "evaluations.score as qa_score_sum",
        "1 as qa_count",
        "case when evaluations.method = 'mystery_call' then evaluations.score else 0 end as mystery_call_score_sum",
        "case when evaluations.method = 'mystery_call' then 1 else 0 end as mystery_call_count",
        "case when evaluations.critical_error then 1 else 0 end as evaluations_with_critical_error",
    ]) }}
)

select * from final
