with

employees as (

    select
        *,
        coalesce(left_on <= probation_ends_on, false) as has_left_in_probation
    from {{ ref('stg_hr__employees') }}
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
        {{ first_of_month('employees.probation_ends_on') }} as month,
        employees.probation_ends_on as local_date,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        employees.delivery_id,
        employees.line_number,
        0 as pending_rows,
        1 as probations,
        case when employees.probation_result is not null then 1 else 0 end as probation_results,
        case when employees.probation_result = 'passed' then 1 else 0 end as probations_passed,
        case when employees.has_left_in_probation then 1 else 0 end as probations_left,
        -- the cohort plus its members who passed and had not left: twice their mean
        case when employees.probation_result = 'passed' and not employees.has_left_in_probation then 2 else 1 end
            as probations_at_both_ends
    from employees
    inner join periods
        on
            periods.employee_id = employees.employee_id
            and employees.probation_ends_on >= periods.first_on
            and employees.probation_ends_on < periods.next_first_on

)

select * from final
