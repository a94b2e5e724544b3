with

surveys as (

    select
        *,
        agent_id as agent_key,
        cast(responded_at as date) as utc_date
    from {{ ref('stg_crm__surveys') }}
    where
        responded_at <= {{ as_of() }}
        and {{ within_selected_months('responded_at') }}
        and coalesce(review, '') <> 'excluded'

),

days as (

    select * from {{ ref('int_employee_days') }}
    where is_selected and agent_key is not null

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

final as (

    select
        days.month,
        days.local_date,
        days.period_id,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        surveys.delivery_id,
        surveys.line_number,
        case when surveys.review = 'pending' then 1 else 0 end as pending_rows,
        coalesce(surveys.csat, 0) as csat_sum,
        case when surveys.csat is not null then 1 else 0 end as csat_count,
        case when surveys.csat >= 4 then 1 else 0 end as satisfied_surveys,
        coalesce(surveys.resolution, 0) as resolution_sum,
        case when surveys.resolution is not null then 1 else 0 end as resolution_count,
        coalesce(surveys.attitude, 0) as attitude_sum,
        case when surveys.attitude is not null then 1 else 0 end as attitude_count,
        coalesce(surveys.speed, 0) as speed_sum,
        case when surveys.speed is not null then 1 else 0 end as speed_count,
        coalesce(surveys.ease, 0) as ease_sum,
        case when surveys.ease is not null then 1 else 0 end as ease_count,
        case when surveys.nps >= 9 then 1 when surveys.nps <= 6 then -1 else 0 end as net_promoters,
        case when surveys.nps is not null then 1 else 0 end as nps_count
    from surveys
    inner join days
        on
            days.agent_key = surveys.agent_key
            and days.utc_date = surveys.utc_date
            and surveys.responded_at >= days.starts_at
            and surveys.responded_at < days.ends_at
    inner join periods on periods.period_id = days.period_id

)

select * from final
