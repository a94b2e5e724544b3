with

surveys as (

    select
        *,
        agent_id as agent_key
    from {{ ref('stg_crm__surveys') }}
    where
        responded_at <= {{ as_of() }}
        and {{ within_selected_months('responded_at') }}
        and coalesce(review, '') <> 'excluded'

),

final as (
    {{ dated_events('surveys', 'responded_at', [
        "case when surveys.review = 'pending' then 1 else 0 end as pending_rows",
        "coalesce(surveys.csat, 0) as csat_sum",
        "case when surveys.csat is not null then 1 else 0 end as csat_count",
        "case when surveys.csat >= 4 then 1 else 0 end as satisfied_surveys",
        "coalesce(surveys.resolution, 0) as resolution_sum",
        "case when surveys.resolution is not null then 1 else 0 end as resolution_count",
        "coalesce(surveys.attitude, 0) as attitude_sum",
        "case when surveys.attitude is not null then 1 else 0 end as attitude_count",
        "coalesce(surveys.speed, 0) as speed_sum",
        "case when surveys.speed is not null then 1 else 0 end as speed_count",
        "coalesce(surveys.ease, 0) as ease_sum",
        "case when surveys.ease is not null then 1 else 0 end as ease_count",
        "case when surveys.nps >= 9 then 1 when surveys.nps <= 6 then -1 else 0 end as net_promoters",
        "case when surveys.nps is not null then 1 else 0 end as nps_count",
    ]) }}
)

select * from final
