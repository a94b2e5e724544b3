with

schedules as (

    select * from {{ ref('stg_hr__schedules') }}
    where {{ overlaps_selected_months('starts_at', 'ends_at', longest_shift_days() + 1, longest_shift_days() + 1) }}

),

neighbours as (

    select
        *,
        lead(starts_at) over (partition by employee_id order by starts_at) as next_starts_at,
        max(case when activity <> 'leave' then ends_at end) over (
            partition by employee_id
            order by starts_at
            rows between unbounded preceding and 1 preceding
        ) as work_ended_at
    from schedules

),

run_starts as (

    select
        *,
        case
            when activity = 'leave' then null
            when work_ended_at + interval 4 hour > starts_at then null
            else starts_at
        end as run_starts_at
    from neighbours

),

runs as (

    select
        *,
        max(run_starts_at) over (
            partition by employee_id
            order by starts_at
            rows between unbounded preceding and current row
        ) as shift_starts_at
    from run_starts

),

final as (

    select
        employee_id,
        starts_at,
        ends_at,
        next_starts_at,
        activity,
        shift_starts_at,
        max(case when activity <> 'leave' then ends_at end) over (
            partition by employee_id, shift_starts_at
        ) as shift_ends_at,
        delivery_id,
        line_number,
        row_number
    from runs

)

select * from final
