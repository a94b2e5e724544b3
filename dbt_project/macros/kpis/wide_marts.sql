{% macro team_months(measures, needs={}) -%}
    {%- set source_of = {} -%}
    {%- for family in kpi_families() -%}
        {%- for measure in family.measures -%}
            {%- do source_of.update({measure.name: family.source_table}) -%}
        {%- endfor -%}
    {%- endfor -%}
    select
        scope_measures.month,
        scope_measures.scope_id as team_id,
        {% for measure in measures -%}
        {%- set tables = [source_of.get(measure, '')] + needs.get(measure, []) %}
        case
            when (
                select count(*) from {{ ref('int_delivered_sources') }} as delivered
                where delivered.source_table in ('{{ tables | join("', '") }}')
            ) = {{ tables | length }}
                then cast(
                    sum(case when scope_measures.measure = '{{ measure }}' then scope_measures.amount else 0 end) as decimal(38, 10)
                )
        end as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_scope_measures') }} as scope_measures
    where
        scope_measures.scope in ('centre', 'team')
        and scope_measures.measure in (
            {%- for measure in measures %}'{{ measure }}'{{ ', ' if not loop.last }}{% endfor -%}
        )
    group by scope_measures.month, scope_measures.scope, scope_measures.scope_id
    having
        {% for measure in measures -%}
        sum(case when scope_measures.measure = '{{ measure }}' then abs(scope_measures.amount) else 0 end) > 0
        {{- ' or' if not loop.last }}
        {% endfor %}
{%- endmacro %}

{% macro team_names() -%}
    select
        months.month,
        teams.team_id,
        teams.team_name
    from ({{ selected_months_relation() }}) as months
    inner join {{ ref('dim_team') }} as teams
        on
            teams.valid_from <= months.last_on
            and (teams.valid_to is null or teams.valid_to >= months.last_on)
{%- endmacro %}

{% macro team_kpis(kpi_ids) -%}
    select
        kpi_values.month,
        kpi_values.scope_id as team_id,
        {% for kpi_id in kpi_ids -%}
        max(case when kpi_values.kpi_id = '{{ kpi_id }}' then kpi_values.value end) as {{ kpi_id }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_kpi_values') }} as kpi_values
    where
        kpi_values.scope in ('centre', 'team')
        and kpi_values.kpi_id in (
            {%- for kpi_id in kpi_ids %}'{{ kpi_id }}'{{ ', ' if not loop.last }}{% endfor -%}
        )
    group by kpi_values.month, kpi_values.scope_id
{%- endmacro %}
