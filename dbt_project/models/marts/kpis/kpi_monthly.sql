{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

lines as (

    select * from {{ ref('int_scope_lines') }}

),

targets as (

    select * from {{ ref('int_kpi_targets') }}

),

scores as (

    select * from {{ ref('int_scorecard_scores') }}
    where score is not null

),

-- The scores of scorecards are KPIs too; a score belongs to one subject and is not added up.
numbered as (

    select
        month,
        kpi_id,
        scope,
        scope_id,
        numerator,
        denominator,
        value,
        coverage,
        is_provisional,
        matures_on
    from {{ ref('int_kpi_values') }}

    union all

    select
        month,
        case subject when 'employee' then 'performance_score' else 'operations_kpi_score' end as kpi_id,
        subject as scope,
        subject_id as scope_id,
        score as numerator,
        1 as denominator,
        score as value,
        weight_covered as coverage,
        is_provisional,
        matures_on
    from scores
    where subject in ('employee', 'centre')

),

final as (

    select
        numbered.month,
        numbered.kpi_id,
        numbered.scope,
        numbered.scope_id,
        numbered.numerator,
        numbered.denominator,
        numbered.value,
        targets.target,
        {{ target_status('numbered.value', 'targets.target', 'definitions.better') }} as status,
        {{ attainment('numbered.value', 'targets.target', 'definitions.better') }} as attainment,
        numbered.coverage,
        numbered.is_provisional,
        numbered.matures_on,
        '{{ var("release_id") }}' as release_id
    from numbered
    inner join definitions on definitions.kpi_id = numbered.kpi_id
    left join lines
        on
            lines.month = numbered.month
            and lines.scope = numbered.scope
            and lines.scope_id = numbered.scope_id
    left join targets
        on
            targets.month = numbered.month
            and targets.kpi_id = numbered.kpi_id
            and targets.scope = numbered.scope
            and targets.business_line = coalesce(lines.business_line, 'any')

)

select
    month,
    kpi_id,
    scope,
    scope_id,
    numerator,
    denominator,
    value,
    target,
    status,
    attainment,
    coverage,
    is_provisional,
    matures_on,
    release_id
from final
