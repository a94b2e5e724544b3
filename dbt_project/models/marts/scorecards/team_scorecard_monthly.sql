{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

scores as (

    select * from {{ ref('int_scorecard_scores') }}
    where subject in ('team', 'centre') and kpis > 0

),

final as (

    select
        month,
        subject_id as team_id,
        site_id,
        business_line,
        own_score as score,
        cast(kpis as bigint) as kpis,
        cast(kpis_with_a_number as bigint) as kpis_with_a_number,
        weight_covered,
        is_provisional,
        '{{ var("release_id") }}' as release_id
    from scores

)

select
    month,
    team_id,
    site_id,
    business_line,
    score,
    kpis,
    kpis_with_a_number,
    weight_covered,
    is_provisional,
    release_id
from final
