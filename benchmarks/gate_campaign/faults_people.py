"""Faults of what HR and quality deliver: people, plans, training, money, evaluations, reports."""

from benchmarks.gate_campaign.fault import Fault, at, at_site, in_team, one_in

_EMPLOYEES, _ASSIGNMENTS, _PLAN = "hr.employees", "hr.assignments", "hr.schedules"
_EVALUATIONS, _ITEMS, _REPORTS = "qa.evaluations", "qa.evaluation_items", "qa.report_deliveries"
_REQUIRED, _SESSIONS, _RECORDS = "hr.staffing_requirements", "hr.training_sessions", "hr.training_records"
_REQUISITIONS, _BUDGET, _APPRAISALS = "hr.requisitions", "hr.budget_lines", "hr.appraisals"
_WORKED = ("select least(max(ended_at), s.ends_at) from agent_states a where a.agent_id = 'A' || substr(s.employee_id, 2) "
           "and a.started_at < s.ends_at and a.ended_at > s.starts_at")  # fmt: skip

PEOPLE = (
    Fault("employees_left_empty", _EMPLOYEES, replace={"left_on": "null", "left_reason": "null"}),
    Fault("employees_active_only", _EMPLOYEES, keep="left_on is null"),
    Fault("employees_active_only_both", _EMPLOYEES, keep="left_on is null",
          also={"hr.assignments": "select * from assignments where employee_id in (select employee_id from employees where left_on is null)"}),
    Fault("employees_julys_again", _EMPLOYEES, needs_history=True, sql="select * from july_employees"),
    Fault("employees_new_ids", _EMPLOYEES, needs_history=True,
          add="select * replace ('N' || employee_id as employee_id, null as agent_id) from employees where agent_id is null or hash(employee_id) % 5 = 0",
          also={"hr.assignments": "from assignments union all select * replace ('N' || employee_id as employee_id) from assignments "
                                  "where employee_id in (select employee_id from employees where agent_id is null or hash(employee_id) % 5 = 0)"}),
    Fault("employees_hired_on_migration", _EMPLOYEES, needs_history=True, replace={"hired_on": f"if({one_in('employee_id', 60)}, '2026-08-01', hired_on)"}),
    Fault("employees_probation_empty", _EMPLOYEES, replace={"probation_ends_on": "null", "probation_result": "null"}),
    Fault("employees_all_voluntary", _EMPLOYEES, needs_history=True, replace={"left_reason": "if(left_on is null, null, 'involuntary')"}),
    Fault("employees_left_a_month_later", _EMPLOYEES, needs_history=True, replace={"left_on": "cast(cast(left_on as date) + 31 as date)::varchar"}),
    Fault("employees_agents_of_one_site_only", _EMPLOYEES, needs_history=True, keep=f"not {at_site('employee_id', 'LIS')}"),
    Fault("assignments_moved_to_one_team", _ASSIGNMENTS, needs_history=True, replace={"team_id": "if(team_id = 'T002', 'T001', team_id)", "team_name": "if(team_id = 'T002', 'merged', team_name)"}),
    Fault("assignments_line_renamed", _ASSIGNMENTS, replace={"business_line": "if(business_line = 'complaint', 'Complaints', business_line)"}),
)  # fmt: skip

PLAN = (
    Fault("plan_a_day_later", _PLAN, replace={c: at(c, "1 day") for c in ("starts_at", "ends_at")}),
    Fault("plan_local_as_utc", _PLAN, replace={c: f"if({at_site('employee_id', 'NYC')}, {at(c, '-4 hours')}, {c})" for c in ("starts_at", "ends_at")}),
    Fault("plan_half_hour_off", _PLAN, replace={c: at(c, "30 minutes") for c in ("starts_at", "ends_at")}),
    Fault("plan_leave_as_on_queue", _PLAN, replace={"activity": "if(activity = 'leave', 'on_queue', activity)"}),
    Fault("plan_breaks_missing", _PLAN, keep="activity not in ('break', 'lunch')"),
    Fault("plan_team_t001_missing", _PLAN, keep=f"not {in_team('employee_id', 'T001')}"),
    Fault("plan_leave_missing", _PLAN, keep="activity <> 'leave'"),
    Fault("plan_as_worked", _PLAN,
          sql="select 'E' || substr(agent_id, 2) as employee_id, case when state in ('break', 'lunch', 'training', 'coaching', 'meeting') then state else 'on_queue' end as activity, "
              "started_at as starts_at, ended_at as ends_at from (select agent_id, state, started_at, ended_at, "
              "row_number() over (partition by agent_id, started_at order by ended_at desc) as nth from agent_states) where nth = 1 and ended_at > started_at "
              "and state in ('break', 'lunch', 'training', 'coaching', 'meeting', 'talking', 'available') union all select * from schedules where activity = 'leave'"),
    Fault("plan_training_as_on_queue", _PLAN, replace={"activity": "if(activity in ('training', 'coaching', 'meeting'), 'on_queue', activity)"}),
    Fault("plan_to_the_24th", _PLAN, keep="starts_at < '2026-08-25'"),
)  # fmt: skip

QUALITY = (
    Fault("evaluations_to_the_15th", _EVALUATIONS, keep="evaluated_at < '2026-08-16'"),
    Fault("evaluations_share_at_lis", _EVALUATIONS, replace={"score": f"if({at_site('agent_id', 'LIS')}, cast(cast(score as double) / 100 as varchar), score)"}),
    Fault("evaluations_as_share", _EVALUATIONS, replace={"score": "cast(cast(score as double) / 100 as varchar)"}),
    Fault("evaluations_grader_ten_higher", _EVALUATIONS, needs_history=True, replace={
        "score": "if(evaluator_id = (select min(evaluator_id) from evaluations), cast(least(100, cast(score as double) + 10) as varchar), score)"}),
    Fault("evaluations_final_and_other_agent", _EVALUATIONS, replace={"status": "'final'", "agent_id": "lead(agent_id, 3, agent_id) over (order by evaluation_id)"}),
    Fault("evaluations_no_critical", _EVALUATIONS, replace={"critical_error": "'false'"}),
    Fault("evaluations_best_only", _EVALUATIONS, keep="cast(score as double) >= 80"),
    Fault("evaluations_on_ten_scale", _EVALUATIONS, replace={"score": "cast(round(cast(score as double) / 10, 1) as varchar)"}),
    Fault("evaluations_mystery_missing", _EVALUATIONS, keep="method <> 'mystery_call'"),
    Fault("items_full_points", _ITEMS, replace={"points": "max_points"}),
    Fault("items_courtesy_missing", _ITEMS, keep="criterion <> 'courtesy'"),
    Fault("items_max_points_of_100", _ITEMS, needs_history=True, replace={"max_points": "'100'"}),
    Fault("items_points_in_percent_of_empathy", _ITEMS, replace={"points": "if(criterion = 'empathy', cast(cast(points as double) / 20 as varchar), points)"}),
    Fault("reports_only_in_time", _REPORTS, needs_history=True, keep="delivered_at <= due_at"),
    Fault("reports_due_eight_hours_later", _REPORTS, replace={"due_at": at("due_at", "8 hours")}),
    Fault("reports_delivered_empty_where_late", _REPORTS, replace={"delivered_at": "if(delivered_at > due_at, null, delivered_at)"}),
    Fault("reports_delivered_is_due", _REPORTS, replace={"delivered_at": "due_at"}),
    Fault("reports_defects_zero", _REPORTS, replace={"defects": "if(defects is null, null, '0')"}),
    Fault("reports_daily_traffic_missing", _REPORTS, keep="report_name <> 'daily traffic'"),
    Fault("required_line_missing", _REQUIRED, keep="business_line <> 'complaint'"),
    Fault("required_twice_as_many", _REQUIRED, replace={"required_agents": "cast(cast(required_agents as double) * 2 as varchar)"}),
    Fault("required_first_half_only", _REQUIRED, keep="interval_starts_at < '2026-08-16'"),
    Fault("required_constant", _REQUIRED, replace={"required_agents": "'5'"}),
    Fault("training_not_delivered", _SESSIONS, is_delivered=False, also={"hr.training_records": ""}),
    Fault("training_sessions_all_planned", _SESSIONS, replace={"status": "'planned'", "held_hours": "null", "ended_on": "null"}),
    Fault("training_held_hours_in_minutes", _SESSIONS, replace={"held_hours": "cast(cast(held_hours as double) * 60 as varchar)"}),
    Fault("training_failed_absent", _RECORDS, needs_history=True, keep="exam_passed is null or exam_passed <> 'false'"),
    Fault("training_exam_empty", _RECORDS, replace={"exam_score": "null", "exam_passed": "null"}),
    Fault("training_all_passed", _RECORDS, replace={"exam_passed": "if(exam_passed is null, null, 'true')"}),
    Fault("requisitions_not_delivered", _REQUISITIONS, is_delivered=False, needs_history=True),
    Fault("requisitions_none_filled", _REQUISITIONS, replace={"filled": "'0'"}),
    Fault("budget_not_delivered", _BUDGET, is_delivered=False, needs_history=True),
    Fault("budget_in_thousands", _BUDGET, replace={"budgeted": "cast(cast(budgeted as double) / 1000 as varchar)"}),
    Fault("budget_spent_zero", _BUDGET, replace={"spent": "'0'"}),
    Fault("budget_spent_is_budgeted", _BUDGET, replace={"spent": "budgeted"}),
    Fault("appraisals_swapped", _APPRAISALS, needs_history=True, replace={"self_score": "manager_score", "manager_score": "self_score"}),
    Fault("appraisals_julys_again", _APPRAISALS, needs_history=True, sql="select * replace ('2026-08-01' as month) from july_appraisals"),
    Fault("appraisals_on_five_scale", _APPRAISALS, replace={"self_score": "cast(cast(self_score as double) / 20 as varchar)", "manager_score": "cast(cast(manager_score as double) / 20 as varchar)"}),
    Fault("appraisals_manager_is_self", _APPRAISALS, replace={"manager_score": "self_score"}),
    Fault("appraisals_one_team_missing", _APPRAISALS, keep=f"not {in_team('employee_id', 'T000')}"),
)  # fmt: skip

FAULTS = (*PEOPLE, *PLAN, *QUALITY)
