{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

items as (

    select * from {{ ref('int_scorecard_items') }}
    where subject in ('team', 'centre')

),

final as (

    select
        month,
        subject_id as team_id,
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
        '{{ var("release_id") }}' as release_id
    from items

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
