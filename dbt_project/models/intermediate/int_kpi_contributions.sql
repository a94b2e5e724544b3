{% for family in kpi_families() %}
select
    contributions.month,
    measures.measure,
    contributions.employee_id,
    contributions.site_id,
    contributions.team_id,
    contributions.{{ family.line or 'business_line' }} as business_line,
    {{ "'" ~ family.source_table ~ "'" if family.source_table else 'contributions.source_table' }} as source_table,
    contributions.delivery_id,
    contributions.line_number,
    contributions.pending_rows,
    cast({{ picked_measure('measures', family.measures) }} as decimal(38, 10)) as amount
from {{ ref(family.rows) }} as contributions
cross join ({{ measure_names(family.measures) }}) as measures
where {{ picked_measure('measures', family.measures) }} <> 0
{{ 'union all' if not loop.last }}
{%- endfor %}
