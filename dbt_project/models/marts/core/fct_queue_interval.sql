{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'coalesce(month, business_date)'},
) }}

{%- set counts = [
    'offered_legs', 'offered_legs_with_known_answer', 'answered_legs', 'offered_legs_with_known_abandon', 'abandoned_legs',
    'short_abandons', 'offered_legs_with_known_wait', 'legs_within_service_level', 'answered_or_unknown_legs',
    'answered_legs_with_known_wait', 'wait_microseconds', 'legs_with_known_handle_time', 'handle_seconds',
] -%}
{#- A leg's outcome is always known. -#}
{%- set of_legs = {
    'offered_legs_with_known_answer': 'offered_legs', 'offered_legs_with_known_abandon': 'offered_legs',
    'answered_or_unknown_legs': 'answered_legs',
} %}

with

legs as (

    select
        month,
        queue_id,
        {{ half_hour_number('offered_at') }} as half_hour,
        {% for count in counts -%}
        sum({{ of_legs.get(count, count) }}) as {{ count }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_legs') }}
    group by month, queue_id, {{ half_hour_number('offered_at') }}

),

counted as (

    select
        {{ half_hour_start('half_hour') }} as interval_starts_at,
        30 as interval_minutes,
        queue_id,
        month,
        'acd.contact_legs' as source_table,
        {{ counts | join(', ') }}
    from legs

    union all

    select
        interval_starts_at,
        interval_minutes,
        queue_id,
        month,
        'acd.queue_intervals' as source_table,
        {{ counts | join(', ') }}
    from {{ ref('int_queue_interval_contributions') }}

),

-- What nobody knows of any leg is null, not 0.
final as (

    select
        interval_starts_at,
        queue_id,
        {{ local_date('interval_starts_at', default_time_zone()) }} as business_date,
        cast(offered_legs as bigint) as offered,
        case
            when offered_legs = 0 or offered_legs_with_known_answer > 0 then cast(answered_legs as bigint)
        end as answered,
        case
            when offered_legs = 0 or offered_legs_with_known_abandon > 0 then cast(abandoned_legs as bigint)
        end as abandoned,
        cast(short_abandons as bigint) as short_abandons,
        case
            when offered_legs = 0 or offered_legs_with_known_wait > 0 then cast(legs_within_service_level as bigint)
        end as within_service_level,
        case
            when answered_or_unknown_legs = 0 or answered_legs_with_known_wait > 0
                then {{ seconds_of('wait_microseconds') }}
        end as wait_seconds,
        case
            when answered_or_unknown_legs = 0 or legs_with_known_handle_time > 0 then cast(handle_seconds as bigint)
        end as handle_seconds,
        month,
        cast(interval_minutes as integer) as interval_minutes,
        source_table,
        cast(offered_legs_with_known_wait as bigint) as offered_with_known_wait,
        cast(answered_legs_with_known_wait as bigint) as answered_with_known_wait,
        cast(legs_with_known_handle_time as bigint) as answered_with_known_handle_time
    from counted

)

select * from final
