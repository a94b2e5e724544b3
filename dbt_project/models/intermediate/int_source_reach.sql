{#- How far the deliveries of the tables reach that bring rows every day. A table that lists few rows a month, or a
    snapshot as the roster is, cannot say how far it reaches. What reaches no selected month's end has no date. -#}
{%- set dated = {
    'acd.contact_legs': 'offered_at',
    'acd.agent_states': 'started_at',
    'qa.report_deliveries': 'due_at',
    'hr.schedules': 'starts_at',
    'hr.staffing_requirements': 'interval_starts_at',
} -%}
{%- set ranges = selected_ranges() -%}
{%- set first_end = (selected_months() | first + modules.datetime.timedelta(days=27)).strftime('%Y-%m-%d') if ranges
    else '9999-12-31' -%}
{% for table, column in dated.items() %}
select
    '{{ table }}' as source_table,
    {{ local_date('max(' ~ column ~ ')', default_time_zone()) }} as reached_on
from {{ ref('stg_' ~ table | replace('.', '__')) }}
where {{ column }} >= timestamp '{{ first_end }} 00:00:00' - interval 1 day and {{ column }} <= {{ as_of() }}
{{ 'union all' if not loop.last }}
{% endfor %}
