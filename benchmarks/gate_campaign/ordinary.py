"""Ordinary months: centres of 20 to 500 agents through seasons, holidays, a new line, a closing site and a campaign.

Each centre is simulated, what happens to it is done to all of its deliveries alike (a contact that did not take place is
in no source), and all of its months are built in one refresh. The gate then judges each month that has earlier ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

#: Sources by the column that names their contact.
_OF_CONTACTS = (
    "acd/contact_legs",
    "crm/cases",
    "crm/surveys",
    "crm/complaints",
    "crm/orders",
    "qa/evaluations",
)


@dataclass(frozen=True)
class Centre:
    """A centre and its months. `busy` is a month's share of the usual contacts; `closing` names site and month in which
    it closes on the 14th, `campaign` the month in which twice as many contacts come and most of the added ones give up,
    `new_line` the month from which a queue of a new line takes calls."""

    name: str
    agents: int
    seed: int
    months: tuple[str, ...]
    busy: Mapping[str, int] = field(default_factory=dict[str, int])
    closing: tuple[str, str] | None = None
    campaign: str | None = None
    new_line: str | None = None


def _months(first: str, count: int) -> tuple[str, ...]:
    year, month = map(int, first.split("-"))
    return tuple(f"{year + (month - 1 + n) // 12}-{(month - 1 + n) % 12 + 1:02d}" for n in range(count))


CENTRES = (
    Centre("small_1", 20, 101, _months("2026-01", 9)),
    Centre("small_2", 24, 102, _months("2026-02", 9), busy={"2026-08": 80}),
    Centre("medium_1", 40, 103, _months("2025-08", 9), busy={"2025-12": 75, "2026-01": 90}),
    Centre("medium_2", 60, 104, _months("2026-01", 9), busy={"2026-07": 85, "2026-08": 80}),
    Centre("christmas", 80, 105, _months("2025-08", 9), busy={"2025-09": 85, "2025-10": 90, "2025-12": 100}),
    Centre("closing", 50, 106, _months("2026-01", 8), closing=("LIS", "2026-05")),
    Centre("campaign", 45, 107, _months("2026-01", 8), campaign="2026-06"),
    Centre("new_line", 45, 108, _months("2026-01", 8), new_line="2026-05"),
    Centre("large", 150, 109, _months("2026-02", 6)),
    Centre("largest", 500, 110, _months("2026-03", 4)),
)


def change(centre: Centre, landing: Path) -> None:
    """Do to the simulated deliveries what happens to the centre."""
    with duckdb.connect() as connection:
        for month, share in centre.busy.items():
            _keep(connection, landing, month, f"hash(contact_id) % 100 < {share}")
        if centre.campaign:
            _campaign(connection, landing, centre.campaign)
        if centre.new_line:
            _new_line(connection, landing, centre)
        if centre.closing:
            _close(connection, landing, centre)


def _rewrite(connection: duckdb.DuckDBPyConnection, file: Path, select: str) -> None:
    connection.execute(
        f"create or replace temp table rewritten as with delivered as (from read_csv('{file}', all_varchar = true, header = true)) {select}"
    )
    connection.execute(f"copy rewritten to '{file}' (header)")


def _keep(connection: duckdb.DuckDBPyConnection, landing: Path, month: str, condition: str) -> None:
    for table in _OF_CONTACTS:
        _rewrite(
            connection,
            landing / table / f"{month}.csv",
            f"from delivered where contact_id is null or {condition}",
        )


def _campaign(connection: duckdb.DuckDBPyConnection, landing: Path, month: str) -> None:
    _rewrite(
        connection,
        landing / "acd" / "contact_legs" / f"{month}.csv",
        """
        from delivered union all
        select * replace ('C' || leg_id as leg_id, 'C' || contact_id as contact_id, 'C' || customer_id as customer_id,
            null as agent_id, null as answered_at, '0' as talk_seconds, '0' as hold_seconds, '0' as wrap_seconds,
            strftime(strptime(offered_at, '%Y-%m-%dT%H:%M:%SZ') + to_seconds(cast(hash(leg_id) % 900 as bigint)), '%Y-%m-%dT%H:%M:%SZ') as offered_at,
            strftime(strptime(offered_at, '%Y-%m-%dT%H:%M:%SZ') + to_seconds(cast(hash(leg_id) % 900 + 20 + hash(contact_id) % 200 as bigint)), '%Y-%m-%dT%H:%M:%SZ') as ended_at,
            'abandoned' as outcome, 'false' as transferred)
        from delivered where direction = 'inbound' and leg_number = '1'
        """,
    )


def _new_line(connection: duckdb.DuckDBPyConnection, landing: Path, centre: Centre) -> None:
    for month in [each for each in centre.months if each >= str(centre.new_line)]:
        _rewrite(
            connection,
            landing / "acd" / "queues" / f"{month}.csv",
            "from delivered union all select 'Q90', 'Travel', 'travel', 'voice', '30', '5'",
        )
        _rewrite(
            connection,
            landing / "acd" / "contact_legs" / f"{month}.csv",
            "select * replace (if(queue_id = 'Q01' and hash(contact_id) % 100 < 15, 'Q90', queue_id) as queue_id) from delivered",
        )


def _close(connection: duckdb.DuckDBPyConnection, landing: Path, centre: Centre) -> None:
    assert centre.closing
    site, closes = centre.closing
    last_day = f"{closes}-14"
    files = ", ".join(f"'{file}'" for file in (landing / "hr" / "assignments").glob("*.csv"))
    connection.execute(
        f"""
        create temp table gone as
        select employee_id, 'A' || substr(employee_id, 2) as agent_id
        from read_csv([{files}], all_varchar = true, header = true)
        group by employee_id having arg_max(site_id, valid_from) = '{site}'
        """
    )
    agents, people = "(select agent_id from gone)", "(select employee_id from gone)"
    for month in [each for each in centre.months if each >= closes]:
        for table, column in (
            ("acd/agent_states", "started_at"),
            ("acd/contact_legs", "offered_at"),
            ("crm/cases", "opened_at"),
            ("crm/surveys", "responded_at"),
            ("crm/complaints", "received_at"),
            ("crm/orders", "created_at"),
            ("qa/evaluations", "evaluated_at"),
        ):
            _rewrite(connection, landing / table / f"{month}.csv",
                     f"from delivered where agent_id is null or agent_id not in {agents} or {column} < '{last_day}T23'")  # fmt: skip
        _rewrite(connection, landing / "hr" / "schedules" / f"{month}.csv",
                 f"from delivered where employee_id not in {people} or starts_at < '{last_day}T20'")  # fmt: skip
        _rewrite(
            connection,
            landing / "hr" / "appraisals" / f"{month}.csv",
            f"from delivered where employee_id not in {people}",
        )
        _rewrite(connection, landing / "hr" / "employees" / f"{month}.csv",
                 f"select * replace (if(employee_id in {people} and hired_on <= '{last_day}', least(coalesce(left_on, '{last_day}'), '{last_day}'), left_on) as left_on, "
                 f"if(employee_id in {people} and hired_on <= '{last_day}', coalesce(left_reason, 'involuntary'), left_reason) as left_reason) "
                 f"from delivered where employee_id not in {people} or hired_on <= '{last_day}'")  # fmt: skip
