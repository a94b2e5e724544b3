{#- dbt parses before it knows what kpi_families gives: every relation of a semantic model stands here. -#}
-- depends_on: {{ ref('int_agent_days') }}
-- depends_on: {{ ref('int_shift_contributions') }}
-- depends_on: {{ ref('int_staffing_contributions') }}
-- depends_on: {{ ref('int_leg_days') }}
-- depends_on: {{ ref('int_queue_interval_contributions') }}
-- depends_on: {{ ref('int_contact_days') }}
-- depends_on: {{ ref('int_survey_contributions') }}
-- depends_on: {{ ref('int_complaint_contributions') }}
-- depends_on: {{ ref('int_case_contributions') }}
-- depends_on: {{ ref('int_order_contributions') }}
-- depends_on: {{ ref('int_evaluation_contributions') }}
-- depends_on: {{ ref('int_evaluation_item_contributions') }}
-- depends_on: {{ ref('int_report_contributions') }}
-- depends_on: {{ ref('int_headcount_contributions') }}
-- depends_on: {{ ref('int_training_contributions') }}
-- depends_on: {{ ref('int_probation_contributions') }}
-- depends_on: {{ ref('int_appraisal_contributions') }}
-- depends_on: {{ ref('int_centre_contributions') }}
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
        {{ family.line }}{{ ' as business_line' if family.line != 'business_line' }},
        {% for measure in family.measures -%}
        cast(sum({{ measure.summed_expr }}) as decimal(38, 10)) as {{ measure.name }},
        cast(sum(case when {{ measure.summed_expr }} <> 0 then pending_rows else 0 end) as bigint) as {{ measure.name }}_pending
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref(family.summed) }}
    group by month, employee_id, site_id, team_id, {{ family.line }}

),

family_{{ loop.index }} as (

    select
        summed.month,
        summed.employee_id,
        summed.site_id,
        summed.team_id,
        summed.business_line,
        measures.measure,
        '{{ family.source_table }}' as source_table,
        {{ picked_measure('measures', family.measures) }} as amount,
        {{ picked_measure('measures', family.measures, suffix='_pending') }} as pending_rows
    from summed_{{ loop.index }} as summed
    cross join measures_{{ loop.index }} as measures

){{ ',' if not loop.last }}

{% endfor %}

{% for family in kpi_families() -%}
select * from family_{{ loop.index }}
{{ 'union all' if not loop.last }}
{% endfor %}
