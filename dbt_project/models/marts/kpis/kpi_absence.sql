{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

select
    month,
    kpi_id,
    scope,
    scope_id,
    reason,
    missing_sources,
    '{{ var("release_id") }}' as release_id
from {{ ref('int_kpi_absences') }}
-- A month that has not begun lacks nothing.
where month <= {{ as_of_date() }}
