{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

measured as (
    {{ team_months([
        'new_hire_records', 'new_hire_records_left', 'new_hire_exams', 'new_hire_exams_passed', 'on_the_job_exams',
        'on_the_job_exams_passed', 'probations', 'probation_results', 'probations_passed', 'probations_left',
        'planned_training_hours', 'held_training_hours',
    ], needs=dict.fromkeys([
        'new_hire_records', 'new_hire_records_left', 'new_hire_exams', 'new_hire_exams_passed', 'on_the_job_exams',
        'on_the_job_exams_passed',
    ], ['hr.training_sessions'])) }}
),

kpis as (
    {{ team_kpis([
        'new_hire_training_pass_rate', 'new_hire_training_attrition_rate', 'on_the_job_exam_pass_rate',
        'probation_pass_rate', 'probation_attrition_rate', 'training_plan_adherence',
    ]) }}
),

team_names as (
    {{ team_names() }}
),

-- Training hours are planned per session, not per team.
final as (

    select
        measured.month,
        measured.team_id,
        team_names.team_name,
        cast(measured.new_hire_records as bigint) as new_hire_records,
        cast(measured.new_hire_exams as bigint) as new_hire_exams,
        cast(measured.new_hire_exams_passed as bigint) as new_hire_exams_passed,
        kpis.new_hire_training_pass_rate,
        cast(measured.new_hire_records_left as bigint) as new_hire_records_left,
        kpis.new_hire_training_attrition_rate,
        cast(measured.on_the_job_exams as bigint) as on_the_job_exams,
        cast(measured.on_the_job_exams_passed as bigint) as on_the_job_exams_passed,
        kpis.on_the_job_exam_pass_rate,
        cast(measured.probations as bigint) as probations,
        cast(measured.probation_results as bigint) as probation_results,
        cast(measured.probations_passed as bigint) as probations_passed,
        kpis.probation_pass_rate,
        cast(measured.probations_left as bigint) as probations_left,
        kpis.probation_attrition_rate,
        case when measured.team_id = 'all' then cast(measured.planned_training_hours as decimal(26, 10)) end
            as planned_training_hours,
        case when measured.team_id = 'all' then cast(measured.held_training_hours as decimal(26, 10)) end
            as held_training_hours,
        kpis.training_plan_adherence,
        '{{ var("release_id") }}' as release_id
    from measured
    left join kpis
        on kpis.month = measured.month and kpis.team_id = measured.team_id
    left join team_names
        on team_names.month = measured.month and team_names.team_id = measured.team_id

)

select
    month,
    team_id,
    team_name,
    new_hire_records,
    new_hire_exams,
    new_hire_exams_passed,
    new_hire_training_pass_rate,
    new_hire_records_left,
    new_hire_training_attrition_rate,
    on_the_job_exams,
    on_the_job_exams_passed,
    on_the_job_exam_pass_rate,
    probations,
    probation_results,
    probations_passed,
    probation_pass_rate,
    probations_left,
    probation_attrition_rate,
    planned_training_hours,
    held_training_hours,
    training_plan_adherence,
    release_id
from final
