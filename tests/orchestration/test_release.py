"""What a release holds, what it refuses to hold, and what its readers never notice."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from expectations.settling import Waiver
from orchestration.home.errors import CallboardError, GateRefusedError
from orchestration.home.waivers import add_waiver
from orchestration.refresh import publish as release
from orchestration.refresh.publish import publish, tidy
from orchestration.releases.audit_schema import AUDIT_TABLES
from orchestration.releases.manifest import current_manifest, read_manifest
from orchestration.warehouse import ledger
from tests.findings import NO_STATES, failing, waived

from .conftest import AUGUST, OCTOBER, PASSED, SEPTEMBER, StandIn

FAILED = failing()


def test_the_link_is_relative_and_leads_to_the_newest_release(stand_in: StandIn) -> None:
    made = stand_in.publish({AUGUST: 0.5})
    link = stand_in.home.published_database
    assert link.readlink() == Path("releases") / made.release_id / "callboard.duckdb"
    assert stand_in.published("select month, value from marts.kpi_monthly") == [(AUGUST, 0.5)]


def test_the_manifest_fingerprints_every_file_of_the_release_and_every_delivery(stand_in: StandIn) -> None:
    made = stand_in.publish({AUGUST: 0.5})
    manifest = read_manifest(made.path)
    files = {p.relative_to(made.path).as_posix() for p in made.path.rglob("*") if p.is_file()}
    assert {part.path for part in manifest.parts} == files - {"manifest.json"}
    assert {"callboard.duckdb", "parquet/kpi_monthly.parquet", "parquet/dim_kpi.parquet"} <= files
    for part in manifest.parts:
        content = (made.path / part.path).read_bytes()
        assert (part.bytes, part.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    (delivery,) = manifest.deliveries
    landed = stand_in.home.landing / delivery.file
    assert delivery.sha256 == hashlib.sha256(landed.read_bytes()).hexdigest()
    assert (delivery.table_name, delivery.rows) == ("crm.complaints", 2)
    assert manifest.library_versions["duckdb"] == duckdb.__version__


def test_the_parquet_files_hold_what_the_database_holds(stand_in: StandIn) -> None:
    made = stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    rows = duckdb.sql(
        f"from '{made.path}/parquet/kpi_monthly.parquet' select month, value order by all"
    ).fetchall()
    assert rows == stand_in.published("select month, value from marts.kpi_monthly order by all")


def test_every_audit_table_has_its_columns_described(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    described = stand_in.published(
        "select table_name, column_name from duckdb_columns() where schema_name = 'audit' and comment is not null"
    )
    assert set(described) == {(t, c) for t, (_, columns) in AUDIT_TABLES.items() for c in columns}
    commented = "select comment from duckdb_tables() where table_name = 'kpi_monthly'"
    assert stand_in.published(commented) == [("One row per month and KPI.",)]


def test_a_build_that_the_gate_has_not_judged_is_not_published(stand_in: StandIn) -> None:
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.5}, ctx=ctx)
    stand_in.in_build("delete from ledger.gate")
    with pytest.raises(GateRefusedError) as raised:
        publish(ctx, build)
    assert raised.value.exit_code == 3
    assert not stand_in.home.published.exists()


@pytest.mark.parametrize("state", ["building", "built", "refused"])
def test_only_a_build_that_passed_is_published_whatever_the_verdicts_say(
    stand_in: StandIn, state: str
) -> None:
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.5}, ctx=ctx)
    with pytest.raises(GateRefusedError):
        publish(ctx, replace(build, state=state))


def test_a_failed_verdict_refuses_even_a_build_marked_as_passed(stand_in: StandIn) -> None:
    old = stand_in.publish({AUGUST: 0.5})
    stand_in.verdicts = [PASSED, FAILED]
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.75}, ctx=ctx)
    with pytest.raises(GateRefusedError, match=NO_STATES):
        publish(ctx, replace(build, state="passed"))
    assert stand_in.home.published_database.resolve().parent == old.path
    assert stand_in.published("select value from marts.kpi_monthly") == [(0.5,)]


def test_marts_that_changed_after_the_gate_are_not_published(stand_in: StandIn) -> None:
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.5}, ctx=ctx)
    stand_in.in_build("update marts.kpi_monthly set value = 0.51")
    with pytest.raises(GateRefusedError, match="changed after the gate"):
        publish(ctx, build)


def test_a_waived_failure_is_published_with_who_and_why(stand_in: StandIn) -> None:
    at = datetime(2026, 10, 2, tzinfo=UTC)
    add_waiver(stand_in.home, Waiver(NO_STATES, AUGUST, None, "power cut", "Wei Chen", at))
    stand_in.verdicts = [PASSED, failing(settled=waived())]
    made = stand_in.publish({AUGUST: 0.5})
    query = "select expectation, passed, waived_by, waived_reason from audit.gate_result where not passed"
    assert stand_in.published(query) == [(NO_STATES, False, "Wei Chen", "power cut")]
    assert [w.reason for w in read_manifest(made.path).waivers] == ["power cut"]


def test_a_mart_with_a_private_column_is_not_published(stand_in: StandIn) -> None:
    stand_in.build({AUGUST: 0.5})
    stand_in.in_build(
        "create table marts.dim_employee as select 'E1' as employee_id, 'Wei Chen' as full_name"
    )
    with duckdb.connect(str(stand_in.home.warehouse)) as connection:
        newest = ledger.latest_build(connection)
    assert newest is not None
    with pytest.raises(CallboardError, match="full_name"):
        publish(stand_in.context(AUGUST), stand_in.judge(newest))
    assert not stand_in.home.published_database.exists()


def test_only_the_masked_text_of_a_quarantined_row_leaves_the_build(stand_in: StandIn) -> None:
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.5}, ctx=ctx)
    stand_in.in_build(
        "insert into quarantine.quarantined_row select 'crm.complaints', 'crm/complaints/2026-09.csv', 3, 1, 'category', "
        "'not_whole_number', null, 'Wei Chen;x', '***;x', delivery_id from raw.delivery"
    )
    made = publish(ctx, stand_in.judge(build))
    assert stand_in.published("select line, row_text, reason, reason_code from audit.quarantined_row") == [
        (3, "***;x", "category is not a whole number", "not_whole_number")
    ]
    assert stand_in.published("select quarantined_rows from audit.delivery") == [(1,)]
    assert b"Wei Chen" not in (made.path / "callboard.duckdb").read_bytes()


def test_months_that_were_published_and_changed_are_restated_with_what_arrived(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    assert stand_in.published("from audit.restatement") == []
    stand_in.deliver("2026-10.csv", [AUGUST, OCTOBER], category=2)
    made = stand_in.publish({AUGUST: 0.75, SEPTEMBER: 0.25, OCTOBER: 1.0})
    (row,) = stand_in.published("from audit.restatement")
    (arrived,) = stand_in.published("select delivery_id from audit.delivery where file like '%2026-10.csv'")
    assert row == (AUGUST, "answer_rate", "centre", "all", 0.5, 0.75, made.release_id, [arrived[0]])


def test_a_number_that_vanished_is_restated_too(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.5}, ctx=ctx)
    stand_in.in_build("delete from marts.kpi_monthly")
    publish(ctx, stand_in.judge(build))
    assert stand_in.published("select value_before, value_after from audit.restatement") == [(0.5, None)]


def test_the_history_of_releases_and_verdicts_is_carried_on(stand_in: StandIn) -> None:
    first = stand_in.publish({AUGUST: 0.5})
    stand_in.verdicts = [replace(PASSED, month=SEPTEMBER)]
    second = stand_in.publish({SEPTEMBER: 0.25})
    releases = "select release_id, previous_release_id, months from audit.release order by release_id"
    assert stand_in.published(releases) == [
        (first.release_id, None, [AUGUST]),
        (second.release_id, first.release_id, [SEPTEMBER]),
    ]
    assert stand_in.published("select month from audit.gate_result order by all") == [(AUGUST,), (SEPTEMBER,)]
    manifest = read_manifest(second.path)
    assert [(m.month, m.made_by) for m in manifest.months] == [
        (AUGUST, first.release_id),
        (SEPTEMBER, second.release_id),
    ]


def test_a_reader_of_the_old_release_goes_on_reading_it(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    with duckdb.connect(str(stand_in.home.published_database), read_only=True) as reader:
        stand_in.publish({AUGUST: 0.75})
        assert reader.execute("select value from marts.kpi_monthly").fetchall() == [(0.5,)]
    assert stand_in.published("select value from marts.kpi_monthly") == [(0.75,)]


def test_old_releases_go_by_policy_but_never_the_one_people_read(stand_in: StandIn) -> None:
    stand_in.home.config_file.write_text("[releases]\nkeep = 2\n")
    made = [stand_in.publish({AUGUST: value}).path for value in (0.1, 0.2, 0.3)]
    assert [path.exists() for path in made] == [False, True, True]
    link = stand_in.home.published_database
    link.unlink()
    link.symlink_to(f"releases/{made[1].name}/callboard.duckdb")
    tidy(stand_in.home, keep=1)
    assert [path.exists() for path in made] == [False, True, True]
    assert stand_in.published("select value from marts.kpi_monthly") == [(0.2,)]


def test_a_publication_that_breaks_off_leaves_the_old_release_and_the_next_one_cleans_up(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.publish({AUGUST: 0.5})
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.75}, ctx=ctx)

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(release, "fsync_tree", full)
        with pytest.raises(OSError, match="No space"):
            publish(ctx, build)
    assert list(stand_in.home.releases.glob("*.tmp"))
    assert stand_in.published("select value from marts.kpi_monthly") == [(0.5,)]
    publish(ctx, build)
    assert not list(stand_in.home.releases.glob("*.tmp"))
    assert stand_in.published("select value from marts.kpi_monthly") == [(0.75,)]


def test_a_release_whose_report_cannot_be_made_is_not_published(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.publish({AUGUST: 0.5})
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.75}, ctx=ctx)

    def broken(*_: object, **__: object) -> None:
        raise ValueError("no such chart")

    with monkeypatch.context() as patched:
        patched.setattr(release, "write_pack", broken)
        with pytest.raises(ValueError, match="no such chart"):
            publish(ctx, build)
    assert stand_in.published("select value from marts.kpi_monthly") == [(0.5,)]


def test_a_damaged_manifest_is_said_and_not_guessed(stand_in: StandIn) -> None:
    made = stand_in.publish({AUGUST: 0.5})
    (made.path / "manifest.json").write_text(json.dumps({"release_id": 1}))
    with pytest.raises(CallboardError, match="damaged"):
        current_manifest(stand_in.home)
