with

sessions as (

    select * from {{ ref('stg_hr__training_sessions') }}
    where status = 'held' and ended_on <= {{ as_of_date() }} and {{ in_selected_months('ended_on') }}

),

records as (

    select * from {{ ref('stg_hr__training_records') }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

attended as (

    select
        records.employee_id,
        records.exam_passed,
        records."left" as has_left,
        records.delivery_id,
        records.line_number,
        records.row_number,
        sessions.ended_on,
        sessions.programme = 'new_hire' as is_new_hire
    from records
    inner join sessions on sessions.session_id = records.session_id

),

final as (

    select
        {{ first_of_month('attended.ended_on') }} as month,
        attended.ended_on as local_date,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        attended.delivery_id,
        attended.line_number,
        attended.row_number,
        0 as pending_rows,
        case when attended.is_new_hire then 1 else 0 end as new_hire_records,
        case when attended.is_new_hire and attended.has_left then 1 else 0 end as new_hire_records_left,
        -- records at the start plus records at the end: twice their mean
        case when attended.is_new_hire and attended.has_left then 1 when attended.is_new_hire then 2 else 0 end as new_hire_records_at_both_ends,
        case when attended.is_new_hire and attended.exam_passed is not null then 1 else 0 end as new_hire_exams,
        case when attended.is_new_hire and attended.exam_passed then 1 else 0 end as new_hire_exams_passed,
        case when not attended.is_new_hire and attended.exam_passed is not null then 1 else 0 end as on_the_job_exams,
        case when not attended.is_new_hire and attended.exam_passed then 1 else 0 end as on_the_job_exams_passed
    from attended
    inner join periods
        on
            periods.employee_id = attended.employee_id
            and attended.ended_on >= periods.first_on
            and attended.ended_on < periods.next_first_on

)

select * from final
