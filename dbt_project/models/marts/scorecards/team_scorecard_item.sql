{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

final as (
    {{ published_scorecard_items(['team', 'centre'], 'team_id') }}
)

select
    month,
    team_id,
    kpi_id,
    measured_scope,
    measured_scope_id,
    value,
    target,
    method,
    weight,
    weight_counted,
    points,
    is_exempt,
    why,
    is_provisional,
    release_id
from final
