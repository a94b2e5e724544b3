with

employments as (

    select
        employee_id,
        hired_on,
        case when left_on <= {{ as_of_date() }} then left_on end as left_on,
        left_reason,
        probation_ends_on,
        probation_result,
        delivery_id,
        line_number,
        row_number,
        lag(hired_on) over (partition by employee_id order by hired_on) as previous_hired_on,
        lead(hired_on) over (partition by employee_id order by hired_on) as next_hired_on
    from {{ ref('stg_hr__employees') }}

),

-- Before the first employment, the first.
final as (

    select
        employee_id,
        hired_on,
        left_on,
        left_reason,
        probation_ends_on,
        probation_result,
        case when previous_hired_on is null then {{ first_day() }} else hired_on end as first_on,
        coalesce(next_hired_on, {{ last_day() }}) as next_first_on,
        delivery_id,
        line_number,
        row_number
    from employments

)

select * from final
