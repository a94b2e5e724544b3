with

surveys as (

    select
        'crm.surveys' as source_table,
        delivery_id,
        line_number,
        row_number,
        local_date,
        period_id,
        csat_sum,
        csat_count,
        cast(0 as decimal(26, 10)) as qa_score_sum,
        0 as qa_count,
        0 as complaints
    from {{ ref('int_survey_contributions') }}
    where csat_count > 0

),

evaluations as (

    select
        'qa.evaluations' as source_table,
        delivery_id,
        line_number,
        row_number,
        local_date,
        period_id,
        0 as csat_sum,
        0 as csat_count,
        qa_score_sum,
        qa_count,
        0 as complaints
    from {{ ref('int_evaluation_contributions') }}

),

complaints as (

    select
        'crm.complaints' as source_table,
        delivery_id,
        line_number,
        row_number,
        local_date,
        period_id,
        0 as csat_sum,
        0 as csat_count,
        cast(0 as decimal(26, 10)) as qa_score_sum,
        0 as qa_count,
        complaints
    from {{ ref('int_complaint_contributions') }}
    where employee_id is not null

),

final as (

    select * from surveys
    union all
    select * from evaluations
    union all
    select * from complaints

)

select * from final
