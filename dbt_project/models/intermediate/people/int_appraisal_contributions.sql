with

appraisals as (

    select
        *,
        {{ first_of_month('month') }} as appraised_month,
        {{ last_of_month('month') }} as appraised_on
    from {{ ref('stg_hr__appraisals') }}
    where
        {{ in_selected_months('month') }}
        and self_score is not null
        and manager_score is not null

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        appraisals.appraised_month as month,
        appraisals.appraised_on as local_date,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        appraisals.delivery_id,
        appraisals.line_number,
        appraisals.row_number,
        0 as pending_rows,
        cast(
            appraisals.self_score * cast({{ var('appraisal_self_share') }} as decimal(7, 6))
            + appraisals.manager_score * cast({{ var('appraisal_manager_share') }} as decimal(7, 6))
            as decimal(26, 10)
        ) as appraisal_score_sum,
        1 as appraisals
    from appraisals
    inner join periods
        on
            periods.employee_id = appraisals.employee_id
            and appraisals.appraised_on >= periods.first_on
            and appraisals.appraised_on < periods.next_first_on
    where appraisals.appraised_on < {{ as_of_date() }}

)

select * from final
