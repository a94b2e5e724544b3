"""How each table's rows are spelt in its delivery: one select over the simulator's columns.

What belongs here: names, identifiers, vocabulary. What does not: the rows themselves.
Numbers become identifiers by a letter in front: K contact, C customer, A agent, E employee.
"""

from sources.simulator.centre import CHANNELS, LINES, QUEUES, SITES, TOPICS
from sources.simulator.contacts import OUTCOMES
from sources.simulator.followups import COMMENTS, CRITERIA, METHODS, REVIEW_REASONS
from sources.simulator.handling import STATES
from sources.simulator.people_tables import CATEGORIES, REPORTS, TITLES
from sources.simulator.roster import ROLES
from sources.simulator.shifts import ACTIVITIES
from sources.simulator.writing import at, code, on, word, words

_SITE_IDS = tuple(site[0] for site in SITES)
_FAMILY_NAMES = ("王", "李", "张", "Smith", "O'Neil", "Silva", "Sousa", "Reyes", "Santos", "陈")
_GIVEN_NAMES = ("小明", "丽", "Ana", "Pat", "Maria", "João", "伟", "Grace", "Lee", "静", "Rui", "Kim", "Noor")
_PROBATION = ("passed", "failed")
_CASE = "case when customer >= 0 then 'C' || customer end as customer_id"
_AGENT_ID = "'A' || agent as agent_id"
_REASON = "case state when 10 then 'personal' when 11 then 'desktop' end as reason_code"

SELECTS: dict[str, str] = {
    "acd.contact_legs": f"""select 'K' || contact || '-' || leg_number as leg_id, 'K' || contact as contact_id,
        leg_number, if(is_outbound, 'outbound', 'inbound') as direction,
        {word("queue", tuple(queue.queue_id for queue in QUEUES), "queue_id")}, {code("A", "agent", "agent_id")},
        {_CASE}, {word("topic", TOPICS)}, {at("offered_at")}, {at("answered_at")}, {at("ended_at")},
        talk as talk_seconds, hold as hold_seconds, wrap as wrap_seconds, {word("outcome", OUTCOMES)},
        is_transferred as transferred from chunk""",
    "acd.agent_states": f"""select {_AGENT_ID}, {word("state", STATES)}, {at("started_at")}, {at("ended_at")},
        {_REASON} from chunk""",
    "crm.cases": f"""select 'V' || "case" as case_id, 'K' || contact as contact_id, {_CASE}, {_AGENT_ID},
        {word("category", TOPICS)}, {at("opened_at")}, {at("due_at")}, {at("closed_at")}, reopened from chunk""",
    "crm.surveys": f"""select 'S' || survey as survey_id, 'K' || contact as contact_id, {_AGENT_ID},
        {at("responded_at")}, nullif(csat, -1) as csat, nullif(nps, -1) as nps, nullif(resolution, -1) as resolution,
        nullif(attitude, -1) as attitude, nullif(speed, -1) as speed, nullif(ease, -1) as ease,
        {word("comment", COMMENTS)}, {word("review", ("upheld", "excluded"))},
        {word("review_reason", REVIEW_REASONS)} from chunk""",
    "crm.complaints": f"""select 'P' || complaint as complaint_id, {code("K", "contact", "contact_id")}, {_AGENT_ID},
        {_CASE}, {at("received_at")}, {word("category", ("service", "delivery", "product"))}, upheld from chunk""",
    "crm.orders": f"""select 'O' || "order" as order_id, 'K' || contact as contact_id, {_AGENT_ID}, {_CASE},
        {at("created_at")}, (cents::decimal(18, 2) / 100)::decimal(18, 2) as amount, {at("paid_at")},
        {at("refunded_at")}, {word("status", ("valid", "cancelled", "abnormal"))} from chunk""",
    "qa.evaluations": f"""select 'X' || evaluation as evaluation_id, {code("K", "contact", "contact_id")}, {_AGENT_ID},
        'E' || evaluator as evaluator_id, {at("evaluated_at")}, {word("method", METHODS)},
        (tenths::decimal(12, 1) / 10)::decimal(12, 1) as score, critical_error,
        {word("status", ("final", "disputed", "overturned"))} from chunk""",
    "qa.evaluation_items": f"""select 'X' || evaluation as evaluation_id, {word("criterion", CRITERIA)},
        (tenths::decimal(12, 1) / 10)::decimal(12, 1) as points, max_points from chunk""",
    "qa.report_deliveries": f"""select 'R' || report as report_id, {word("name", REPORTS, "report_name")},
        'E' || owner as owner_id, {at("due_at")}, {at("delivered_at")}, nullif(defects, -1) as defects from chunk""",
    "hr.employees": f"""select 'E' || employee as employee_id, if(is_agent, 'A' || employee, null) as agent_id,
        {words(_FAMILY_NAMES)}[employee * 7 % {len(_FAMILY_NAMES)} + 1] || ' '
            || {words(_GIVEN_NAMES)}[employee * 5 % {len(_GIVEN_NAMES)} + 1] as full_name,
        {on("hired_on")}, {on("probation_ends_on")}, {word("probation_result", _PROBATION)}, {on("left_on")},
        {word("left_reason", ("voluntary", "involuntary"))} from chunk""",
    "hr.assignments": f"""select 'E' || employee as employee_id, {on("valid_from")}, {word("site", _SITE_IDS, "site_id")},
        if(line >= 0, printf('T%03d', team), 'T-OFFICE') as team_id,
        if(line >= 0, {words(_SITE_IDS)}[site + 1] || ' ' || {words(LINES)}[line + 1] || ' ' || team_number, 'Office')
            as team_name,
        if(line >= 0, {words(LINES)}[line + 1], 'support') as business_line, {word("role", ROLES)},
        {code("E", "supervisor", "supervisor_id")} from chunk""",
    "hr.schedules": f"""select 'E' || employee as employee_id, {word("activity", ACTIVITIES)}, {at("starts_at")},
        {at("ends_at")} from chunk""",
    "hr.staffing_requirements": f"""select {at("starts_at").replace(" as starts_at", " as interval_starts_at")},
        {word("line", LINES, "business_line")}, (tenths::decimal(12, 1) / 10)::decimal(12, 1) as required_agents
        from chunk""",
    "hr.training_sessions": f"""select 'N' || session as session_id, {word("programme", ("new_hire", "on_the_job"))},
        {word("title", TITLES)}, {on("planned_on")}, planned_hours,
        case when held_hours >= 0 then held_hours end as held_hours, {on("ended_on")},
        {word("status", ("planned", "held", "cancelled"))} from chunk""",
    "hr.training_records": """select 'N' || session as session_id, 'E' || employee as employee_id, absences,
        case when exam_tenths >= 0 then (exam_tenths::decimal(12, 1) / 10)::decimal(12, 1) end as exam_score,
        case when exam_tenths >= 0 then exam_tenths >= 600 end as exam_passed, "left" from chunk""",
    "hr.requisitions": f"""select 'Z' || requisition as requisition_id, 'agent' as role, {on("opened_on")},
        {on("due_on")}, requested, filled from chunk""",
    "hr.budget_lines": f"""select {on("month")}, {word("category", CATEGORIES)},
        (budgeted::decimal(18, 2) / 100)::decimal(18, 2) as budgeted,
        (spent::decimal(18, 2) / 100)::decimal(18, 2) as spent from chunk""",
    "hr.appraisals": f"""select 'E' || employee as employee_id, {on("month")},
        case when self_tenths >= 0 then (self_tenths::decimal(12, 1) / 10)::decimal(12, 1) end as self_score,
        case when manager_tenths >= 0 then (manager_tenths::decimal(12, 1) / 10)::decimal(12, 1) end as manager_score
        from chunk""",
    "hr.sites": "select site_id, site_name, time_zone, country from chunk",
    "acd.queues": f"""select queue_id, queue_name, {word("line", LINES, "business_line")}, {word("channel", CHANNELS)},
        service_level_seconds, short_abandon_seconds from chunk""",
}
