"""Which columns of which source are profiled, how their rows are dated, and by which parts of the centre.

One declaration a source; the SQL that reads it stands in `profile.py`. What may not leave the build database (names,
comments) and customers is only counted, never listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: word: few values, the share of each is kept. number: mean, quantiles. time: how long after the dating column.
#: identity: only how often it is empty and how many distinct ones there are.
Kind = Literal["word", "number", "time", "identity"]


@dataclass(frozen=True)
class Profiled:
    """One source's profile. `dated_by` is the column whose month and day a row has; `person` the column that leads to
    site, team and line; `parts` further columns whose values are looked at one by one; `sample_by` what is sampled as
    a whole in large sources, so that what is compared between rows stays together."""

    source: str
    dated_by: str
    columns: Mapping[str, Kind]
    person: str | None = None
    parts: tuple[str, ...] = ()
    sample_by: str | None = None
    is_instant: bool = True
    rows: str | None = None

    @property
    def relation(self) -> str:
        """SQL of the rows."""
        return self.rows or "from " + staged(self.source)


def staged(source: str) -> str:
    """The staging view of a source."""
    return "staging.stg_" + source.replace(".", "__")


PROFILED = (
    Profiled(
        "acd.contact_legs",
        "offered_at",
        {
            "offered_at": "time",
            "direction": "word",
            "outcome": "word",
            "transferred": "word",
            "topic": "word",
            "leg_number": "word",
            "agent_id": "identity",
            "customer_id": "identity",
            "answered_at": "time",
            "ended_at": "time",
            "talk_seconds": "number",
            "hold_seconds": "number",
            "wrap_seconds": "number",
        },
        person="agent_id",
        parts=("queue_id",),
        sample_by="coalesce(customer_id, leg_id)",
    ),
    Profiled(
        "acd.agent_states",
        "started_at",
        {"started_at": "time", "state": "word", "ended_at": "time", "reason_code": "identity"},
        person="agent_id",
        sample_by="agent_id, started_at",
    ),
    Profiled(
        "crm.cases",
        "opened_at",
        {
            "opened_at": "time",
            "due_at": "time",
            "closed_at": "time",
            "closed_after_due": "number",
            "reopened": "word",
            "category": "word",
            "agent_id": "identity",
            "contact_id": "identity",
        },
        person="agent_id",
        sample_by="case_id",
        rows="from (select *, date_diff('second', due_at, closed_at) as closed_after_due from staging.stg_crm__cases)",
    ),
    Profiled(
        "crm.surveys",
        "responded_at",
        {
            "responded_at": "time",
            "csat": "word",
            "nps": "word",
            "resolution": "word",
            "attitude": "word",
            "speed": "word",
            "ease": "word",
            "review": "word",
            "agent_id": "identity",
            "contact_id": "identity",
        },
        person="agent_id",
        sample_by="survey_id",
    ),
    Profiled(
        "crm.complaints",
        "received_at",
        {
            "received_at": "time",
            "category": "word",
            "upheld": "word",
            "agent_id": "identity",
            "contact_id": "identity",
        },
        person="agent_id",
    ),
    Profiled(
        "crm.orders",
        "created_at",
        {
            "created_at": "time",
            "amount": "number",
            "paid_at": "time",
            "refunded_at": "time",
            "status": "word",
            "agent_id": "identity",
            "contact_id": "identity",
        },
        person="agent_id",
        sample_by="order_id",
    ),
    Profiled(
        "qa.evaluations",
        "evaluated_at",
        {
            "evaluated_at": "time",
            "method": "word",
            "score": "number",
            "critical_error": "word",
            "status": "word",
            "contact_id": "identity",
        },
        person="agent_id",
        parts=("evaluator_id", "method"),
        sample_by="evaluation_id",
    ),
    Profiled(
        "qa.evaluation_items",
        "evaluated_at",
        {"points": "number", "max_points": "number", "share_of_points": "number", "criterion": "word"},
        person="agent_id",
        parts=("criterion",),
        sample_by="evaluation_id",
        rows="""
            from (
                select item.*, points / max_points as share_of_points, evaluated_at, agent_id
                from staging.stg_qa__evaluation_items as item
                join staging.stg_qa__evaluations using (evaluation_id)
            )
        """,
    ),
    Profiled(
        "qa.report_deliveries",
        "due_at",
        {"due_at": "time", "delivered_at": "time", "defects": "number", "report_name": "word"},
        person="owner_id",
        parts=("report_name",),
    ),
    Profiled(
        "hr.schedules",
        "starts_at",
        {"starts_at": "time", "ends_at": "time", "activity": "word"},
        person="employee_id",
        sample_by="employee_id, starts_at",
    ),
    Profiled(
        "hr.staffing_requirements",
        "interval_starts_at",
        {"required_agents": "number", "business_line": "word"},
        parts=("business_line",),
    ),
    Profiled(
        "hr.training_sessions",
        "planned_on",
        {
            "held_to_planned": "number",
            "status": "word",
            "programme": "word",
            "ended_on": "time",
        },
        parts=("programme",),
        is_instant=False,
        rows="from (select *, held_hours / planned_hours as held_to_planned from staging.stg_hr__training_sessions)",
    ),
    Profiled(
        "hr.training_records",
        "planned_on",
        {
            "absences": "number",
            "exam_score": "number",
            "exam_passed": "word",
            "left": "word",
        },
        person="employee_id",
        parts=("programme",),
        is_instant=False,
        rows="""
            from (
                select record.*, planned_on, programme
                from staging.stg_hr__training_records as record
                join staging.stg_hr__training_sessions using (session_id)
            )
        """,
    ),
    Profiled(
        "hr.requisitions",
        "due_on",
        {"requested": "number", "filled": "number"},
        is_instant=False,
    ),
    Profiled(
        "hr.budget_lines",
        "month",
        {"budgeted": "number", "spent": "number", "spent_to_budgeted": "number", "category": "word"},
        parts=("category",),
        is_instant=False,
        rows="from (select *, spent / nullif(budgeted, 0) as spent_to_budgeted from staging.stg_hr__budget_lines)",
    ),
    Profiled(
        "hr.appraisals",
        "month",
        {"self_score": "number", "manager_score": "number", "self_above_manager": "number"},
        person="employee_id",
        is_instant=False,
        rows="from (select *, self_score - manager_score as self_above_manager from staging.stg_hr__appraisals)",
    ),
)
