"""`callboard serve-to` on a real server: what people, psql, JDBC and ODBC find there, and what goes wrong in words."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.bi.conftest import ADMIN, PASSWORD, Server
from tests.centres import MONTH
from tests.e2e.conftest import CommandResult, LiveHome


def _copy(
    centre: LiveHome, server: Server, *options: str, environment: dict[str, str] | None = None
) -> CommandResult:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {"PGPASSWORD": PASSWORD, **(environment or {})}.items():
            patched.setenv(name, value)
        return centre.run("serve-to", server.address(password=None), *options)


@pytest.fixture
def copied(centre: LiveHome, database: Server) -> Server:
    result = _copy(centre, database)
    assert result.code == 0, result.out + result.err
    return database


def test_every_table_holds_the_same_rows_as_the_release(centre: LiveHome, copied: Server) -> None:
    tables = centre.query(
        "select schema_name, table_name from duckdb_tables() where schema_name in ('marts', 'audit')"
    )
    assert len(tables) > 20
    for schema, table in tables:
        there = Counter(map(repr, copied.query(f'select * from "{schema}"."{table}"')))
        here = Counter(map(repr, centre.query(f'select * from "{schema}"."{table}"')))
        assert there == here, f"{schema}.{table}"
    assert copied.query("select count(*) > 1000 from marts.kpi_monthly") == [(True,)]


def test_a_second_copy_replaces_the_rows_and_says_so_to_machines(centre: LiveHome, copied: Server) -> None:
    before = copied.query("select 'marts.kpi_monthly'::regclass::oid")
    result = _copy(centre, copied, "--json")
    assert result.code == 0, result.err
    answer = json.loads(result.out)
    assert (answer["status"], answer["made_anew"]) == ("copied", False)
    assert answer["rows"]["marts.kpi_monthly"] == centre.query("select count(*) from marts.kpi_monthly")[0][0]
    assert answer["release_id"] == centre.published.resolve().parent.name
    assert copied.query("select 'marts.kpi_monthly'::regclass::oid") == before
    assert copied.query("select count(*) from marts.kpi_monthly") == [(answer["rows"]["marts.kpi_monthly"],)]


def test_psql_describes_a_table_with_comments_keys_and_references(copied: Server) -> None:
    described = copied.psql(r"\d+ marts.kpi_monthly", r"\dt+ marts.kpi_monthly")
    assert "Numerator, unrounded." in described
    assert "One row per month, KPI, scope and scope_id" in described
    assert "PRIMARY KEY, btree (month, kpi_id, scope, scope_id)" in described
    assert "FOREIGN KEY (kpi_id) REFERENCES marts.dim_kpi(kpi_id)" in described
    assert "date[]" in copied.psql(r"\d audit.release")


def test_every_unique_key_that_dbt_tests_is_a_primary_key(copied: Server) -> None:
    import yaml

    keys: dict[str, list[str]] = {}
    for path in (Path(__file__).parents[2] / "dbt_project" / "models" / "marts").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            for test in model.get("data_tests", []):
                if isinstance(test, dict) and "unique_combination_of_columns" in test:
                    keys[model["name"]] = test["unique_combination_of_columns"]["arguments"][
                        "combination_of_columns"
                    ]
    assert len(keys) >= 20
    found = copied.query(
        "select c.relname::text, array_agg(a.attname::text order by array_position(i.indkey::int[], a.attnum::int)) "
        "from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid "
        "and a.attnum = any(i.indkey) where i.indisprimary and c.relnamespace = 'marts'::regnamespace group by 1"
    )
    assert dict(found) == keys  # type: ignore[arg-type]


def test_every_description_of_the_release_arrives(centre: LiveHome, copied: Server) -> None:
    here = centre.query(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where schema_name in ('marts', 'audit') and comment is not null order by all"
    )
    there = copied.query(
        "select n.nspname::text, c.relname::text, a.attname::text, col_description(c.oid, a.attnum) "
        "from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname in ('marts', 'audit') and c.relkind = 'r' and col_description(c.oid, a.attnum) is not null"
    )
    assert len(here) > 200
    assert sorted(there) == sorted(here)  # type: ignore[type-var]


def test_the_readers_role_reads_and_does_not_write(centre: LiveHome, copied: Server) -> None:
    copied.run(
        "drop role if exists looker", "create role looker login password 'look' in role callboard_reader"
    )
    with copied.connect("looker", "look") as connection:
        assert connection.execute("select count(*) > 0 from marts.kpi_monthly").fetchone() == (True,)
        assert connection.execute("select count(*) from audit.release").fetchone() == (1,)
        for attempt in (
            "delete from marts.kpi_monthly",
            "insert into marts.dim_date (date) values ('2000-01-01')",
            "create table marts.mine (a int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt.encode())
    copied.run("drop role looker")


def test_an_own_schema_name_and_an_own_role_are_taken(centre: LiveHome, database: Server) -> None:
    result = _copy(centre, database, "--schema", "callboard", "--reader", "bi_people")
    assert result.code == 0, result.err
    assert database.query("select count(*) from callboard_audit.release") == [(1,)]
    assert database.query("select count(*) > 0 from callboard.kpi_monthly") == [(True,)]
    assert database.query("select has_table_privilege('bi_people', 'callboard.kpi_monthly', 'select')") == [
        (True,)
    ]
    assert database.query("select to_regnamespace('marts')::text") == [(None,)]


@pytest.mark.parametrize("place", ["empty", "missing"])
def test_it_works_with_an_empty_home_directory_or_none_and_no_network(
    centre: LiveHome, database: Server, tmp_path: Path, place: str
) -> None:
    (tmp_path / "empty").mkdir()
    dead = "http://127.0.0.1:9"
    result = _copy(
        centre,
        database,
        environment={
            "HOME": str(tmp_path / place),
            "http_proxy": dead,
            "https_proxy": dead,
            "CALLBOARD_CACHE": str(tmp_path / "cache"),
        },
    )
    assert result.code == 0, result.err
    assert list((tmp_path / "empty").iterdir()) == []


def test_the_address_may_come_from_the_environment_and_the_password_is_said_nowhere(
    centre: LiveHome, database: Server
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("PGPASSWORD", raising=False)
        patched.setenv("WAREHOUSE", database.address())
        for argument in ("${WAREHOUSE}", database.address()):
            result = centre.run("serve-to", argument, "--json")
            assert result.code == 0, result.err
            assert "owls" not in result.out + result.err
        patched.setenv("WAREHOUSE", database.address(password="owls and wrong"))
        result = centre.run("serve-to", "${WAREHOUSE}")
        assert result.code == 1
        assert "password authentication failed" in result.err
        assert "owls" not in result.out + result.err
    assert "owls" not in "".join(p.read_text() for p in centre.root.rglob("*.log"))


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("mysql://who:owls@here/db", 2, "no address of a PostgreSQL"),
        ("${NOT_SET_ANYWHERE}", 2, "NOT_SET_ANYWHERE"),
        ("postgresql://who:owls@127.0.0.1:1/db", 1, "Connection refused"),
    ],
)
def test_a_wrong_address_is_explained(centre: LiveHome, address: str, code: int, words: str) -> None:
    result = centre.run("serve-to", address)
    assert (result.code, words in result.err, "owls" in result.out + result.err) == (code, True, False), (
        result.err
    )


def test_an_unknown_release_and_an_odd_schema_are_explained(centre: LiveHome) -> None:
    result = centre.run("serve-to", "postgresql://h/d", "--release", "20200101T000000Z-00000000")
    assert result.code == 2
    assert centre.published.resolve().parent.name in result.err
    assert centre.run("serve-to", "postgresql://h/d", "--schema", "Bad Name").code == 2
    assert centre.run("serve-to", "postgresql://h/d", "--reader", "pg_monitor").code == 2


def test_a_login_without_rights_learns_what_it_lacks(centre: LiveHome, database: Server) -> None:
    database.run("create role humble login password 'h'")
    login = {"PGUSER": "humble", "PGPASSWORD": "h"}
    address = f"postgresql://127.0.0.1:{database.port}/{database.database}"
    with pytest.MonkeyPatch.context() as patched:
        for name, value in login.items():
            patched.setenv(name, value)
        result = centre.run("serve-to", address)
        assert result.code == 1
        assert "grant create on database" in result.err
        database.run(f"grant create on database {database.database} to humble")
        result = centre.run("serve-to", address, "--reader", "role_that_nobody_made")
        assert result.code == 0, result.err
        assert 'create role "role_that_nobody_made" nologin' in result.out
    assert database.query("select count(*) > 0 from marts.kpi_monthly") == [(True,)]
    database.run("drop owned by humble cascade", "drop role humble")


def test_jdbc_tools_find_tables_columns_keys_and_remarks(centre: LiveHome, copied: Server) -> None:
    java, jar = shutil.which("java"), Path("/usr/share/java/postgresql.jar")
    if java is None or not jar.is_file():
        pytest.skip(
            "java or the driver is missing: apt-get install default-jdk-headless libpostgresql-jdbc-java"
        )
    url = f"jdbc:postgresql://127.0.0.1:{copied.port}/{copied.database}"
    done = subprocess.run(
        [java, "-cp", jar, Path(__file__).with_name("Metadata.java"), url, ADMIN],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PGPASSWORD": PASSWORD},
    )
    assert done.returncode == 0, done.stderr
    said = [tuple(line.split("\t")) for line in done.stdout.splitlines()]
    tables = {parts[1]: parts[2] for parts in said if parts[0] == "table"}
    comments = centre.query("select table_name, comment from duckdb_tables() where schema_name = 'marts'")
    assert tables == dict(comments)  # type: ignore[arg-type]
    assert (
        "column",
        "value",
        "DOUBLE",
        "Numerator divided by denominator, unrounded; a ratio of 1 is 100 %.",
    ) in said
    assert (
        "column",
        "month",
        "DATE",
        "First day of the calendar month, in the local time of the rows counted.",
    ) in said
    assert [parts[1] for parts in said if parts[0] == "key"] != []
    assert {(parts[2], parts[1]) for parts in said if parts[0] == "key"} == {
        ("1", "month"),
        ("2", "kpi_id"),
        ("3", "scope"),
        ("4", "scope_id"),
    }
    assert ("refers", "kpi_id", "dim_kpi") in said
    assert ("rows", str(centre.query("select count(*) from marts.kpi_monthly")[0][0])) in said


def test_odbc_tools_read_the_copy(centre: LiveHome, copied: Server) -> None:
    isql = shutil.which("isql")
    drivers = (
        subprocess.run(["odbcinst", "-q", "-d"], capture_output=True, text=True, check=False).stdout
        if isql
        else ""
    )
    if isql is None or "PostgreSQL Unicode" not in drivers:
        pytest.skip("isql or the driver is missing: apt-get install unixodbc odbc-postgresql")
    place = (
        f"Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={copied.port};Database={copied.database};"
        f"Uid=excel;Pwd=sheet"
    )
    copied.run("create role excel login password 'sheet' in role callboard_reader")
    of_centre = f"select kpi_id, value from marts.kpi_monthly where scope = 'centre' and month = '{MONTH}-01'"
    asked = f"{of_centre} order by kpi_id\nhelp marts.dim_kpi\n"
    done = subprocess.run(
        [isql, "-b", "-d,", "-k", place], input=asked, capture_output=True, text=True, check=False
    )
    copied.run("drop role excel")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split(",") for line in done.stdout.splitlines() if line.count(",") == 1]
    there = {kpi: float(value) for kpi, value in rows}
    here = dict(centre.query(of_centre))
    assert len(here) > 20
    assert there == pytest.approx(here)
