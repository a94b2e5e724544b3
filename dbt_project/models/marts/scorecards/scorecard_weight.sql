{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

weights as (

    select * from {{ ref('int_scorecard_weights') }}

),

bands as (
    {{ delivered_and_shipped('scorecard_bands', [
        'business_line', 'role', 'valid_from', 'kpi_id', 'band', 'bound', 'share',
    ]) }}
),

banded as (

    select
        business_line,
        role,
        valid_from,
        kpi_id,
        is_delivered = 1 as is_delivered,
        {{ dbt.listagg(
            measure="coalesce('to ' || " ~ number_text('bound') ~ ", 'else') || ': ' || " ~ number_text('100 * share') ~ " || ' %'",
            delimiter_text="', '",
            order_by_clause='order by band'
        ) }} as bands
    from bands
    group by business_line, role, valid_from, kpi_id, is_delivered

),

final as (

    select
        weights.month,
        weights.business_line,
        weights.role,
        weights.kpi_id,
        weights.weight,
        weights.previous_weight,
        weights.method,
        case weights.method
            when 'tiered' then banded.bands
            when 'deduction'
                then {{ number_text('weights.points_per_unit') }} || ' points less for each unit beyond '
                || {{ number_text('weights.allowance') }}
            when 'ratio' then 'attainment of the target, at most ' || {{ number_text('weights.cap') }}
            when 'all_or_nothing' then 'all of it where the target is met'
            else 'the score of 100'
        end as rule,
        weights.measured_at,
        weights.counted,
        weights.set_business_line,
        weights.set_valid_from,
        weights.is_delivered,
        '{{ var("release_id") }}' as release_id
    from weights
    left join banded
        on
            banded.business_line = weights.set_business_line
            and banded.role = weights.role
            and banded.valid_from = weights.set_valid_from
            and banded.kpi_id = weights.kpi_id
            and banded.is_delivered = weights.is_delivered

)

select
    month,
    business_line,
    role,
    kpi_id,
    weight,
    previous_weight,
    method,
    rule,
    measured_at,
    counted,
    set_business_line,
    set_valid_from,
    is_delivered,
    release_id
from final
