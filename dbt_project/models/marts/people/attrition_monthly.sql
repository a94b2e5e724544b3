{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

measured as (
    {{ team_months([
        'opening_headcount', 'hires', 'separations', 'voluntary_separations', 'moves_in', 'moves_out',
        'closing_headcount', 'opening_and_closing_headcount', 'early_separations',
    ]) }}
),

kpis as (
    {{ team_kpis([
        'attrition_rate', 'annualised_attrition_rate', 'voluntary_attrition_rate', 'early_attrition_rate',
    ]) }}
),

team_names as (
    {{ team_names() }}
),

-- Nobody moves into or out of the centre.
final as (

    select
        measured.month,
        measured.team_id,
        team_names.team_name,
        cast(measured.opening_headcount as bigint) as opening_headcount,
        cast(measured.hires as bigint) as hires,
        cast(measured.separations as bigint) as separations,
        cast(measured.voluntary_separations as bigint) as voluntary_separations,
        cast(case when measured.team_id <> 'all' then measured.moves_in else 0 end as bigint) as moves_in,
        cast(case when measured.team_id <> 'all' then measured.moves_out else 0 end as bigint) as moves_out,
        cast(measured.closing_headcount as bigint) as closing_headcount,
        cast(measured.opening_and_closing_headcount as double) / 2 as mean_headcount,
        kpis.attrition_rate,
        kpis.annualised_attrition_rate,
        kpis.voluntary_attrition_rate,
        cast(measured.early_separations as bigint) as hires_left_within_90_days,
        kpis.early_attrition_rate,
        '{{ var("release_id") }}' as release_id
    from measured
    left join kpis
        on kpis.month = measured.month and kpis.team_id = measured.team_id
    left join team_names
        on team_names.month = measured.month and team_names.team_id = measured.team_id

)

select
    month,
    team_id,
    team_name,
    opening_headcount,
    hires,
    separations,
    voluntary_separations,
    moves_in,
    moves_out,
    closing_headcount,
    mean_headcount,
    attrition_rate,
    annualised_attrition_rate,
    voluntary_attrition_rate,
    hires_left_within_90_days,
    early_attrition_rate,
    release_id
from final
