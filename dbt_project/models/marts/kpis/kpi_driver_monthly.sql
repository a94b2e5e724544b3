{#- A row is made of this many months; its own month is the last. -#}
{% set rolling_months = 3 %}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month', 'rolls_on_months': rolling_months - 1},
) }}

with

definitions as (

    select * from {{ ref('int_kpi_definitions') }}
    where is_satisfaction or (numerator_measure is not null and not is_denominator_one)

),

kpis as {{ inlined() }} (

    select * from {{ ref('kpi_monthly') }}
    where scope = 'employee' and {{ in_selected_months('month', rolling_months - 1, rolling_months - 1) }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}
    where business_line is not null

),

steps as (
    {{ driver_steps() }}
),

known_months as (

    select distinct month
    from kpis

),

-- The months to build, each with those of its three months that have rows.
rolling as (

    select
        made.month,
        known_months.month as of_month
    from known_months as made
    inner join known_months
        on
            known_months.month <= made.month
            and known_months.month >= cast(made.month - interval {{ rolling_months - 1 }} month as date)
    where {{ in_selected_months('made.month', rolling_months - 1) }}

),

made_months as (

    select
        month,
        {{ last_of_month('month') }} as last_on,
        cast(count(*) as integer) as months
    from rolling
    group by month

),

-- Decimals, so that the sum of three months does not depend on their order.
added as (

    select
        rolling.month,
        kpis.scope_id as employee_id,
        kpis.kpi_id,
        definitions.is_satisfaction,
        sum(cast(kpis.numerator as decimal(38, 10))) as numerator,
        sum(cast(kpis.denominator as decimal(38, 10))) as denominator
    from kpis
    inner join rolling on rolling.of_month = kpis.month
    inner join definitions on definitions.kpi_id = kpis.kpi_id
    group by rolling.month, kpis.scope_id, kpis.kpi_id, definitions.is_satisfaction

),

divided as (

    select
        month,
        employee_id,
        kpi_id,
        is_satisfaction,
        denominator,
        cast(numerator as double) / cast(denominator as double) as value
    from added
    where denominator <> 0

),

lines as (

    select
        made_months.month,
        made_months.months,
        periods.employee_id,
        periods.business_line
    from made_months
    inner join periods
        on periods.first_on <= made_months.last_on and periods.next_first_on > made_months.last_on

),

satisfaction as (

    select
        divided.month,
        lines.months,
        lines.business_line,
        divided.employee_id,
        divided.kpi_id,
        divided.value
    from divided
    inner join lines on lines.month = divided.month and lines.employee_id = divided.employee_id
    where divided.is_satisfaction and divided.denominator >= {{ var('driver_min_surveys') }}

),

measured as (

    select
        satisfaction.month,
        satisfaction.business_line,
        divided.kpi_id,
        satisfaction.kpi_id as satisfaction_kpi_id,
        satisfaction.months,
        cast(count(*) as integer) as agents,
        min(divided.value) as lowest,
        max(divided.value) as highest,
        min(satisfaction.value) as satisfaction_lowest,
        max(satisfaction.value) as satisfaction_highest,
        {{ statistic_of_pairs('corr', 'satisfaction.value', 'divided.value') }} as correlation,
        {{ statistic_of_pairs('regr_slope', 'satisfaction.value', 'divided.value') }} as slope,
        {{ statistic_of_pairs('regr_r2', 'satisfaction.value', 'divided.value') }} as r_squared
    from satisfaction
    inner join divided
        on divided.month = satisfaction.month and divided.employee_id = satisfaction.employee_id
    where not divided.is_satisfaction
    group by
        satisfaction.month,
        satisfaction.business_line,
        divided.kpi_id,
        satisfaction.kpi_id,
        satisfaction.months

),

-- Values that differ only by rounding count as equal.
compared as (

    select
        *,
        highest - lowest > 1e-9 * greatest(abs(highest), abs(lowest)) as varies,
        satisfaction_highest - satisfaction_lowest > 1e-9 * greatest(abs(satisfaction_highest), abs(satisfaction_lowest))
            as satisfaction_varies
    from measured

),

named as (

    select
        compared.*,
        compared.varies and compared.satisfaction_varies as is_measured,
        drivers.name_en,
        drivers.name_zh,
        measures.name_en as satisfaction_name_en,
        measures.name_zh as satisfaction_name_zh,
        measures.unit as satisfaction_unit,
        case when compared.varies then measures.name_en else drivers.name_en end as constant_name_en,
        case when compared.varies then measures.name_zh else drivers.name_zh end as constant_name_zh,
        case when compared.highest - compared.lowest >= steps.wide_step then steps.wide_step else steps.narrow_step end as step,
        case when compared.highest - compared.lowest >= steps.wide_step then steps.wide_en else steps.narrow_en end as step_en,
        case when compared.highest - compared.lowest >= steps.wide_step then steps.wide_zh else steps.narrow_zh end as step_zh
    from compared
    inner join definitions as drivers on drivers.kpi_id = compared.kpi_id
    inner join definitions as measures on measures.kpi_id = compared.satisfaction_kpi_id
    left join steps on steps.unit = drivers.unit

),

found as (

    select
        *,
        {{ driver_finding() }} as finding,
        slope * step * case satisfaction_unit when 'ratio' then 100 else 1 end as change
    from named

),

final as (

    select
        *,
        finding in ('related', 'unclear') as has_numbers,
        {{ driver_sentence() }} as sentence,
        {{ driver_sentence_zh() }} as sentence_zh
    from found

)

-- Rounding may take a perfect correlation beyond 1 by a last bit.
select
    month,
    business_line,
    kpi_id,
    satisfaction_kpi_id,
    months,
    agents,
    case when has_numbers then greatest(-1.0, least(1.0, correlation)) end as correlation,
    case when has_numbers then slope end as slope,
    case when has_numbers then least(1.0, r_squared) end as r_squared,
    sentence,
    sentence_zh,
    '{{ var("release_id") }}' as release_id
from final
