{% for family in kpi_families() -%}
{%- set family_loop = loop -%}
{%- for measure in family.measures %}
select
    month,
    '{{ measure }}' as measure,
    employee_id,
    site_id,
    team_id,
    {{ family.line or 'business_line' }} as business_line,
    sum(cast({{ measure }} as decimal(38, 10))) as amount,
    cast(sum(case when {{ measure }} <> 0 then pending_rows else 0 end) as bigint) as pending_rows
from {{ ref(family.sums or family.rows) }}
group by month, employee_id, site_id, team_id, {{ family.line or 'business_line' }}
{{ 'union all' if not (loop.last and family_loop.last) }}
{%- endfor %}
{%- endfor %}
