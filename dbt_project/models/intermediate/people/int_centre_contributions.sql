with

training_plan as (

    select
        {{ first_of_month('planned_on') }} as month,
        planned_on as local_date,
        'hr.training_sessions' as source_table,
        delivery_id,
        line_number,
        row_number,
        planned_hours,
        case when status = 'held' and coalesce(ended_on, planned_on) <= {{ as_of_date() }} then held_hours end as held_hours,
        cast(null as bigint) as requested_heads,
        cast(null as bigint) as filled_heads,
        cast(null as decimal(26, 10)) as budgeted_amount,
        cast(null as decimal(26, 10)) as spent_amount
    from {{ ref('stg_hr__training_sessions') }}
    where planned_on <= {{ as_of_date() }}

),

recruiting as (

    select
        {{ first_of_month('due_on') }} as month,
        due_on as local_date,
        'hr.requisitions' as source_table,
        delivery_id,
        line_number,
        row_number,
        null as planned_hours,
        null as held_hours,
        requested as requested_heads,
        filled as filled_heads,
        null as budgeted_amount,
        null as spent_amount
    from {{ ref('stg_hr__requisitions') }}
    where due_on <= {{ as_of_date() }}

),

budget as (

    select
        {{ first_of_month('month') }} as month,
        {{ last_of_month('month') }} as local_date,
        'hr.budget_lines' as source_table,
        delivery_id,
        line_number,
        row_number,
        null as planned_hours,
        null as held_hours,
        null as requested_heads,
        null as filled_heads,
        budgeted as budgeted_amount,
        spent as spent_amount
    from {{ ref('stg_hr__budget_lines') }}
    where {{ last_of_month('month') }} < {{ as_of_date() }}

),

whole as (

    select * from training_plan
    union all
    select * from recruiting
    union all
    select * from budget

),

final as (

    select
        month,
        local_date,
        source_table,
        cast(null as varchar) as employee_id,
        cast(null as varchar) as site_id,
        cast(null as varchar) as team_id,
        cast(null as varchar) as business_line,
        delivery_id,
        line_number,
        row_number,
        0 as pending_rows,
        coalesce(planned_hours, 0) as planned_training_hours,
        coalesce(held_hours, 0) as held_training_hours,
        coalesce(requested_heads, 0) as requested_heads,
        coalesce(filled_heads, 0) as filled_heads,
        coalesce(budgeted_amount, 0) as budgeted_amount,
        coalesce(spent_amount, 0) - coalesce(budgeted_amount, 0) as overspent_amount
    from whole
    where {{ in_selected_months('local_date') }}

)

select * from final
