{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'business_date'},
) }}

{%- set time_measures = [
    'scheduled_microseconds', 'adherent_microseconds', 'logged_in_microseconds', 'productive_microseconds',
    'occupied_microseconds', 'available_microseconds',
] -%}
{%- set leg_columns = ['answered_legs', 'talk_seconds', 'hold_seconds', 'wrap_seconds', 'transferred_legs'] -%}
{%- set event_columns = ['csat_sum', 'csat_count', 'qa_count', 'complaints'] %}

with

periods as (

    select * from {{ ref('int_assignment_periods') }}
    where agent_id is not null

),

-- Days without scheduled time, states, legs or events have no row.
parts as (

    select
        local_date,
        period_id,
        {{ time_measures | join(', ') }},
        {% for column in leg_columns + event_columns -%}
        0 as {{ column }},
        {% endfor -%}
        cast(0 as decimal(26, 10)) as qa_score_sum
    from {{ ref('int_agent_days') }}
    where scheduled_microseconds > 0 or logged_in_microseconds > 0

    union all

    select
        local_date,
        period_id,
        {% for column in time_measures -%}
        0 as {{ column }},
        {% endfor -%}
        {{ leg_columns | join(', ') }},
        {% for column in event_columns -%}
        0 as {{ column }},
        {% endfor -%}
        0 as qa_score_sum
    from {{ ref('int_leg_days') }}
    where answered_legs > 0

    union all

    select
        local_date,
        period_id,
        {% for column in time_measures + leg_columns -%}
        0 as {{ column }},
        {% endfor -%}
        {{ event_columns | join(', ') }},
        qa_score_sum
    from {{ ref('int_agent_day_events') }}

),

-- An employee who moves to another site may have two assignments on one date: the row shows the later one.
days as (

    select
        parts.local_date,
        periods.employee_id,
        max(parts.period_id) as period_id,
        {% for column in time_measures + leg_columns + event_columns -%}
        sum(parts.{{ column }}) as {{ column }},
        {% endfor -%}
        sum(parts.qa_score_sum) as qa_score_sum
    from parts
    inner join periods on periods.period_id = parts.period_id
    group by parts.local_date, periods.employee_id

),

final as (

    select
        days.local_date as business_date,
        days.employee_id,
        periods.agent_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        {% for column in leg_columns -%}
        cast(days.{{ column }} as bigint) as {{ column }},
        {% endfor -%}
        {% for measure in time_measures -%}
        {{ seconds_of('days.' ~ measure) }} as {{ measure | replace('microseconds', 'seconds') }},
        {% endfor -%}
        days.scheduled_microseconds > 0 as is_scheduled,
        days.logged_in_microseconds > 0 as is_present,
        {% for column in event_columns -%}
        cast(days.{{ column }} as bigint) as {{ column }},
        {% endfor -%}
        cast(days.qa_score_sum as decimal(26, 10)) as qa_score_sum
    from days
    inner join periods on periods.period_id = days.period_id

)

select
    business_date,
    employee_id,
    agent_id,
    site_id,
    team_id,
    business_line,
    answered_legs,
    talk_seconds,
    hold_seconds,
    wrap_seconds,
    transferred_legs,
    scheduled_seconds,
    adherent_seconds,
    logged_in_seconds,
    productive_seconds,
    occupied_seconds,
    available_seconds,
    is_scheduled,
    is_present,
    csat_sum,
    csat_count,
    qa_score_sum,
    qa_count,
    complaints
from final
