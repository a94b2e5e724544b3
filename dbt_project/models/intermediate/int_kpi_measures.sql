{%- set attribution = ['month', 'employee_id', 'site_id', 'team_id', 'business_line'] -%}

with

{% for family in kpi_families() %}
family_{{ loop.index }} as (

    select
        month,
        employee_id,
        site_id,
        team_id,
        {{ family.line or 'business_line' }} as business_line,
        {% for measure in family.measures -%}
        sum(cast({{ measure }} as decimal(38, 10))) as {{ measure }},
        cast(sum(case when {{ measure }} <> 0 then pending_rows else 0 end) as bigint) as {{ measure }}_pending
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref(family.sums or family.rows) }}
    group by month, employee_id, site_id, team_id, {{ family.line or 'business_line' }}

){{ ',' if not loop.last }}

{% endfor %}

{% for family in kpi_families() -%}
{%- set family_loop = loop -%}
{%- for measure in family.measures %}
select
    {{ attribution | join(', ') }},
    '{{ measure }}' as measure,
    {{ measure }} as amount,
    {{ measure }}_pending as pending_rows
from family_{{ family_loop.index }}
{{ 'union all' if not (loop.last and family_loop.last) }}
{%- endfor %}
{%- endfor %}
