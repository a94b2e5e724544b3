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
    {{ "'" ~ family.source_table ~ "'" if family.source_table else 'source_table' }} as source_table,
    delivery_id,
    line_number,
    pending_rows,
    cast({{ measure }} as decimal(38, 10)) as amount
from {{ ref(family.rows) }}
where {{ measure }} <> 0 or pending_rows > 0
{{ 'union all' if not (loop.last and family_loop.last) }}
{%- endfor %}
{%- endfor %}
