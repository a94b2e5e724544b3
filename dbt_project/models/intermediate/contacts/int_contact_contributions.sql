with

contacts as (

    select * from {{ ref('int_contacts') }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        contacts.*,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        0 as pending_rows
    from contacts
    inner join periods on periods.period_id = contacts.period_id

)

select * from final
