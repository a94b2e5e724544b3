"""The simulator: deterministic, month by month, believable, and within the contracts."""

import gzip
import hashlib
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest

from sources.contracts.contract import load_contracts
from sources.simulator.clock import day_number, month_days
from sources.simulator.roster import make_roster
from sources.simulator.run import simulate
from sources.simulator.writing import DeliveryFile
from tests.simulator import contract_check
from tests.simulator.contract_check import broken_rows, files_of

MONTHS = ("2026-08", "2026-09")
# What managers decide is not simulated: the shipped targets and weights hold. Nor are intervals: the ACD reports legs.
TABLES = sorted(t for t in load_contracts() if not t.startswith("rules.") and t != "acd.queue_intervals")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty agents, two months."""
    landing = tmp_path_factory.mktemp("small")
    simulate(landing, months=MONTHS, agents=20, seed=7)
    return landing


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred agents, one month, with flaws."""
    landing = tmp_path_factory.mktemp("flawed")
    simulate(landing, months=["2026-08"], agents=200, seed=3, flaws=True)
    return landing


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    return contract_check.connect()


def fingerprints(landing: Path) -> dict[str, str]:
    return {
        str(file.relative_to(landing)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(landing.rglob("*"))
        if file.is_file()
    }


def one(engine: duckdb.DuckDBPyConnection, query: str) -> tuple:
    found = engine.execute(query).fetchone()
    assert found is not None
    return found


def read(engine: duckdb.DuckDBPyConnection, landing: Path, *tables: str) -> None:
    """Views named as the tables, over the clean files; snapshots delivered twice keep the last row of a key."""
    for table in tables:
        key = ", ".join(load_contracts()[table].key)
        engine.execute(
            f"""create view {table.partition(".")[2]} as select * exclude (filename) from
                read_csv({files_of(landing, table)!r}, filename = true)
                qualify row_number() over (partition by {key} order by filename desc) = 1"""
        )


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate(tmp_path / name, months=["2026-08"], agents=40, seed=5, flaws=True)
    assert fingerprints(tmp_path / "one") == fingerprints(tmp_path / "two")


def test_another_seed_is_another_centre(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(tmp_path / str(seed), months=["2026-02"], agents=20, seed=seed)
    one, two = fingerprints(tmp_path / "1"), fingerprints(tmp_path / "2")
    differing = {name for name in one if one[name] != two[name]}
    assert {
        "acd/contact_legs/2026-02.csv",
        "hr/employees/2026-02.csv",
        "hr/schedules/2026-02.csv",
    } <= differing


def test_months_simulated_one_by_one_are_the_months_simulated_together(small: Path, tmp_path: Path) -> None:
    for month in reversed(MONTHS):
        simulate(tmp_path, months=[month], agents=20, seed=7)
    assert fingerprints(tmp_path) == fingerprints(small)


def test_a_longer_roster_begins_with_the_same_people() -> None:
    until, later = month_days("2026-08")[1], month_days("2030-01")[1]
    short, long = make_roster(4, 100, until).people, make_roster(4, 100, later).people
    assert np.array_equal(short.code, long.code[long.hired <= until])
    assert np.array_equal(short.left, long.left[long.hired <= until])
    assert len(long.code) > len(short.code)


def test_what_is_reported_is_what_was_written(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    heard: list[tuple[str, int]] = []
    report = simulate(
        tmp_path, months=["2026-08"], agents=20, seed=1, progress=lambda *said: heard.append(said)
    )
    assert sorted(report.rows) == TABLES
    assert set(report.files) == {file for file in tmp_path.rglob("*") if file.is_file()}
    for table in TABLES:
        assert (
            one(engine, f"select count(*) from read_csv({files_of(tmp_path, table)!r})")[0]
            == report.rows[table]
        )
        assert report.rows[table] > 0
    assert [rows for _, rows in heard] == sorted(rows for _, rows in heard)


@pytest.mark.parametrize("table", TABLES)
def test_every_clean_row_keeps_its_contract(
    small: Path, engine: duckdb.DuckDBPyConnection, table: str
) -> None:
    files = files_of(small, table)
    assert len(files) == len(MONTHS)
    assert broken_rows(engine, small, table, files) == []
    key = ", ".join(load_contracts()[table].key)
    for file in files:
        total, keys = one(engine, f"select count(*), count(distinct ({key})) from read_csv('{file}')")
        assert total == keys


def test_clock_changes_break_no_contract(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    simulate(tmp_path, months=["2026-03", "2026-11"], agents=60, seed=2)
    for table in ("hr.schedules", "acd.contact_legs", "acd.agent_states"):
        assert broken_rows(engine, tmp_path, table, files_of(tmp_path, table)) == []


def test_states_of_an_agent_never_overlap_and_fill_the_shifts_attended(
    small: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    read(engine, small, "acd.agent_states", "hr.schedules", "hr.employees")
    overlaps = one(
        engine,
        """select count(*) from (select ended_at > lead(started_at) over (partition by agent_id order by started_at)
            as is_early from agent_states) where is_early""",
    )
    assert overlaps == (0,)
    attended, planned = one(
        engine,
        """
        with spent as (select agent_id, sum(epoch(ended_at - started_at)) as seconds from agent_states group by 1)
        select sum(seconds), sum(planned) from spent join (
            select agent_id, sum(epoch(ends_at - starts_at)) as planned from schedules join employees using (employee_id)
            where activity <> 'leave' group by 1) using (agent_id)
        """,
    )
    assert 0.90 < attended / planned < 1.0


def test_an_agent_answers_while_talking(small: Path, engine: duckdb.DuckDBPyConnection) -> None:
    read(engine, small, "acd.agent_states", "acd.contact_legs")
    answered, talking = one(
        engine,
        """
        select count(*), count(*) filter (state = 'talking' and answered_at < ended)
        from (select agent_id, answered_at from contact_legs where answered_at is not null) as legs
        asof left join (select agent_id, state, started_at, ended_at as ended from agent_states) as states
            on legs.agent_id = states.agent_id and legs.answered_at >= states.started_at
        """,
    )
    assert talking / answered > 0.99


def test_every_local_day_with_a_schedule_has_states_and_contacts(
    small: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    read(engine, small, "acd.agent_states", "acd.contact_legs", "hr.schedules", "hr.employees")
    read(engine, small, "hr.assignments", "hr.sites")
    engine.execute(
        """
        create table place as select agent_id, employee_id, valid_from,
            lead(valid_from, 1, date '9999-01-01') over (partition by employee_id order by valid_from) as valid_to,
            site_id, time_zone
        from assignments join employees using (employee_id) join sites using (site_id)
        """
    )

    def days(table: str, person: str, at: str, where: str = "true") -> set[tuple]:
        local = f"timezone(time_zone, timezone('UTC', {at}))::date"
        return set(
            engine.execute(
                f"""select distinct site_id, {local} from {table} join place using ({person})
                    where {local} >= valid_from and {local} < valid_to and {where}"""
            ).fetchall()
        )

    scheduled = days("schedules", "employee_id", "starts_at")
    assert len(scheduled) > 61  # more than one site
    assert scheduled <= days("agent_states", "agent_id", "started_at")
    assert scheduled <= days("contact_legs", "agent_id", "offered_at", "outcome = 'answered'")


def test_satisfaction_follows_resolution(small: Path, engine: duckdb.DuckDBPyConnection) -> None:
    read(engine, small, "crm.surveys")
    assert one(engine, "select corr(csat, resolution) from surveys")[0] > 0.5
    assert one(engine, "select avg(csat) from surveys where resolution <= 2 having count(*) > 20")[0] < 3


def test_agents_differ_in_adherence_and_pace(small: Path, engine: duckdb.DuckDBPyConnection) -> None:
    read(engine, small, "acd.contact_legs")
    slow, fast = one(
        engine,
        """select max(pace), min(pace) from (select agent_id, avg(talk_seconds) as pace from contact_legs
            where answered_at is not null group by 1 having count(*) > 500)""",
    )
    assert slow > 1.25 * fast


def test_contacts_peak_by_hour_and_weekday(flawed: Path, engine: duckdb.DuckDBPyConnection) -> None:
    read(engine, flawed, "acd.contact_legs")
    hours = engine.execute(
        """select count(*) from contact_legs join (select distinct queue_id from contact_legs) using (queue_id)
            group by hour(offered_at) order by 1"""
    ).fetchall()
    assert hours[-1][0] > 3 * hours[0][0]
    monday, sunday = one(
        engine,
        "select count(*) filter (isodow(offered_at) = 1), count(*) filter (isodow(offered_at) = 7) from contact_legs",
    )
    assert monday > 1.3 * sunday


def test_customers_come_back_and_transfers_go_on(small: Path, engine: duckdb.DuckDBPyConnection) -> None:
    read(engine, small, "acd.contact_legs")
    first, second, follows = one(
        engine,
        """
        select count(*) filter (a.transferred), count(b.leg_id), count(*) filter (b.offered_at = a.ended_at)
        from contact_legs as a left join contact_legs as b on a.contact_id = b.contact_id and b.leg_number = 2
        where a.leg_number = 1 and (a.transferred or b.leg_id is not null)
        """,
    )
    assert first > 100
    assert first == pytest.approx(
        second, rel=0.02
    )  # a contact handed on at midnight of the month's end has its leg elsewhere
    assert follows == second
    repeats = one(
        engine,
        """select avg(coalesce(next <= offered_at + interval 7 day, false)::integer) from (select offered_at, lead(offered_at) over
            (partition by customer_id, topic order by offered_at) as next from contact_legs
            where leg_number = 1 and customer_id is not null) where offered_at < '2026-09-20'""",
    )
    assert 0.08 < repeats[0] < 0.35


def test_months_are_alike(small: Path, engine: duckdb.DuckDBPyConnection) -> None:
    rows = [
        one(
            engine,
            f"""select count(*), avg(talk_seconds + hold_seconds + wrap_seconds) filter (outcome = 'answered'),
                avg((outcome = 'answered')::integer) from read_csv('{file}')""",
        )
        for file in files_of(small, "acd.contact_legs")
    ]
    for before, after in zip(*rows, strict=True):
        assert after == pytest.approx(before, rel=0.15)


def test_each_snapshot_of_the_roster_agrees_with_the_one_before(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    simulate(tmp_path, months=MONTHS, agents=120, seed=11)
    august, september = files_of(tmp_path, "hr.employees")
    both = f"read_csv('{august}') as a join read_csv('{september}') as b using (employee_id)"
    assert one(engine, f"select count(*) from {both} where a.hired_on <> b.hired_on") == (0,)
    changed = one(
        engine, f"select count(*), min(b.left_on) from {both} where a.left_on is distinct from b.left_on"
    )
    assert changed[0] > 0
    assert str(changed[1]) >= "2026-09-01"
    moves = one(
        engine,
        f"select count(*) - count(distinct employee_id) from read_csv({files_of(tmp_path, 'hr.assignments')[:1]!r})",
    )
    assert moves[0] > 0


def test_what_lies_after_a_months_end_is_in_the_next_months_files(
    small: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    # Shanghai, where September begins at 16:00 UTC on the last of August, has night shifts over that midnight.
    august, september = files_of(small, "acd.agent_states")
    new_month = "timestamp '2026-08-31 16:00:00'"
    at_shanghai = f"""semi join (select 'A' || substr(employee_id, 2) as agent_id
        from read_csv({files_of(small, "hr.assignments")!r}) group by 1 having bool_and(site_id = 'SHA')) using (agent_id)"""
    assert one(
        engine, f"select count(*) from read_csv('{august}') {at_shanghai} where ended_at > {new_month}"
    ) == (0,)
    assert one(
        engine, f"select count(*) from read_csv('{september}') {at_shanghai} where started_at < {new_month}"
    ) == (0,)
    assert day_number(np.datetime64("2026-09-01").item()) == month_days("2026-09")[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"months": ["2026-13"]},
        {"months": []},
        {"months": ["1999-02"]},
        {"agents": 19},
        {"agents": 10_001},
        {"seed": -1},
    ],
)
def test_what_cannot_be_simulated_is_refused_before_anything_is_written(tmp_path: Path, wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"expected|give|cannot"):
        simulate(tmp_path, **{"months": ["2026-08"], "agents": 20, "seed": 0, **wrong})
    assert list(tmp_path.iterdir()) == []


def test_a_delivery_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with DeliveryFile(
            duckdb.connect(), tmp_path / "2026-08.csv", "select missing from chunk"
        ) as delivery:
            delivery.append({"a": np.arange(3)})
            growing = [file.name for file in tmp_path.iterdir()]
            assert growing
            assert all(name.startswith(".") for name in growing)

    with pytest.raises(duckdb.BinderException):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_flaws_leave_the_clean_files_as_they_are(flawed: Path, tmp_path: Path) -> None:
    simulate(tmp_path, months=["2026-08"], agents=200, seed=3)
    clean, spoilt = fingerprints(tmp_path), fingerprints(flawed)
    assert clean.items() <= spoilt.items()
    assert len(spoilt) > len(clean) + 20


@pytest.mark.parametrize("table", TABLES)
def test_less_than_one_row_in_a_hundred_is_bad(
    flawed: Path, engine: duckdb.DuckDBPyConnection, table: str
) -> None:
    extra = files_of(flawed, table, "*_flaws.csv")
    clean_rows = one(engine, f"select count(*) from read_csv({files_of(flawed, table)!r})")[0]
    if not extra:
        assert clean_rows < 200  # one bad row would already be too many
        return
    found = dict(broken_rows(engine, flawed, table, extra))
    unreadable = 1 if files_of(flawed, table, "*.jsonl") else 0
    assert found.get("any", 0) + unreadable < 0.01 * clean_rows
    if clean_rows > 20_000:
        contract = load_contracts()[table]
        assert {what for what, count in found.items() if count} >= {
            f"{name}: {what}"
            for name, column in contract.columns.items()
            for what, is_there in (
                ("missing", column.required),
                ("not of its type", column.type != "text"),
                ("not in the vocabulary", bool(column.vocabulary)),
                ("out of range", column.range is not None),
                ("dangling", column.ref is not None),
            )
            if is_there
        }
        assert {rule.reason for rule in contract.rules if "{{" not in rule.check} <= set(found)


def test_the_flaws_that_real_systems_make_are_there(flawed: Path, engine: duckdb.DuckDBPyConnection) -> None:
    schedules = dict(
        broken_rows(engine, flawed, "hr.schedules", files_of(flawed, "hr.schedules", "*_flaws.csv"))
    )
    assert schedules["overlaps"] > 0
    employees = dict(
        broken_rows(engine, flawed, "hr.employees", files_of(flawed, "hr.employees", "*_flaws.csv"))
    )
    assert employees
    gzipped = gzip.decompress((flawed / "acd/contact_legs/2026-08_late.csv.gz").read_bytes()).decode()
    assert gzipped.startswith("leg_id,")
    names = (flawed / "hr/employees/2026-08_names.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        names.decode("utf-8")
    assert "employee_id" in names.decode("gb18030")
    *whole, broken = (flawed / "crm/surveys/2026-08_export.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["survey_id"] for line in whole)
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken)
    flaws = (flawed / "acd/agent_states/2026-08_flaws.csv").read_text(encoding="utf-8")
    assert " TALKING  ," in flaws
    assert "-03:00," in flaws
    assert flaws.splitlines()[-1].count(",") == 0
    assert (
        one(
            engine,
            f"select count(*) from read_csv('{flawed}/acd/agent_states/2026-08_late.csv') where ended_at is null",
        )[0]
        > 0
    )
    local = (flawed / "qa/report_deliveries/2026-08_local.csv").read_text(encoding="utf-8")
    assert " 10:00:00," in local


@pytest.mark.parametrize(
    ("table", "undecided"),
    [
        ("crm.surveys", "review = 'pending'"),
        ("crm.complaints", "upheld is null"),
        ("qa.evaluations", "status = 'disputed'"),
    ],
)
def test_undecided_rows_come_before_the_file_that_decides_them(
    flawed: Path, engine: duckdb.DuckDBPyConnection, table: str, undecided: str
) -> None:
    (early,), (clean,) = files_of(flawed, table, "*-early.csv"), files_of(flawed, table)
    assert Path(early).name < Path(clean).name
    key = load_contracts()[table].key[0]
    total, pending, decided = one(
        engine,
        f"""select count(*), count(*) filter (early.{undecided}), count(clean.{key})
            from read_csv('{early}') as early left join read_csv('{clean}') as clean using ({key})""",
    )
    assert total == pending == decided > 0
