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

dated as (
    {{ dated_events('evaluations', 'evaluated_at') }}
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
        case when status = 'disputed' then 1 else 0 end as pending_rows,
        evaluation_id,
        score as qa_score_sum,
        1 as qa_count,
        case when method = 'mystery_call' then score else 0 end as mystery_call_score_sum,
        case when method = 'mystery_call' then 1 else 0 end as mystery_call_count,
        case when critical_error then 1 else 0 end as evaluations_with_critical_error
    from dated

)

select * from final
