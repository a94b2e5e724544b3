"""Who reads while a release is copied, or kills the copy: the old release or the new one, never a part, never nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import psycopg
import pytest

from orchestration.home.errors import CallboardError, UsageError
from orchestration.postgres.address import parse_address
from orchestration.postgres.copy import Copied, CopyRequest, copy_release
from tests.bi.conftest import Server

ROWS = 20_000
_WHOLE = """
select (select max(release_id) from audit.release), count(*), min(release_id), max(release_id),
    (select max(definition) from marts.dim_kpi)
from marts.kpi_monthly join marts.dim_kpi using (kpi_id)
"""


def _release(path: Path, name: str, *, wider: bool = False) -> Path:
    """A small release in which every table names it."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema audit")
        connection.execute("create table audit.release as select ? as release_id", [name])
        connection.execute(
            "create table marts.dim_kpi as select 'answer_rate' as kpi_id, ? as definition", [name]
        )
        more = ", 1 as one_more" if wider else ""
        connection.execute(
            "create table marts.kpi_monthly as select date '2026-08-01' as month, 'answer_rate' as kpi_id, "
            f"'employee' as scope, 'E' || i as scope_id, i / 7 as value, ? as release_id{more} from range(?) as t(i)",
            [name, ROWS],
        )
    return path


@pytest.fixture
def copy(database: Server, tmp_path: Path) -> Callable[..., Copied]:
    made: dict[str, Path] = {}

    def run(name: str, *, wider: bool = False, lock_timeout_s: int = 20) -> Copied:
        if name not in made:
            made[name] = _release(tmp_path / f"{name}.duckdb", name, wider=wider)
        request = CopyRequest(
            name, made[name], parse_address(database.address()), lock_timeout_s=lock_timeout_s
        )
        return copy_release(request)

    return run


@pytest.mark.parametrize("is_wider", [False, True], ids=["rows replaced", "tables made anew"])
def test_readers_never_see_a_missing_half_or_mixed_release(
    database: Server, copy: Callable[..., Copied], is_wider: bool
) -> None:
    copy("one")
    copied_all = threading.Event()
    seen: list[tuple[object, ...]] = []
    troubles: list[Exception] = []

    def poll() -> None:
        with database.connect() as connection:
            while not copied_all.is_set():
                try:
                    seen.extend(connection.execute(_WHOLE).fetchall())
                except Exception as error:
                    troubles.append(error)
                # A copy takes far longer; without a pause the readers would take its CPU away.
                copied_all.wait(0.02)

    readers = [threading.Thread(target=poll) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(4):
            assert copy("two", wider=is_wider).is_swap is is_wider
            assert copy("one").is_swap is is_wider
    finally:
        copied_all.set()
        for reader in readers:
            reader.join()
    assert troubles == []
    assert set(seen) == {("one", ROWS, "one", "one", "one"), ("two", ROWS, "two", "two", "two")}


def test_a_long_transaction_goes_on_seeing_the_release_that_it_began_with(
    database: Server, copy: Callable[..., Copied]
) -> None:
    copy("one")
    with psycopg.connect(database.address()) as connection:
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select 1")
        copy("two")
        assert connection.execute(_WHOLE).fetchone() == ("one", ROWS, "one", "one", "one")
    assert database.query(_WHOLE) == [("two", ROWS, "two", "two", "two")]


def test_a_row_that_did_not_change_is_not_written_again(
    database: Server, copy: Callable[..., Copied], tmp_path: Path
) -> None:
    copy("one")
    written = "select scope_id, xmin::text from marts.kpi_monthly"
    before = dict(database.query(written))
    path = _release(tmp_path / "next.duckdb", "one")
    with duckdb.connect(str(path)) as connection:
        connection.execute("update marts.kpi_monthly set value = 5e-324 where scope_id = 'E0'")
        connection.execute("update marts.kpi_monthly set value = null where scope_id = 'E1'")
        connection.execute("update marts.kpi_monthly set scope_id = 'new' where scope_id = 'E2'")
    copied = copy_release(CopyRequest("next", path, parse_address(database.address())))
    assert not copied.is_swap
    after = dict(database.query(written))
    assert {who for who in after if after[who] != before.get(who)} == {"E0", "E1", "new"}
    assert before.keys() - after.keys() == {"E2"}
    assert database.query(
        "select value::text from marts.kpi_monthly where scope_id in ('E0', 'E1') order by scope_id"
    ) == [
        ("5e-324",),
        (None,),
    ]


def test_views_of_people_go_on_working_while_the_shape_stays(
    database: Server, copy: Callable[..., Copied]
) -> None:
    copy("one")
    database.run("create view public.mine as select distinct release_id from marts.kpi_monthly")
    copy("two")
    assert database.query("select * from public.mine") == [("two",)]


def test_a_new_shape_under_a_view_is_refused_and_names_the_view(
    database: Server, copy: Callable[..., Copied]
) -> None:
    copy("one")
    database.run("create view public.mine as select distinct release_id from marts.kpi_monthly")
    with pytest.raises(CallboardError, match=r"view mine depends on table marts\.kpi_monthly"):
        copy("two", wider=True)
    assert database.query(_WHOLE) == [("one", ROWS, "one", "one", "one")]
    database.run("drop view public.mine")
    assert copy("two", wider=True).is_swap


def test_a_table_that_people_put_beside_ours_is_never_dropped(
    database: Server, copy: Callable[..., Copied]
) -> None:
    copy("one")
    database.run("create table marts.my_notes as select 'precious' as note")
    copy("two")
    with pytest.raises(CallboardError, match="my_notes"):
        copy("three", wider=True)
    assert database.query("select * from marts.my_notes") == [("precious",)]
    assert database.query(_WHOLE) == [("two", ROWS, "two", "two", "two")]


def test_a_schema_of_somebody_elses_is_left_alone(database: Server, copy: Callable[..., Copied]) -> None:
    database.run("create schema marts", "create table marts.kpi_monthly as select 1 as theirs")
    with pytest.raises(UsageError, match="not written by Callboard"):
        copy("one")
    assert database.query("select * from marts.kpi_monthly") == [(1,)]
    assert database.query("select to_regnamespace('audit')::text") == [(None,)]


@pytest.mark.parametrize("is_wider", [False, True], ids=["rows replaced", "tables made anew"])
def test_readers_who_hold_on_are_named_and_not_waited_for_without_end(
    database: Server, copy: Callable[..., Copied], is_wider: bool
) -> None:
    copy("one")
    with psycopg.connect(database.address()) as connection:
        connection.execute(f"lock table marts.dim_kpi in {'access share' if is_wider else 'share'} mode")
        began = time.monotonic()
        with pytest.raises(CallboardError, match="locked for too long"):
            copy("two", wider=is_wider, lock_timeout_s=1)
        assert time.monotonic() - began < 15
        assert connection.execute(_WHOLE).fetchone() == ("one", ROWS, "one", "one", "one")
    assert copy("two", wider=is_wider).is_swap is is_wider


@pytest.mark.parametrize("is_wider", [False, True], ids=["rows replaced", "tables made anew"])
def test_a_copy_that_is_killed_leaves_the_old_release_and_the_next_one_goes_through(
    database: Server, copy: Callable[..., Copied], tmp_path: Path, is_wider: bool
) -> None:
    copy("one")
    path = _release(tmp_path / "killed.duckdb", "killed", wider=is_wider)
    code = (
        "from pathlib import Path; from orchestration.postgres.copy import *; "
        "from orchestration.postgres.address import parse_address; import os; "
        f"copy_release(CopyRequest('killed', Path({str(path)!r}), parse_address(os.environ['WHERE']), lock_timeout_s=60))"
    )
    with psycopg.connect(database.address()) as holder:
        # Deep inside the copy: after the new tables were written, or after the first old rows were deleted.
        holder.execute("select * from marts.dim_kpi for key share")
        copying = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "WHERE": database.address()},
            cwd=Path(__file__).parents[2],
        )
        waits = "select count(*) from pg_stat_activity where application_name = 'callboard' and %s"
        deep = "wait_event_type = 'Lock'" if not is_wider else "query like '%lock table%'"
        for _ in range(600):
            if database.query(waits % f"datname = current_database() and {deep}") == [(1,)]:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the copy never got so far")
        copying.send_signal(signal.SIGKILL)
        copying.wait()
        assert database.query(_WHOLE) == [("one", ROWS, "one", "one", "one")]
    for _ in range(600):
        if database.query(waits % "datname = current_database()") == [(0,)]:
            break
        time.sleep(0.05)
    assert database.query(_WHOLE) == [("one", ROWS, "one", "one", "one")]
    assert database.query("select count(*) from pg_namespace where nspname like 'callboard%'") == [(0,)]
    copy("two", wider=is_wider)
    assert database.query(_WHOLE) == [("two", ROWS, "two", "two", "two")]


def test_a_second_copy_at_the_same_time_is_not_begun(database: Server, copy: Callable[..., Copied]) -> None:
    copy("one")
    with psycopg.connect(database.address()) as connection:
        connection.execute("select pg_advisory_xact_lock(hashtextextended('callboard serve-to marts', 0))")
        with pytest.raises(CallboardError, match="under way"):
            copy("two")


def test_a_key_or_reference_that_does_not_hold_is_left_out_and_stops_nothing(
    database: Server, copy: Callable[..., Copied], tmp_path: Path
) -> None:
    copy("one")
    assert database.query(
        "select count(*) from pg_constraint where conrelid = 'marts.kpi_monthly'::regclass"
    ) == [(2,)]
    path = _release(tmp_path / "odd.duckdb", "odd")
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into marts.kpi_monthly select * from marts.kpi_monthly limit 1")
        connection.execute("update marts.kpi_monthly set kpi_id = 'unknown_kpi' where scope_id = 'E5'")
    copied = copy_release(CopyRequest("odd", path, parse_address(database.address())))
    assert copied.is_swap
    assert copied.rows["marts.kpi_monthly"] == ROWS + 1
    assert database.query(
        "select count(*) from pg_constraint where conrelid = 'marts.kpi_monthly'::regclass"
    ) == [(0,)]


def test_texts_lists_and_numbers_arrive_as_they_are(database: Server, tmp_path: Path) -> None:
    path = tmp_path / "odd.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema audit")
        connection.execute(
            "create table audit.quarantined_row as select '客服 ''q'' \\ $$ ; drop' as row_text, "
            "[date '2026-08-01', null] as days, 1e308 as big, 'nan'::double as none, "
            "0.1::decimal(26,10) as tenth, timestamp '2026-03-08 02:30:00.123456' as at"
        )
        connection.execute("insert into audit.quarantined_row (row_text) values ('a' || chr(0) || 'b'), ('')")
        connection.execute("comment on table audit.quarantined_row is '它''s \\ 100 %; $lock$'")
    copy_release(CopyRequest("odd", path, parse_address(database.address())))
    row, broken, empty = database.query(
        "select * from audit.quarantined_row order by days, row_text desc nulls last"
    )
    assert row[0] == "客服 'q' \\ $$ ; drop"
    assert repr(row[1:]) == (
        "([datetime.date(2026, 8, 1), None], 1e+308, nan, Decimal('0.1000000000'), "
        "datetime.datetime(2026, 3, 8, 2, 30, 0, 123456))"
    )
    assert (broken[0], empty[0]) == ("a\ufffdb", "")
    assert database.query("select obj_description('audit.quarantined_row'::regclass)") == [
        ("它's \\ 100 %; $lock$",)
    ]
