with

reports as (

    select * from {{ ref('stg_qa__report_deliveries') }}
    where due_at <= {{ as_of() }} and {{ within_selected_months('due_at') }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

assigned as (

    select
        reports.*,
        {{ local_date('reports.due_at', 'periods.time_zone') }} as local_date,
        coalesce(reports.delivered_at <= {{ as_of() }}, false) as is_delivered,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line
    from reports
    inner join periods
        on
            periods.employee_id = reports.owner_id
            and reports.due_at >= periods.starts_at
            and reports.due_at < periods.ends_at

),

final as (

    select
        {{ first_of_month('local_date') }} as month,
        local_date,
        employee_id,
        site_id,
        team_id,
        business_line,
        delivery_id,
        line_number,
        row_number,
        0 as pending_rows,
        1 as reports_due,
        case when is_delivered then 1 else 0 end as reports_delivered,
        case when is_delivered and delivered_at <= due_at then 1 else 0 end as reports_on_time,
        case when is_delivered and defects is not null then 1 else 0 end as reports_checked,
        case when is_delivered and defects = 0 then 1 else 0 end as reports_without_defects
    from assigned
    where {{ in_selected_months('local_date') }}

)

select * from final
