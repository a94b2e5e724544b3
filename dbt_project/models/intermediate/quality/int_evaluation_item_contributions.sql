with

evaluations as (

    select * from {{ ref('int_evaluation_contributions') }}

),

items as (

    select * from {{ ref('stg_qa__evaluation_items') }}
    where criterion in ('script_compliance', 'empathy', 'courtesy')

),

final as (

    select
        evaluations.month,
        evaluations.local_date,
        evaluations.period_id,
        evaluations.employee_id,
        evaluations.site_id,
        evaluations.team_id,
        evaluations.business_line,
        items.delivery_id,
        items.line_number,
        items.row_number,
        evaluations.pending_rows,
        case when items.criterion = 'script_compliance' then items.points else 0 end as script_compliance_points,
        case when items.criterion = 'script_compliance' then items.max_points else 0 end as script_compliance_max_points,
        case when items.criterion = 'empathy' then items.points else 0 end as empathy_points,
        case when items.criterion = 'empathy' then items.max_points else 0 end as empathy_max_points,
        case when items.criterion = 'courtesy' then items.points else 0 end as courtesy_points,
        case when items.criterion = 'courtesy' then items.max_points else 0 end as courtesy_max_points
    from items
    inner join evaluations on evaluations.evaluation_id = items.evaluation_id

)

select * from final
