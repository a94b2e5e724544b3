with

{% for family in kpi_families() %}
measures_{{ loop.index }} as (
    {{ measure_names(family.measures) }}
),

summed_{{ loop.index }} as (

    select
        month,
        employee_id,
        site_id,
        team_id,
        {{ family.line ~ ' as business_line' if family.line else 'business_line' }},
        {% for measure in family.measures -%}
        cast(sum({{ measure }}) as decimal(38, 10)) as {{ measure }},
        cast(sum(case when {{ measure }} <> 0 then pending_rows else 0 end) as bigint) as {{ measure }}_pending
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref(family.sums or family.rows) }}
    group by month, employee_id, site_id, team_id, {{ family.line or 'business_line' }}

),

family_{{ loop.index }} as (

    select
        summed.month,
        summed.employee_id,
        summed.site_id,
        summed.team_id,
        summed.business_line,
        measures.measure,
        {{ picked_measure('measures', family.measures) }} as amount,
        {{ picked_measure('measures', family.measures, '_pending') }} as pending_rows
    from summed_{{ loop.index }} as summed
    cross join measures_{{ loop.index }} as measures

){{ ',' if not loop.last }}

{% endfor %}

{% for family in kpi_families() -%}
select * from family_{{ loop.index }}
{{ 'union all' if not loop.last }}
{% endfor %}
