{#- dbt parses before it knows what kpi_families gives: every relation of a semantic model stands here. -#}
-- depends_on: {{ ref('int_state_contributions') }}
-- depends_on: {{ ref('int_plan_contributions') }}
-- depends_on: {{ ref('int_shift_contributions') }}
-- depends_on: {{ ref('int_staffing_contributions') }}
-- depends_on: {{ ref('int_leg_contributions') }}
-- depends_on: {{ ref('int_queue_interval_contributions') }}
-- depends_on: {{ ref('int_contact_contributions') }}
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

family_{{ loop.index }} as (

    select
        contributions.month,
        measures.measure,
        contributions.employee_id,
        contributions.site_id,
        contributions.team_id,
        contributions.{{ family.line }}{{ ' as business_line' if family.line != 'business_line' }},
        '{{ family.source_table }}' as source_table,
        contributions.delivery_id,
        contributions.line_number,
        contributions.row_number,
        contributions.pending_rows,
        cast({{ picked_measure('measures', family.measures, 'expr') }} as decimal(38, 10)) as amount
    from {{ ref(family.rows) }} as contributions
    cross join measures_{{ loop.index }} as measures

){{ ',' if not loop.last }}

{% endfor %}

{% for family in kpi_families() -%}
select * from family_{{ loop.index }}
where amount <> 0
{{ 'union all' if not loop.last }}
{% endfor %}
