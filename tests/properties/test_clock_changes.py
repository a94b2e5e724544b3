"""Local times around clock changes, held against the time zone database of Python."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.contracts.contract import load_contracts
from sources.loading.typing_sql import SKIPPED, typed_select
from sources.loading.values_sql import utc_of_bound

# A change of an hour, of half an hour, at midnight, of a whole day, and none.
CHANGES = {
    "America/New_York": datetime(2026, 3, 8, 2),
    "Australia/Lord_Howe": datetime(2026, 10, 4, 2),
    "America/Sao_Paulo": datetime(2018, 11, 4),
    "Pacific/Apia": datetime(2011, 12, 30),
    "Asia/Shanghai": datetime(2026, 3, 8, 2),
}


def the_bound(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the clock shows `local`, or more than it where it never does."""
    instant = (local - timedelta(hours=30)).replace(tzinfo=UTC)
    while instant.astimezone(zone).replace(tzinfo=None) < local:
        instant += timedelta(minutes=1)
    return instant.replace(tzinfo=None)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute("set TimeZone = 'UTC'")
    return opened


@settings(max_examples=150, deadline=None, derandomize=True)
@given(name=st.sampled_from(sorted(CHANGES)), minutes=st.integers(-180, 26 * 60))
def test_a_bound_is_the_first_instant_at_which_the_clock_shows_it_or_more(
    connection: duckdb.DuckDBPyConnection, name: str, minutes: int
) -> None:
    local = CHANGES[name] + timedelta(minutes=minutes)
    sql = f"select {utc_of_bound('local', name)} from (select $1::timestamp as local)"
    assert connection.execute(sql, [local]).fetchall() == [(the_bound(local, ZoneInfo(name)),)]


def test_a_segment_of_which_the_clock_skips_all_is_marked_where_the_file_names_its_time_zone(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    contract = load_contracts()["hr.schedules"]
    segments = [
        ("on_queue", "2026-03-07 22:00", "2026-03-08 02:30"),
        ("break", "2026-03-08 02:30", "2026-03-08 03:00"),
        ("on_queue", "2026-03-08 03:00", "2026-03-08 06:00"),
        ("break", "2026-03-08 02:40", "2026-03-08 02:20"),
    ]
    values = ", ".join(f"('E1', '{activity}', '{start}', '{end}')" for activity, start, end in segments)
    columns = ("employee_id", "activity", "starts_at", "ends_at")
    typed = typed_select(
        contract,
        dict.fromkeys(columns, "VARCHAR"),
        f"(values {values}) as delivered ({', '.join(columns)})",
        line="1",
        time_zone="America/New_York",
    )
    jump = datetime(2026, 3, 8, 7)
    assert connection.execute(f"select starts_at, ends_at, local_columns from ({typed})").fetchall() == [
        (datetime(2026, 3, 8, 3), jump, None),
        (jump, jump, SKIPPED),
        (jump, datetime(2026, 3, 8, 10), None),
        (jump, jump, None),
    ]
