{#- Rows that an agent has at one instant, each with the local date and the assignment it counts for: the one join that
    dates surveys, complaints, orders and evaluations. `events` is a CTE with agent_key ('' where the row names nobody)
    and the column `instant`; `columns` are SQL over it and int_assignment_periods. -#}
{% macro dated_events(events, instant, columns) -%}
    select
        days.month,
        days.local_date,
        days.period_id,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        {{ events }}.delivery_id,
        {{ events }}.line_number,
        {{ columns | join(',\n        ') }}
    from {{ events }}
    inner join {{ ref('int_employee_days') }} as days
        on
            days.agent_key = {{ events }}.agent_key
            and days.utc_date = cast({{ events }}.{{ instant }} as date)
            and {{ events }}.{{ instant }} >= days.starts_at
            and {{ events }}.{{ instant }} < days.ends_at
    inner join {{ ref('int_assignment_periods') }} as periods on periods.period_id = days.period_id
    where days.is_selected
{%- endmacro %}
