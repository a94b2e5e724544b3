"""Which source tables stand behind a KPI, and which columns of fct_agent_day count for it: as the catalogue says."""

from collections.abc import Mapping
from functools import cache

import duckdb
from jinja2 import Environment

from orchestration.warehouse.dbt import DBT_PROJECT

_AGENT_DAY_COLUMNS = {
    "acd.agent_states": (
        "is_present",
        "logged_in_seconds",
        "productive_seconds",
        "occupied_seconds",
        "available_seconds",
    ),
    "hr.schedules": ("is_scheduled", "scheduled_seconds", "adherent_seconds"),
    "acd.contact_legs": ("answered_legs", "talk_seconds", "hold_seconds", "wrap_seconds", "transferred_legs"),
    "crm.surveys": ("csat_count", "csat_sum"),
    "qa.evaluations": ("qa_count", "qa_score_sum"),
    "crm.complaints": ("complaints",),
}
# Measured for the whole centre from tables that the family does not name (int_centre_contributions).
_OF_THE_CENTRE = {
    "training_plan_adherence": ("hr.training_sessions",),
    "recruiting_fulfilment_rate": ("hr.requisitions",),
    "admin_budget_overrun_rate": ("hr.budget_lines",),
}


def source_tables(kpi_id: str) -> tuple[str, ...]:
    """The source tables whose rows a KPI counts or waits for, in order; empty for a score, which is made of KPIs."""
    return _sources().get(kpi_id, ())


def agent_day_columns(kpi_id: str) -> tuple[str, ...]:
    """The columns of fct_agent_day that show what a KPI counts; empty where its rows are no agent-days."""
    tables = source_tables(kpi_id)
    return tuple(column for table in tables for column in _AGENT_DAY_COLUMNS.get(table, ()))


@cache
def _sources() -> Mapping[str, tuple[str, ...]]:
    families = _families()
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(
            "select kpi_id, coalesce(string_split(needs, '|'), []), [numerator_measure, denominator_measure] "
            "from read_csv($seed, header = true, all_varchar = true)",
            {"seed": str(DBT_PROJECT / "seeds" / "kpi_definitions.csv")},
        ).fetchall()
    return {
        kpi_id: tuple(
            sorted(
                {*needs, *(families[m] for m in measures if m in families), *_OF_THE_CENTRE.get(kpi_id, ())}
            )
        )
        for kpi_id, needs, measures in rows
    }


def _families() -> dict[str, str]:
    """The source table of each measure, from the macro that the models themselves are made of."""
    returned: list[list[dict[str, object]]] = []

    def keep(value: list[dict[str, object]]) -> list[dict[str, object]]:
        returned.append(value)
        return value

    macros = (DBT_PROJECT / "macros" / "kpis" / "kpi_families.sql").read_text(encoding="utf-8")
    Environment().from_string(macros + "{{ kpi_families() }}", globals={"return": keep}).render()
    return {
        measure: str(family["source_table"])
        for family in returned[-1]
        if family["source_table"]
        # What dbt's `return` gives as a list, Jinja alone gives as text.
        for measure in _listed(family["measures"])
    }


def _listed(measures: object) -> list[str]:
    if isinstance(measures, list):
        return [str(measure) for measure in measures]
    return [
        word for word in str(measures).replace("[", "").replace("]", "").replace("'", "").split(", ") if word
    ]
