{#- Written by `make generate` from the contracts in sources/contracts: change those, not this file. -#}

{% macro contract_names() -%}
    {{ return([
        'acd.queues',
        'acd.contact_legs',
        'acd.queue_intervals',
        'acd.agent_states',
        'crm.cases',
        'crm.surveys',
        'crm.complaints',
        'crm.orders',
        'hr.sites',
        'hr.employees',
        'hr.assignments',
        'hr.schedules',
        'hr.staffing_requirements',
        'hr.training_sessions',
        'hr.training_records',
        'hr.requisitions',
        'hr.budget_lines',
        'hr.appraisals',
        'qa.evaluations',
        'qa.evaluation_items',
        'qa.report_deliveries',
        'rules.kpi_targets',
        'rules.scorecard_weights',
        'rules.scorecard_bands',
        'rules.scorecard_exemptions',
    ]) }}
{%- endmacro %}

{#- The contract of a source table as data. Macros read it through contract_of. -#}
{% macro contract_data(table) -%}
    {%- if table == 'acd.queues' -%} {{ return({
        'model': 'acd__queues', 'key': ['queue_id'], 'person': none,
        'columns': {
            'queue_id': {'type': 'text', 'required': true},
            'queue_name': {'type': 'text', 'required': true},
            'business_line': {'type': 'text', 'required': true},
            'channel': {'type': 'text', 'required': true, 'vocabulary': ['voice', 'chat', 'email']},
            'service_level_seconds': {'type': 'int', 'required': true, 'range': [1, 86400]},
            'short_abandon_seconds': {'type': 'int', 'required': true, 'range': [0, 600]},
        }, 'rules': [],
    }) }}
    {%- elif table == 'acd.contact_legs' -%} {{ return({
        'model': 'acd__contact_legs', 'key': ['leg_id'], 'person': 'agent_id',
        'columns': {
            'leg_id': {'type': 'text', 'required': true},
            'contact_id': {'type': 'text', 'required': true},
            'leg_number': {'type': 'int', 'required': true, 'range': [1, 99]},
            'direction': {'type': 'text', 'required': true, 'vocabulary': ['inbound', 'outbound']},
            'queue_id': {'type': 'text', 'required': true, 'ref': {'table': 'acd.queues', 'column': 'queue_id'}},
            'agent_id': {'type': 'text', 'ref': {'table': 'hr.employees', 'column': 'agent_id'}},
            'customer_id': {'type': 'text', 'hidden': true},
            'topic': {'type': 'text'},
            'offered_at': {'type': 'timestamp', 'required': true},
            'answered_at': {'type': 'timestamp'},
            'ended_at': {'type': 'timestamp', 'required': true},
            'talk_seconds': {'type': 'int', 'range': [0, 86400]},
            'hold_seconds': {'type': 'int', 'range': [0, 86400]},
            'wrap_seconds': {'type': 'int', 'range': [0, 86400]},
            'outcome': {'type': 'text', 'required': true, 'vocabulary': ['answered', 'abandoned', 'overflowed', 'voicemail']},
            'transferred': {'type': 'bool'},
        }, 'rules': [
            {'column': 'answered_at', 'check': "answered_at is null or outcome = 'answered'", 'reason': 'only_where', 'params': {'other': 'outcome', 'value': 'answered'}},
            {'column': 'answered_at', 'check': 'answered_at >= offered_at', 'reason': 'before', 'params': {'other': 'offered_at'}},
            {'column': 'ended_at', 'check': 'ended_at >= offered_at', 'reason': 'before', 'params': {'other': 'offered_at'}},
            {'column': 'ended_at', 'check': 'ended_at >= answered_at', 'reason': 'before', 'params': {'other': 'answered_at'}},
        ],
    }) }}
    {%- elif table == 'acd.queue_intervals' -%} {{ return({
        'model': 'acd__queue_intervals', 'key': ['queue_id', 'interval_starts_at'], 'person': none,
        'columns': {
            'queue_id': {'type': 'text', 'required': true, 'ref': {'table': 'acd.queues', 'column': 'queue_id'}},
            'interval_starts_at': {'type': 'timestamp', 'required': true},
            'interval_minutes': {'type': 'int', 'required': true, 'range': [1, 1500]},
            'offered': {'type': 'int', 'required': true, 'range': [0, 1000000]},
            'answered': {'type': 'int', 'range': [0, 1000000]},
            'abandoned': {'type': 'int', 'range': [0, 1000000]},
            'short_abandoned': {'type': 'int', 'range': [0, 1000000]},
            'answered_within': {'type': 'int', 'range': [0, 1000000]},
            'wait_seconds': {'type': 'int', 'range': [0, 1000000000]},
            'talk_seconds': {'type': 'int', 'range': [0, 1000000000]},
            'hold_seconds': {'type': 'int', 'range': [0, 1000000000]},
            'wrap_seconds': {'type': 'int', 'range': [0, 1000000000]},
            'transferred': {'type': 'int', 'range': [0, 1000000]},
        }, 'rules': [
            {'column': 'answered', 'check': 'answered <= offered', 'reason': 'above', 'params': {'other': 'offered'}},
            {'column': 'abandoned', 'check': 'abandoned <= offered', 'reason': 'above', 'params': {'other': 'offered'}},
            {'column': 'short_abandoned', 'check': 'short_abandoned <= abandoned', 'reason': 'above', 'params': {'other': 'abandoned'}},
            {'column': 'answered_within', 'check': 'answered_within <= answered', 'reason': 'above', 'params': {'other': 'answered'}},
            {'column': 'transferred', 'check': 'transferred <= answered', 'reason': 'above', 'params': {'other': 'answered'}},
        ],
        'no_overlap': {'within': 'queue_id', 'starts': 'interval_starts_at', 'ends': add_minutes('interval_starts_at', 'interval_minutes')},
    }) }}
    {%- elif table == 'acd.agent_states' -%} {{ return({
        'model': 'acd__agent_states', 'key': ['agent_id', 'started_at'], 'person': 'agent_id',
        'columns': {
            'agent_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.employees', 'column': 'agent_id'}},
            'state': {'type': 'text', 'required': true, 'vocabulary': ['available', 'ringing', 'talking', 'holding', 'wrap_up', 'break', 'lunch', 'training', 'coaching', 'meeting', 'not_ready', 'system_issue']},
            'started_at': {'type': 'timestamp', 'required': true},
            'ended_at': {'type': 'timestamp'},
            'reason_code': {'type': 'text'},
        }, 'rules': [
            {'column': 'ended_at', 'check': 'ended_at >= started_at', 'reason': 'before', 'params': {'other': 'started_at'}},
        ],
        'longest': 'ended_at',
    }) }}
    {%- elif table == 'crm.cases' -%} {{ return({
        'model': 'crm__cases', 'key': ['case_id'], 'person': 'agent_id',
        'columns': {
            'case_id': {'type': 'text', 'required': true},
            'contact_id': {'type': 'text'},
            'customer_id': {'type': 'text', 'hidden': true},
            'agent_id': {'type': 'text', 'ref': {'table': 'hr.employees', 'column': 'agent_id'}},
            'category': {'type': 'text'},
            'opened_at': {'type': 'timestamp', 'required': true},
            'due_at': {'type': 'timestamp'},
            'closed_at': {'type': 'timestamp'},
            'reopened': {'type': 'bool'},
        }, 'rules': [],
    }) }}
    {%- elif table == 'crm.surveys' -%} {{ return({
        'model': 'crm__surveys', 'key': ['survey_id'], 'person': 'agent_id',
        'columns': {
            'survey_id': {'type': 'text', 'required': true},
            'contact_id': {'type': 'text'},
            'agent_id': {'type': 'text', 'ref': {'table': 'hr.employees', 'column': 'agent_id'}},
            'responded_at': {'type': 'timestamp', 'required': true},
            'csat': {'type': 'int', 'range': [1, 5]},
            'nps': {'type': 'int', 'range': [0, 10]},
            'resolution': {'type': 'int', 'range': [1, 5]},
            'attitude': {'type': 'int', 'range': [1, 5]},
            'speed': {'type': 'int', 'range': [1, 5]},
            'ease': {'type': 'int', 'range': [1, 5]},
            'comment': {'type': 'text', 'hidden': true},
            'review': {'type': 'text', 'vocabulary': ['pending', 'upheld', 'excluded']},
            'review_reason': {'type': 'text'},
        }, 'rules': [],
    }) }}
    {%- elif table == 'crm.complaints' -%} {{ return({
        'model': 'crm__complaints', 'key': ['complaint_id'], 'person': 'agent_id',
        'columns': {
            'complaint_id': {'type': 'text', 'required': true},
            'contact_id': {'type': 'text'},
            'agent_id': {'type': 'text', 'ref': {'table': 'hr.employees', 'column': 'agent_id'}},
            'customer_id': {'type': 'text', 'hidden': true},
            'received_at': {'type': 'timestamp', 'required': true},
            'category': {'type': 'text'},
            'upheld': {'type': 'bool'},
        }, 'rules': [],
    }) }}
    {%- elif table == 'crm.orders' -%} {{ return({
        'model': 'crm__orders', 'key': ['order_id'], 'person': 'agent_id',
        'columns': {
            'order_id': {'type': 'text', 'required': true},
            'contact_id': {'type': 'text'},
            'agent_id': {'type': 'text', 'ref': {'table': 'hr.employees', 'column': 'agent_id'}},
            'customer_id': {'type': 'text', 'hidden': true},
            'created_at': {'type': 'timestamp', 'required': true},
            'amount': {'type': 'decimal', 'required': true, 'range': [0, 100000000]},
            'paid_at': {'type': 'timestamp'},
            'refunded_at': {'type': 'timestamp'},
            'status': {'type': 'text', 'required': true, 'vocabulary': ['valid', 'cancelled', 'abnormal']},
        }, 'rules': [],
    }) }}
    {%- elif table == 'hr.sites' -%} {{ return({
        'model': 'hr__sites', 'key': ['site_id'], 'person': none,
        'columns': {
            'site_id': {'type': 'text', 'required': true},
            'site_name': {'type': 'text', 'required': true},
            'time_zone': {'type': 'text', 'required': true},
            'country': {'type': 'text', 'required': true},
        }, 'rules': [
            {'column': 'time_zone', 'check': is_time_zone('time_zone'), 'reason': 'not_time_zone', 'params': {}},
            {'column': 'country', 'check': "length(country) = 2 and lower(country) between 'aa' and 'zz'", 'reason': 'not_country_code', 'params': {}},
        ],
    }) }}
    {%- elif table == 'hr.employees' -%} {{ return({
        'model': 'hr__employees', 'key': ['employee_id', 'hired_on'], 'person': none,
        'columns': {
            'employee_id': {'type': 'text', 'required': true},
            'agent_id': {'type': 'text'},
            'full_name': {'type': 'text', 'hidden': true},
            'hired_on': {'type': 'date', 'required': true},
            'probation_ends_on': {'type': 'date'},
            'probation_result': {'type': 'text', 'vocabulary': ['passed', 'failed']},
            'left_on': {'type': 'date'},
            'left_reason': {'type': 'text', 'vocabulary': ['voluntary', 'involuntary']},
        }, 'rules': [
            {'column': 'left_on', 'check': 'left_on >= hired_on', 'reason': 'before', 'params': {'other': 'hired_on'}},
        ],
        'leads_to': {'column': 'agent_id', 'of': 'employee_id'},
        'periods': {'of': 'employee_id', 'starts': 'hired_on', 'ends': 'left_on'},
    }) }}
    {%- elif table == 'hr.assignments' -%} {{ return({
        'model': 'hr__assignments', 'key': ['employee_id', 'valid_from'], 'person': none,
        'columns': {
            'employee_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.employees', 'column': 'employee_id'}},
            'valid_from': {'type': 'date', 'required': true},
            'site_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.sites', 'column': 'site_id'}},
            'team_id': {'type': 'text', 'required': true},
            'team_name': {'type': 'text', 'required': true},
            'business_line': {'type': 'text', 'required': true},
            'role': {'type': 'text', 'required': true, 'vocabulary': ['agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager']},
            'supervisor_id': {'type': 'text', 'ref': {'table': 'hr.employees', 'column': 'employee_id'}},
        }, 'rules': [],
    }) }}
    {%- elif table == 'hr.schedules' -%} {{ return({
        'model': 'hr__schedules', 'key': ['employee_id', 'starts_at'], 'person': 'employee_id',
        'columns': {
            'employee_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.employees', 'column': 'employee_id'}},
            'activity': {'type': 'text', 'required': true, 'vocabulary': ['on_queue', 'break', 'lunch', 'training', 'coaching', 'meeting', 'leave']},
            'starts_at': {'type': 'timestamp', 'required': true},
            'ends_at': {'type': 'timestamp', 'required': true},
        }, 'rules': [
            {'column': 'ends_at', 'check': 'ends_at > starts_at', 'reason': 'not_after', 'params': {'other': 'starts_at'}},
        ],
        'no_overlap': {'within': 'employee_id', 'starts': 'starts_at', 'ends': 'ends_at'},
        'segment': {'starts': 'starts_at', 'ends': 'ends_at'},
    }) }}
    {%- elif table == 'hr.staffing_requirements' -%} {{ return({
        'model': 'hr__staffing_requirements', 'key': ['interval_starts_at', 'business_line'], 'person': none,
        'columns': {
            'interval_starts_at': {'type': 'timestamp', 'required': true},
            'business_line': {'type': 'text', 'required': true},
            'required_agents': {'type': 'decimal', 'required': true, 'range': [0, 100000]},
        }, 'rules': [
            {'column': 'interval_starts_at', 'check': 'extract(minute from interval_starts_at) in (0, 30) and extract(second from interval_starts_at) = 0', 'reason': 'not_half_hour', 'params': {}},
        ],
    }) }}
    {%- elif table == 'hr.training_sessions' -%} {{ return({
        'model': 'hr__training_sessions', 'key': ['session_id'], 'person': none,
        'columns': {
            'session_id': {'type': 'text', 'required': true},
            'programme': {'type': 'text', 'required': true, 'vocabulary': ['new_hire', 'on_the_job']},
            'title': {'type': 'text', 'required': true},
            'planned_on': {'type': 'date', 'required': true},
            'planned_hours': {'type': 'decimal', 'required': true, 'range': [0.01, 2000]},
            'held_hours': {'type': 'decimal', 'range': [0, 2000]},
            'ended_on': {'type': 'date'},
            'status': {'type': 'text', 'required': true, 'vocabulary': ['planned', 'held', 'cancelled']},
        }, 'rules': [],
    }) }}
    {%- elif table == 'hr.training_records' -%} {{ return({
        'model': 'hr__training_records', 'key': ['session_id', 'employee_id'], 'person': none,
        'columns': {
            'session_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.training_sessions', 'column': 'session_id'}},
            'employee_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.employees', 'column': 'employee_id'}},
            'absences': {'type': 'int', 'required': true, 'range': [0, 1000]},
            'exam_score': {'type': 'decimal', 'range': [0, 100]},
            'exam_passed': {'type': 'bool'},
            'left': {'type': 'bool', 'required': true},
        }, 'rules': [],
    }) }}
    {%- elif table == 'hr.requisitions' -%} {{ return({
        'model': 'hr__requisitions', 'key': ['requisition_id'], 'person': none,
        'columns': {
            'requisition_id': {'type': 'text', 'required': true},
            'role': {'type': 'text', 'required': true},
            'opened_on': {'type': 'date', 'required': true},
            'due_on': {'type': 'date', 'required': true},
            'requested': {'type': 'int', 'required': true, 'range': [1, 100000]},
            'filled': {'type': 'int', 'required': true, 'range': [0, 100000]},
        }, 'rules': [],
    }) }}
    {%- elif table == 'hr.budget_lines' -%} {{ return({
        'model': 'hr__budget_lines', 'key': ['month', 'category'], 'person': none,
        'columns': {
            'month': {'type': 'date', 'required': true},
            'category': {'type': 'text', 'required': true},
            'budgeted': {'type': 'decimal', 'required': true, 'range': [0, 1000000000000]},
            'spent': {'type': 'decimal', 'required': true, 'range': [0, 1000000000000]},
        }, 'rules': [
            {'column': 'month', 'check': 'extract(day from month) = 1', 'reason': 'not_first_of_month', 'params': {}},
        ],
    }) }}
    {%- elif table == 'hr.appraisals' -%} {{ return({
        'model': 'hr__appraisals', 'key': ['employee_id', 'month'], 'person': none,
        'columns': {
            'employee_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.employees', 'column': 'employee_id'}},
            'month': {'type': 'date', 'required': true},
            'self_score': {'type': 'decimal', 'range': [0, 100]},
            'manager_score': {'type': 'decimal', 'range': [0, 100]},
        }, 'rules': [],
    }) }}
    {%- elif table == 'qa.evaluations' -%} {{ return({
        'model': 'qa__evaluations', 'key': ['evaluation_id'], 'person': 'agent_id',
        'columns': {
            'evaluation_id': {'type': 'text', 'required': true},
            'contact_id': {'type': 'text'},
            'agent_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.employees', 'column': 'agent_id'}},
            'evaluator_id': {'type': 'text', 'required': true},
            'evaluated_at': {'type': 'timestamp', 'required': true},
            'method': {'type': 'text', 'required': true, 'vocabulary': ['monitoring', 'mystery_call', 'automated']},
            'score': {'type': 'decimal', 'required': true, 'range': [0, 100]},
            'critical_error': {'type': 'bool', 'required': true},
            'status': {'type': 'text', 'required': true, 'vocabulary': ['final', 'disputed', 'overturned']},
        }, 'rules': [],
    }) }}
    {%- elif table == 'qa.evaluation_items' -%} {{ return({
        'model': 'qa__evaluation_items', 'key': ['evaluation_id', 'criterion'], 'person': none,
        'columns': {
            'evaluation_id': {'type': 'text', 'required': true, 'ref': {'table': 'qa.evaluations', 'column': 'evaluation_id'}},
            'criterion': {'type': 'text', 'required': true},
            'points': {'type': 'decimal', 'required': true, 'range': [0, 1000]},
            'max_points': {'type': 'decimal', 'required': true, 'range': [0.01, 1000]},
        }, 'rules': [
            {'column': 'points', 'check': 'points <= max_points', 'reason': 'above', 'params': {'other': 'max_points'}},
        ],
    }) }}
    {%- elif table == 'qa.report_deliveries' -%} {{ return({
        'model': 'qa__report_deliveries', 'key': ['report_id'], 'person': 'owner_id',
        'columns': {
            'report_id': {'type': 'text', 'required': true},
            'report_name': {'type': 'text', 'required': true},
            'owner_id': {'type': 'text', 'required': true, 'ref': {'table': 'hr.employees', 'column': 'employee_id'}},
            'due_at': {'type': 'timestamp', 'required': true},
            'delivered_at': {'type': 'timestamp'},
            'defects': {'type': 'int', 'range': [0, 100000]},
        }, 'rules': [],
    }) }}
    {%- elif table == 'rules.kpi_targets' -%} {{ return({
        'model': 'rules__kpi_targets', 'key': ['kpi_id', 'scope', 'business_line', 'valid_from'], 'person': none,
        'columns': {
            'kpi_id': {'type': 'text', 'required': true},
            'scope': {'type': 'text', 'required': true, 'vocabulary': ['any', 'centre', 'site', 'business_line', 'team', 'employee']},
            'business_line': {'type': 'text', 'required': true},
            'valid_from': {'type': 'date', 'required': true},
            'target': {'type': 'decimal', 'required': true, 'range': [-1000000000000, 1000000000000]},
        }, 'rules': [],
    }) }}
    {%- elif table == 'rules.scorecard_weights' -%} {{ return({
        'model': 'rules__scorecard_weights', 'key': ['business_line', 'role', 'valid_from', 'kpi_id'], 'person': none,
        'columns': {
            'business_line': {'type': 'text', 'required': true},
            'role': {'type': 'text', 'required': true, 'vocabulary': ['agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager', 'centre']},
            'valid_from': {'type': 'date', 'required': true},
            'kpi_id': {'type': 'text', 'required': true},
            'weight': {'type': 'decimal', 'required': true, 'range': [0, 100]},
            'method': {'type': 'text', 'required': true, 'vocabulary': ['tiered', 'deduction', 'ratio', 'all_or_nothing', 'judged']},
            'measured_at': {'type': 'text', 'vocabulary': ['own', 'team', 'site', 'business_line', 'centre']},
            'counted': {'type': 'text', 'vocabulary': ['value', 'numerator']},
            'points_per_unit': {'type': 'decimal', 'range': [0, 1000000000000]},
            'allowance': {'type': 'decimal', 'range': [-1000000000000, 1000000000000]},
            'cap': {'type': 'decimal', 'range': [0, 100]},
        }, 'rules': [
            {'column': 'points_per_unit', 'check': "method <> 'deduction' or points_per_unit is not null", 'reason': 'deduction_without_points', 'params': {}},
            {'column': 'counted', 'check': "counted is null or counted <> 'numerator' or method in ('deduction', 'tiered')", 'reason': 'numerator_not_counted', 'params': {}},
        ],
    }) }}
    {%- elif table == 'rules.scorecard_bands' -%} {{ return({
        'model': 'rules__scorecard_bands', 'key': ['business_line', 'role', 'valid_from', 'kpi_id', 'band'], 'person': none,
        'columns': {
            'business_line': {'type': 'text', 'required': true},
            'role': {'type': 'text', 'required': true, 'vocabulary': ['agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager', 'centre']},
            'valid_from': {'type': 'date', 'required': true},
            'kpi_id': {'type': 'text', 'required': true},
            'band': {'type': 'int', 'required': true, 'range': [1, 100]},
            'bound': {'type': 'decimal', 'range': [-1000000000000, 1000000000000]},
            'share': {'type': 'decimal', 'required': true, 'range': [0, 1]},
        }, 'rules': [],
    }) }}
    {%- elif table == 'rules.scorecard_exemptions' -%} {{ return({
        'model': 'rules__scorecard_exemptions', 'key': ['business_line', 'role', 'kpi_id', 'condition_kpi_id', 'valid_from'], 'person': none,
        'columns': {
            'business_line': {'type': 'text', 'required': true},
            'role': {'type': 'text', 'required': true, 'vocabulary': ['any', 'agent', 'team_lead', 'trainer', 'report_specialist', 'hr_specialist', 'qa_specialist', 'manager', 'centre']},
            'kpi_id': {'type': 'text', 'required': true},
            'condition_kpi_id': {'type': 'text', 'required': true},
            'condition_value': {'type': 'decimal', 'required': true, 'range': [-1000000000000, 1000000000000]},
            'valid_from': {'type': 'date', 'required': true},
            'valid_to': {'type': 'date'},
            'reason': {'type': 'text'},
        }, 'rules': [
            {'column': 'valid_to', 'check': 'valid_to >= valid_from', 'reason': 'before', 'params': {'other': 'valid_from'}},
        ],
    }) }}
    {%- endif -%}
{%- endmacro %}
