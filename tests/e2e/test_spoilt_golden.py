"""The spring golden set as a careless sender would deliver it: the same numbers, and every bad line in quarantine."""

import gzip
from pathlib import Path

import duckdb

from tests.golden_check import compare

from .conftest import SPRING, golden_home
from .test_golden import KPIS, expected

#: First versions delivered wrong: what is wrong with each row. The golden row comes in a later file and wins.
WRONG_AT_FIRST = {
    "acd/contact_legs": "'999' as talk_seconds, 'true' as transferred",
    "acd/agent_states": "'break' as state",
    "hr/employees": "(hired_on::date + 1)::varchar as hired_on, null as left_on, null as left_reason",
    "hr/assignments": "'T9' as team_id, 'elsewhere' as business_line",
    "hr/requisitions": "'7' as filled",
    "hr/budget_lines": "'1' as spent",
    "qa/report_deliveries": "'9' as defects",
}
#: Corrections to be refused: a column, and what each of them says there.
BAD_CORRECTIONS = {
    "acd/contact_legs": ("talk_seconds", "'-1'", "'1.5'", "'soon'"),
    "acd/agent_states": ("state", "'asleep'", "'  '", "null"),
    "hr/employees": ("hired_on", "'2026-02-30'", "'yesterday'", "null"),
    "hr/schedules": ("ends_at", "'2020-01-01T00:00:00Z'", "'2026-02-30T10:00:00Z'", "null"),
    "hr/training_records": ("absences", "'-1'", "null"),
    "hr/budget_lines": ("budgeted", "'-0.01'", "'1,5'", "null"),
    "qa/report_deliveries": ("owner_id", "'nobody'", "null"),
}
#: The schedules with their starts in the local time of the employee's site, and their ends five hours west of UTC. On
#: the eve of a move west no local time says the instant: those stay as they are.
LOCAL_SCHEDULES = """
with stays as (
    select
        employee_id, time_zone,
        lag(valid_from, 1, null) over moves is null as is_first,
        valid_from::date as from_on,
        lead(valid_from::date, 1, date '9999-12-31') over moves as until_on
    from assignments join sites using (site_id)
    window moves as (partition by employee_id order by valid_from)
)
select
    delivered.employee_id, upper(activity) || ' ' as activity,
    coalesce(timezone(time_zone, starts_at::timestamptz)::varchar, starts_at) as " Starts_At ",
    strftime(timezone('UTC', ends_at::timestamptz) - interval 5 hours, '%Y-%m-%dT%H:%M:%S.000-0500') as ends_at
from delivered left join stays on delivered.employee_id = stays.employee_id
    and (timezone(time_zone, starts_at::timestamptz)::date >= from_on or is_first)
    and timezone(time_zone, starts_at::timestamptz)::date < until_on
qualify row_number() over (partition by delivered.employee_id, starts_at order by from_on) = 1
"""


def _copy(con: duckdb.DuckDBPyConnection, select: str, to: Path, options: str) -> None:
    con.execute(f"copy ({select}) to '{to}' ({options})")


def _in_other_forms(con: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Other formats, encodings, column orders, spellings and ways to write an instant."""
    for table in ("assignments", "sites"):
        file = landing / "hr" / table / "part-0.csv"
        con.execute(f"create temp table {table} as from read_csv('{file}', all_varchar = true)")
    for table, select, to, options in (
        ("hr/schedules", LOCAL_SCHEDULES, "part-0.csv", "delimiter ';'"),
        ("hr/staffing_requirements", "from delivered", "part-0.parquet", "format parquet"),
        ("hr/training_sessions", "from delivered", "part-0.json", "format json, array true"),
        ("acd/queues", "select upper(channel) as Channel, * exclude (channel) from delivered", "part-0.jsonl", "format json"),
        ("hr/requisitions", "select requested || '.0' as requested, 7 as extra, * exclude (requested) from delivered",
         "part-0.tsv", "format csv, delimiter '\t'"),
    ):  # fmt: skip
        file = landing / table / "part-0.csv"
        con.execute(f"create or replace temp table delivered as from read_csv('{file}', all_varchar = true)")
        file.unlink()
        _copy(con, select, landing / table / to, options)
    for table, encoding in (("employees", "gb18030"), ("assignments", "utf-16-le"), ("sites", "utf-16")):
        file = landing / "hr" / table / "part-0.csv"
        file.write_bytes(file.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    states = landing / "acd" / "agent_states" / "part-1.csv"
    (states.parent / "part-1.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + states.read_bytes()))
    states.unlink()
    (states.parent / "part-2.csv").touch()


def _delivered_wrong(con: duckdb.DuckDBPyConnection, landing: Path) -> set[tuple[object, ...]]:
    """Wrong first versions and bad corrections beside the golden rows; (file, line) of each line to be refused."""
    refused: set[tuple[object, ...]] = set()
    for table in WRONG_AT_FIRST.keys() | BAD_CORRECTIONS.keys():
        files = landing / table / "part-*.csv"
        con.execute(f"create or replace temp table golden as from read_csv('{files}', all_varchar = true)")
        if table in WRONG_AT_FIRST:
            wrong = f"select * replace ({WRONG_AT_FIRST[table]}) from golden"
            _copy(con, wrong, landing / table / "a-first.csv", "format csv")
        if table in BAD_CORRECTIONS:
            column, *values = BAD_CORRECTIONS[table]
            each = [f"(select * replace ({value} as {column}) from golden limit 1)" for value in values]
            late = landing / table / "z-late.csv"
            _copy(con, " union all ".join(each), late, "format csv")
            header, *rows = late.read_text(encoding="utf-8").splitlines()
            broken = ["too,few", "", f'"stray{"," * header.count(",")}']
            late.write_text("\n".join([header, *broken, *rows]) + "\n", encoding="utf-8")
            lines = [2, *range(4, 5 + len(rows))]
            refused.update((late.relative_to(landing).as_posix(), line) for line in lines)
    return refused


def test_a_spoilt_set_gives_the_same_numbers_and_quarantines_each_bad_line(tmp_path: Path) -> None:
    home = golden_home("spring", tmp_path / "home")
    (home.root / "callboard.toml").write_text('default_site = "SHA"\n[gate]\nmax_quarantined_share = 0.5\n')
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        refused = _delivered_wrong(con, home.root / "landing")
        _in_other_forms(con, home.root / "landing")
    result = home.refresh(*SPRING, "--json")
    assert result.code == 0, result.out + result.err
    assert compare(home.published.resolve(), expected("spring"), KPIS) == []
    assert set(home.query("select file, line from audit.quarantined_row")) == refused
