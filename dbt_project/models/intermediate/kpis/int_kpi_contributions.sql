with

{% for family in kpi_families() %}
measures_{{ loop.index }} as (
    {{ measure_names(family.measures) }}
),

family_{{ loop.index }} as (

    select
        contributions.month,
        measures.measure,
        contributions.employee_id,
        contributions.site_id,
        contributions.team_id,
        contributions.{{ family.line ~ ' as business_line' if family.line else 'business_line' }},
        {{ "'" ~ family.source_table ~ "' as source_table" if family.source_table else 'contributions.source_table' }},
        contributions.delivery_id,
        contributions.line_number,
        contributions.pending_rows,
        cast({{ picked_measure('measures', family.measures) }} as decimal(38, 10)) as amount
    from {{ ref(family.rows) }} as contributions
    cross join measures_{{ loop.index }} as measures

){{ ',' if not loop.last }}

{% endfor %}

{% for family in kpi_families() -%}
select * from family_{{ loop.index }}
where amount <> 0
{{ 'union all' if not loop.last }}
{% endfor %}
