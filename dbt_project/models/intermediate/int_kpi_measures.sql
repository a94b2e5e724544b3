{% for family in kpi_families() %}
select
    summed.month,
    summed.employee_id,
    summed.site_id,
    summed.team_id,
    summed.business_line,
    measures.measure,
    {{ picked_measure('measures', family.measures) }} as amount,
    {{ picked_measure('measures', family.measures, '_pending') }} as pending_rows
from (
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
) as summed
cross join ({{ measure_names(family.measures) }}) as measures
{{ 'union all' if not loop.last }}
{%- endfor %}
