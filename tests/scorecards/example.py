"""The deliveries of the worked example, as a person would write them."""

from pathlib import Path

from tests.scorecards.homes import LiveHome

# employee: handle seconds, complaints, quality, csat, own and manager's appraisal
WORK: dict[str, tuple[int, int, int, int | None, int, int]] = {
    "E1": (290, 4, 72, 5, 80, 90),
    "E2": (340, 0, 80, 4, 70, 70),
    "E3": (340, 1, 100, 3, 100, 100),
    "E4": (400, 6, 40, None, 60, 60),
    "E5": (340, 1, 100, 3, 100, 100),
    "E6": (300, 0, 72, 4, 50, 50),
}
MONTHS = ("2026-08", "2026-09")

_FIXED = {
    "hr/sites": "site_id,site_name,time_zone,country\nSHA,Shanghai,Asia/Shanghai,CN\n",
    "acd/queues": "queue_id,queue_name,business_line,channel,service_level_seconds,short_abandon_seconds\n"
    "Q1,Inquiry,inquiry,voice,20,5\n",
    "hr/employees": "employee_id,agent_id,full_name,hired_on\n"
    + "".join(f"{employee},A{employee[1:]},Somebody,2025-01-01\n" for employee in WORK),
    "hr/assignments": "employee_id,valid_from,site_id,team_id,team_name,business_line,role\n"
    + "".join(f"{employee},2025-01-01,SHA,T1,Team 1,inquiry,agent\n" for employee in WORK)
    + "E6,2026-08-17,SHA,T2,Team 2,ecommerce,agent\n",
    "rules/kpi_targets": "kpi_id,scope,business_line,valid_from,target\n"
    "qa_score,any,any,2026-01-01,80\ncsat_score,any,any,2026-01-01,4.5\n",
    "rules/scorecard_weights": "business_line,role,valid_from,kpi_id,weight,method,counted,points_per_unit,allowance\n"
    "inquiry,agent,2026-01-01,average_handle_time,15,tiered,,,\n"
    "inquiry,agent,2026-01-01,complaint_rate,10,deduction,numerator,2,1\n"
    "inquiry,agent,2026-01-01,qa_score,25,ratio,,,\n"
    "inquiry,agent,2026-01-01,csat_score,20,all_or_nothing,,,\n"
    "inquiry,agent,2026-01-01,appraisal_score,30,judged,,,\n"
    "inquiry,agent,2026-09-01,average_handle_time,15,tiered,,,\n"
    "inquiry,agent,2026-09-01,complaint_rate,10,deduction,numerator,2,1\n"
    "inquiry,agent,2026-09-01,qa_score,25,ratio,,,\n"
    "inquiry,agent,2026-09-01,csat_score,24,all_or_nothing,,,\n"
    "inquiry,agent,2026-09-01,appraisal_score,26,judged,,,\n"
    "ecommerce,agent,2026-01-01,qa_score,50,ratio,,,\n"
    "ecommerce,agent,2026-01-01,appraisal_score,50,judged,,,\n"
    "any,centre,2026-01-01,qa_score,100,ratio,,,\n",
    "rules/scorecard_bands": "business_line,role,valid_from,kpi_id,band,bound,share\n"
    + "".join(
        f"inquiry,agent,{since},average_handle_time,1,300,1\n"
        f"inquiry,agent,{since},average_handle_time,2,360,0.6666666667\n"
        f"inquiry,agent,{since},average_handle_time,3,,0\n"
        for since in ("2026-01-01", "2026-09-01")
    ),
    "rules/scorecard_exemptions": "business_line,role,kpi_id,condition_kpi_id,condition_value,valid_from\n"
    "inquiry,agent,average_handle_time,csat_score,4,2026-01-01\n",
}

_HEADS = {
    "acd/contact_legs": "leg_id,contact_id,leg_number,direction,queue_id,agent_id,offered_at,answered_at,ended_at,"
    "talk_seconds,hold_seconds,wrap_seconds,outcome,transferred\n",
    "acd/agent_states": "agent_id,state,started_at,ended_at\n",
    "crm/surveys": "survey_id,contact_id,agent_id,responded_at,csat\n",
    "crm/complaints": "complaint_id,agent_id,received_at,upheld\n",
    "qa/evaluations": "evaluation_id,agent_id,evaluator_id,evaluated_at,method,score,critical_error,status\n",
    "hr/appraisals": "employee_id,month,self_score,manager_score\n",
}


def published_example(root: Path) -> LiveHome:
    """Both months, refreshed through the command and published."""
    home = LiveHome(root)
    for table, text in (_FIXED | _months()).items():
        file = root / "landing" / table / "part-0.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (root / "callboard.toml").write_text('default_site = "SHA"\n[report]\npdf = false\n', encoding="utf-8")
    months = [word for month in MONTHS for word in ("--month", month)]
    result = home.refresh(*months, "--as-of", "2026-10-20T00:00:00Z", "--json")
    assert result.code == 0, result.out + result.err
    return home


def _months() -> dict[str, str]:
    lines = dict(_HEADS)
    for month in MONTHS:
        for employee, work in WORK.items():
            for table, text in _month_of(employee, month, *work).items():
                lines[table] += text
    return lines


def _month_of(
    employee: str,
    month: str,
    handle: int,
    complaints: int,
    quality: int,
    csat: int | None,
    own: int,
    manager: int,
) -> dict[str, str]:
    agent, day = f"A{employee[1:]}", f"{month}-20"
    key = f"{employee}-{month}"
    return {
        "acd/contact_legs": f"L{key},K{key},1,inbound,Q1,{agent},{day}T02:00:00Z,{day}T02:00:10Z,{day}T03:00:00Z,"
        f"{handle - 30},0,30,answered,false\n",
        "acd/agent_states": "".join(
            f"{agent},training,{month}-{number}T01:00:00Z,{month}-{number}T02:00:00Z\n"
            for number in range(20, 25)
        ),
        "crm/surveys": f"S{key},K{key},{agent},{day}T04:00:00Z,{csat}\n" if csat else "",
        "crm/complaints": "".join(f"P{key}-{n},{agent},{day}T05:00:00Z,true\n" for n in range(complaints)),
        "qa/evaluations": f"X{key},{agent},Q9,{day}T06:00:00Z,monitoring,{quality},false,final\n",
        "hr/appraisals": f"{employee},{month}-01,{own},{manager}\n",
    }
