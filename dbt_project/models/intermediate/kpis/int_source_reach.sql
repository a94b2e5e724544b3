{#- The date through which the source tables that bring rows every day are delivered. Tables with few rows a month, and
    snapshots such as the roster, cannot show how far they reach. A table that reaches the end of no selected month has
    no date. Plans, and reports that are due, reach into a month of which nothing has happened yet: they are no witness
    to it. Rows that Callboard delivers about its own reports do not count where people keep the register too. -#}
{%- set own_reports = "report_id like 'callboard:%'" -%}
{%- set dated = {
    'acd.contact_legs': ['offered_at'],
    'acd.queue_intervals': ['interval_starts_at'],
    'acd.agent_states': ['started_at'],
    'crm.cases': ['opened_at', 'closed_at'],
    'crm.orders': ['created_at', 'paid_at', 'refunded_at'],
    'crm.surveys': ['responded_at'],
    'qa.evaluations': ['evaluated_at'],
    'qa.report_deliveries': ['due_at'],
    'hr.schedules': ['starts_at'],
    'hr.staffing_requirements': ['interval_starts_at'],
} -%}
{%- set planned = ['hr.schedules', 'hr.staffing_requirements', 'qa.report_deliveries'] -%}
{%- set ranges = selected_ranges() -%}
{%- set first_end = (selected_months() | first + modules.datetime.timedelta(days=27)).strftime('%Y-%m-%d') if ranges
    else '9999-12-31' -%}
with

{% for table, columns in dated.items() %}
reach_{{ loop.index }} as (

    {% for column in columns -%}
    select max({{ column }}) as reached_at
    from {{ ref('stg_' ~ table | replace('.', '__')) }}
    where {{ column }} >= timestamp '{{ first_end }} 00:00:00' - interval 1 day and {{ column }} <= {{ as_of() }}
    {%- if table == 'qa.report_deliveries' %}
        and (
            not {{ own_reports }}
            or not exists (
                select 1
                from {{ ref('stg_qa__report_deliveries') }}
                where not {{ own_reports }}
            )
        )
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),
{% endfor %}

final as (
    {% for table in dated %}
    select
        '{{ table }}' as source_table,
        {{ local_date('max(reached_at)', default_time_zone()) }} as reached_on,
        {{ 'false' if table in planned else 'true' }} as is_witness
    from reach_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
