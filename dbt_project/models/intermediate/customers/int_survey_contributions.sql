with

surveys as (

    select
        *,
        coalesce(agent_id, '') as agent_key
    from {{ ref('stg_crm__surveys') }}
    where
        responded_at <= {{ as_of() }}
        and {{ within_selected_months('responded_at') }}
        and coalesce(review, '') <> 'excluded'

),

dated as (
    {{ dated_events('surveys', 'responded_at') }}
),

final as (

    select
        month,
        local_date,
        period_id,
        employee_id,
        site_id,
        team_id,
        business_line,
        delivery_id,
        line_number,
        row_number,
        case when review = 'pending' then 1 else 0 end as pending_rows,
        coalesce(csat, 0) as csat_sum,
        case when csat is not null then 1 else 0 end as csat_count,
        case when csat >= 4 then 1 else 0 end as satisfied_surveys,
        coalesce(resolution, 0) as resolution_sum,
        case when resolution is not null then 1 else 0 end as resolution_count,
        coalesce(attitude, 0) as attitude_sum,
        case when attitude is not null then 1 else 0 end as attitude_count,
        coalesce(speed, 0) as speed_sum,
        case when speed is not null then 1 else 0 end as speed_count,
        coalesce(ease, 0) as ease_sum,
        case when ease is not null then 1 else 0 end as ease_count,
        case when nps >= 9 then 1 when nps <= 6 then -1 else 0 end as net_promoters,
        case when nps is not null then 1 else 0 end as nps_count
    from dated

)

select * from final
