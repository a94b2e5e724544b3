{#- A family is a set of rows that KPIs count, one row a source row (or a part of one), with a column for each measure.
    All of them share the columns month, employee_id, site_id, team_id, business_line, delivery_id, line_number and
    pending_rows. A KPI is one row of seeds/kpi_definitions.csv: it names a measure for its numerator and one for its
    denominator.

    rows          the relation that lists the family row by row
    sums          a smaller relation with the same measures, added up, where there is one
    source_table  the table that delivery_id and line_number point into; null where the relation says so itself
    line          the column that stands for the business line -#}
{% macro kpi_families() -%}
    {{ return([
        {
            'rows': 'int_state_contributions', 'sums': 'int_agent_days', 'source_table': 'acd.agent_states',
            'measures': [
                'logged_in_microseconds', 'productive_microseconds', 'occupied_microseconds',
                'available_microseconds',
            ],
        },
        {
            'rows': 'int_plan_contributions', 'sums': 'int_agent_days', 'source_table': 'hr.schedules',
            'measures': [
                'scheduled_microseconds', 'planned_microseconds', 'adherent_microseconds',
                'unproductive_microseconds',
            ],
        },
        {
            'rows': 'int_shift_contributions', 'source_table': 'hr.schedules',
            'measures': ['shifts', 'attended_shifts'],
        },
        {
            'rows': 'int_staffing_contributions', 'source_table': 'hr.staffing_requirements',
            'measures': ['staffed_microseconds', 'required_microseconds', 'fitting_microseconds'],
        },
        {
            'rows': 'int_leg_contributions', 'sums': 'int_leg_days', 'source_table': 'acd.contact_legs',
            'measures': [
                'offered_legs', 'answered_legs', 'abandoned_legs', 'legs_within_service_level', 'wait_microseconds',
                'transferred_legs', 'handle_seconds',
            ],
        },
        {
            'rows': 'int_leg_contributions', 'sums': 'int_leg_days', 'source_table': 'acd.contact_legs',
            'line': 'assigned_business_line', 'measures': ['handled_legs'],
        },
        {
            'rows': 'int_contact_contributions', 'sums': 'int_contact_days', 'source_table': 'acd.contact_legs',
            'measures': contact_measures(),
        },
        {
            'rows': 'int_survey_contributions', 'source_table': 'crm.surveys',
            'measures': [
                'csat_sum', 'csat_count', 'satisfied_surveys', 'resolution_sum', 'resolution_count', 'attitude_sum',
                'attitude_count', 'speed_sum', 'speed_count', 'ease_sum', 'ease_count', 'net_promoters', 'nps_count',
            ],
        },
        {
            'rows': 'int_complaint_contributions', 'source_table': 'crm.complaints',
            'measures': ['complaints'],
        },
        {
            'rows': 'int_case_contributions', 'source_table': 'crm.cases',
            'measures': ['opened_cases', 'cases_closed_in_month', 'due_cases', 'cases_closed_on_time'],
        },
        {
            'rows': 'int_order_contributions', 'source_table': 'crm.orders',
            'measures': [
                'orders', 'valid_orders', 'abnormal_orders', 'valid_order_amount', 'paid_orders', 'refunded_orders',
            ],
        },
        {
            'rows': 'int_evaluation_contributions', 'source_table': 'qa.evaluations',
            'measures': [
                'qa_score_sum', 'qa_count', 'mystery_call_score_sum', 'mystery_call_count',
                'evaluations_with_critical_error',
            ],
        },
        {
            'rows': 'int_evaluation_item_contributions', 'source_table': 'qa.evaluation_items',
            'measures': [
                'script_compliance_points', 'script_compliance_max_points', 'empathy_points', 'empathy_max_points',
                'courtesy_points', 'courtesy_max_points',
            ],
        },
        {
            'rows': 'int_report_contributions', 'source_table': 'qa.report_deliveries',
            'measures': [
                'reports_due', 'reports_delivered', 'reports_on_time', 'reports_checked', 'reports_without_defects',
            ],
        },
        {
            'rows': 'int_headcount_contributions', 'source_table': 'hr.employees',
            'measures': [
                'opening_headcount', 'closing_headcount', 'opening_and_closing_headcount', 'hires',
                'early_separations', 'separations', 'voluntary_separations', 'moves_in', 'moves_out',
            ],
        },
        {
            'rows': 'int_training_contributions', 'source_table': 'hr.training_records',
            'measures': [
                'new_hire_records', 'new_hire_records_left', 'new_hire_records_at_both_ends', 'new_hire_exams',
                'new_hire_exams_passed', 'on_the_job_exams', 'on_the_job_exams_passed',
            ],
        },
        {
            'rows': 'int_probation_contributions', 'source_table': 'hr.employees',
            'measures': [
                'probations', 'probation_results', 'probations_passed', 'probations_left', 'probations_at_both_ends',
            ],
        },
        {
            'rows': 'int_appraisal_contributions', 'source_table': 'hr.appraisals',
            'measures': ['appraisal_score_sum', 'appraisals'],
        },
        {
            'rows': 'int_centre_contributions', 'source_table': none,
            'measures': [
                'planned_training_hours', 'held_training_hours', 'requested_heads', 'filled_heads',
                'budgeted_amount', 'overspent_amount',
            ],
        },
    ]) }}
{%- endmacro %}

{% macro leg_measures() -%}
    {{ return([
        'offered_legs', 'answered_legs', 'abandoned_legs', 'legs_within_service_level', 'wait_microseconds',
        'transferred_legs', 'talk_seconds', 'hold_seconds', 'wrap_seconds', 'handle_seconds',
    ]) }}
{%- endmacro %}

{% macro contact_measures() -%}
    {{ return([
        'known_contacts', 'contacts_without_repeat', 'chat_contacts', 'lost_chat_contacts', 'answered_chat_contacts',
        'converted_chat_contacts', 'first_response_microseconds',
    ]) }}
{%- endmacro %}

{% macro agent_day_measures() -%}
    {{ return([
        'microseconds', 'scheduled_microseconds', 'planned_microseconds', 'adherent_microseconds',
        'unproductive_microseconds', 'logged_in_microseconds', 'productive_microseconds', 'occupied_microseconds',
        'available_microseconds',
    ]) }}
{%- endmacro %}
