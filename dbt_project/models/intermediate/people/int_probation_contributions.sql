with

employments as (

    select
        *,
        coalesce(left_on <= probation_ends_on, false) as has_left_in_probation
    from {{ ref('int_employments') }}
    where
        hired_on <= {{ as_of_date() }}
        and probation_ends_on <= {{ as_of_date() }}
        and {{ in_selected_months('probation_ends_on') }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        {{ first_of_month('employments.probation_ends_on') }} as month,
        employments.probation_ends_on as local_date,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        employments.delivery_id,
        employments.line_number,
        employments.row_number,
        0 as pending_rows,
        1 as probations,
        case when employments.probation_result is not null then 1 else 0 end as probation_results,
        case when employments.probation_result = 'passed' then 1 else 0 end as probations_passed,
        case when employments.has_left_in_probation then 1 else 0 end as probations_left,
        -- the cohort plus its members who passed and had not left: twice their mean
        case when employments.probation_result = 'passed' and not employments.has_left_in_probation then 2 else 1 end
            as probations_at_both_ends
    from employments
    inner join periods
        on
            periods.employee_id = employments.employee_id
            and employments.probation_ends_on >= periods.first_on
            and employments.probation_ends_on < periods.next_first_on

)

select * from final
