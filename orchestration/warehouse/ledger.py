"""Schema `ledger` of the build database: which builds there were, how far each came, and what the gate said of it.

What is published is not written here: the release's own manifest says that, so that a lost build database loses
no history.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import TypeAdapter

from expectations.verdicts import Verdict

#: `partial` is a build of selected models, which is never judged as a whole and never published.
BuildState = Literal["building", "partial", "built", "passed", "refused", "published"]

_TABLES = """
create schema if not exists ledger;
create table if not exists ledger.build (
    build_id varchar, started_at timestamp, as_of timestamp, months date[], owed_months date[], trigger varchar,
    code_version varchar, config_sha256 varchar, fingerprints varchar, state varchar, data_digest varchar
);
create table if not exists ledger.gate (build_id varchar primary key, verdicts varchar, files varchar);
-- Build databases made before findings were codes and parameters.
drop table if exists ledger.gate_result;
"""

_VERDICTS = TypeAdapter(list[Verdict])


@dataclass(frozen=True)
class Build:
    """One attempt to make months; `owed_months` were touched too and are left to a later one. `data_digest` fingerprints the marts that the gate saw."""

    build_id: str
    as_of: datetime
    months: tuple[date, ...]
    owed_months: tuple[date, ...]
    trigger: str
    code_version: str
    config_sha256: str
    fingerprints: dict[str, str]
    state: BuildState = "building"
    data_digest: str = ""


def begin_build(connection: duckdb.DuckDBPyConnection, build: Build) -> None:
    """Write down that `build` begins. From here to its publication the marts differ from the published release."""
    connection.execute(_TABLES)
    connection.execute(
        "insert into ledger.build values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            build.build_id,
            _naive(datetime.now(UTC)),
            _naive(build.as_of),
            list(build.months),
            list(build.owed_months),
            build.trigger,
            build.code_version,
            build.config_sha256,
            json.dumps(build.fingerprints, sort_keys=True),
            build.state,
            build.data_digest,
        ],
    )


def set_state(
    connection: duckdb.DuckDBPyConnection, build_id: str, state: BuildState, data_digest: str = ""
) -> None:
    """Write down how far a build came."""
    connection.execute(
        "update ledger.build set state = ?, data_digest = ? where build_id = ?",
        [state, data_digest, build_id],
    )


def latest_build(connection: duckdb.DuckDBPyConnection) -> Build | None:
    """The newest build, whatever became of it; None in a new warehouse."""
    connection.execute(_TABLES)
    row = connection.execute(
        "select build_id, as_of, months, owed_months, trigger, code_version, config_sha256, fingerprints, state, data_digest "
        "from ledger.build order by started_at desc, build_id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    return Build(
        build_id=row[0],
        as_of=row[1].replace(tzinfo=UTC),
        months=tuple(row[2]),
        owed_months=tuple(row[3]),
        trigger=row[4],
        code_version=row[5],
        config_sha256=row[6],
        fingerprints=json.loads(row[7]),
        state=row[8],
        data_digest=row[9],
    )


def months_in_tables(connection: duckdb.DuckDBPyConnection) -> set[tuple[date, ...]]:
    """The months of the newest whole build and of each unfinished or partial one since: what intermediate tables hold."""
    connection.execute(_TABLES)
    rows = connection.execute(
        "select distinct months from ledger.build where started_at >= coalesce((select max(started_at) "
        "from ledger.build where state not in ('partial', 'building')), timestamp '1970-01-01')"
    ).fetchall()
    return {tuple(months) for (months,) in rows}


def store_gate(
    connection: duckdb.DuckDBPyConnection,
    build_id: str,
    verdicts: Sequence[Verdict],
    files: Mapping[str, str] | None = None,
) -> None:
    """Keep the gate's verdicts on a build and what Great Expectations wrote of them, in place of those of an earlier run."""
    stored = _VERDICTS.dump_json(sorted(verdicts, key=_order)).decode()
    connection.execute(
        "insert or replace into ledger.gate values (?, ?, ?)",
        [build_id, stored, json.dumps(dict(files or {}))],
    )


def store_profile(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Keep the profile of the sources that the gate wrote to `file` (parquet), in place of the one before; none where
    the gate could not make it."""
    if file.exists():
        connection.execute(
            "create or replace table ledger.source_profile as from read_parquet(?)", [str(file)]
        )
        file.unlink()


def verdicts_on(connection: duckdb.DuckDBPyConnection, build_id: str) -> list[Verdict]:
    """The stored verdicts on a build, in a settled order."""
    row = connection.execute("select verdicts from ledger.gate where build_id = ?", [build_id]).fetchone()
    return _VERDICTS.validate_json(row[0]) if row else []


def files_on(connection: duckdb.DuckDBPyConnection, build_id: str) -> dict[str, str]:
    """What Great Expectations wrote of a build: file names and texts."""
    row = connection.execute("select files from ledger.gate where build_id = ?", [build_id]).fetchone()
    return json.loads(row[0]) if row else {}


def _order(verdict: Verdict) -> tuple[str, str, str]:
    return (verdict.expectation, verdict.table_name, str(verdict.month or ""))


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
