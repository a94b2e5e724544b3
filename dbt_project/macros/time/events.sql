{% macro dated_events(events, instant) -%}
    select
        days.month,
        days.local_date,
        days.period_id,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        {{ events }}.*
    from {{ events }}
    inner join {{ ref('int_login_utc_days') }} as days
        on
            days.agent_key = {{ events }}.agent_key
            and days.utc_date = cast({{ events }}.{{ instant }} as date)
            and {{ events }}.{{ instant }} >= days.starts_at
            and {{ events }}.{{ instant }} < days.ends_at
    inner join {{ ref('int_assignment_periods') }} as periods on periods.period_id = days.period_id
    where days.is_selected
{%- endmacro %}
