with

evaluations as (

    select
        *,
        agent_id as agent_key,
        cast(evaluated_at as date) as utc_date
    from {{ ref('stg_qa__evaluations') }}
    where
        evaluated_at <= {{ as_of() }}
        and {{ within_selected_months('evaluated_at') }}
        and status <> 'overturned'

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
        evaluations.delivery_id,
        evaluations.line_number,
        case when evaluations.status = 'disputed' then 1 else 0 end as pending_rows,
        evaluations.evaluation_id,
        evaluations.score as qa_score_sum,
        1 as qa_count,
        case when evaluations.method = 'mystery_call' then evaluations.score else 0 end as mystery_call_score_sum,
        case when evaluations.method = 'mystery_call' then 1 else 0 end as mystery_call_count,
        case when evaluations.critical_error then 1 else 0 end as evaluations_with_critical_error
    from evaluations
    inner join days
        on
            days.agent_key = evaluations.agent_key
            and days.utc_date = evaluations.utc_date
            and evaluations.evaluated_at >= days.starts_at
            and evaluations.evaluated_at < days.ends_at
    inner join periods on periods.period_id = days.period_id

)

select * from final
