"""Deliveries for tests: a centre's landing, small good files, and lines that are good but for what a test changes."""

from pathlib import Path

import duckdb

from sources.loading.load import LoadSettings, load
from sources.reasons import refusal

SITES = """site_id,site_name,time_zone,country
SHA,Shanghai,Asia/Shanghai,CN
NYC,New York,America/New_York,US
"""
EMPLOYEES = """employee_id,agent_id,full_name,hired_on
E1,A1,Wang Wei,2024-01-01
E2,A2,Pat O'Neil,2024-01-01
E3,,Ana Sousa,2024-01-01
"""
ASSIGNMENTS = """employee_id,valid_from,site_id,team_id,team_name,business_line,role
E1,2024-01-01,SHA,T1,Team 1,inquiry,agent
E2,2024-01-01,NYC,T2,Team 2,inquiry,agent
"""
QUEUES = """queue_id,queue_name,business_line,channel,service_level_seconds,short_abandon_seconds
Q1,General,inquiry,voice,20,5
"""
LEG_COLUMNS = (
    "leg_id,contact_id,leg_number,direction,queue_id,agent_id,offered_at,answered_at,ended_at,"
    "talk_seconds,hold_seconds,wrap_seconds,outcome,transferred"
)


def leg(leg_id: str, **changed: object) -> str:
    """A good answered leg as a csv line, but for the columns named."""
    values: dict[str, object] = {
        "leg_id": leg_id,
        "contact_id": "K1",
        "leg_number": 1,
        "direction": "inbound",
        "queue_id": "Q1",
        "agent_id": "A1",
        "offered_at": "2026-08-03T01:00:00Z",
        "answered_at": "2026-08-03T01:00:10Z",
        "ended_at": "2026-08-03T01:05:00Z",
        "talk_seconds": 200,
        "hold_seconds": 0,
        "wrap_seconds": 30,
        "outcome": "answered",
        "transferred": "false",
    }
    return ",".join(str(value) for value in {**values, **changed}.values())


def legs(*lines: str) -> str:
    """A csv of contact legs."""
    return "\n".join([LEG_COLUMNS, *lines]) + "\n"


class Centre:
    """A home's landing and build database, for the loader and the staging SQL alone."""

    def __init__(self, root: Path, models_sql: list[str]) -> None:
        self.landing = root / "landing"
        self.landing.mkdir()
        self.mappings = root / "mappings"
        self.warehouse = root / "warehouse.duckdb"
        self._models_sql = models_sql

    def deliver(self, file: str, content: str | bytes) -> Path:
        path = self.landing / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self) -> None:
        load(self.warehouse, self.landing, settings=LoadSettings(mappings=self.mappings))

    def refresh(self) -> None:
        self.load()
        with duckdb.connect(str(self.warehouse)) as con:
            con.execute("set TimeZone = 'UTC'")
            con.execute("begin")
            for statement in self._models_sql:
                con.execute(statement)
            con.execute("commit")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    def quarantined(self, table_name: str) -> list[tuple[object, ...]]:
        """File name, line, column and reason of each row in quarantine, in that order."""
        rows = self.rows(
            "select parse_filename(file), line, column_name, reason_code, reason_params "
            f"from quarantine.quarantined_row where table_name = '{table_name}' order by all"
        )
        return [
            (file, line, column, refusal(code, column, params)) for file, line, column, code, params in rows
        ]


def small_centre(root: Path, staging_sql: list[str]) -> Centre:
    """Two sites, three employees and a queue."""
    made = Centre(root, staging_sql)
    made.deliver("hr/sites/sites.csv", SITES)
    made.deliver("hr/employees/employees.csv", EMPLOYEES)
    made.deliver("hr/assignments/assignments.csv", ASSIGNMENTS)
    made.deliver("acd/queues/queues.csv", QUEUES)
    return made
