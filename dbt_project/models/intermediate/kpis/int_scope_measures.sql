{%- set scopes = {
    'centre': "'all'",
    'site': 'site_id',
    'business_line': 'business_line',
    'team': 'team_id',
    'employee': 'employee_id',
} -%}
{% for scope, scope_id in scopes.items() %}
select
    month,
    '{{ scope }}' as scope,
    {{ scope_id }} as scope_id,
    measure,
    sum(amount) as amount,
    cast(sum(pending_rows) as bigint) as pending_rows
from {{ ref('int_kpi_measures') }}
where {{ scope_id }} is not null
group by month, {{ scope_id ~ ', ' if scope != 'centre' }}measure
{{ 'union all' if not loop.last }}
{% endfor %}
