"""All checks for oddities, in one go: the temporary table `found_oddity`, one row for each cause.

Each part is SQL over the build database and the tables of `reference_tables.py`; here is only their order.
"""

from collections.abc import Callable

import duckdb

from expectations.oddities import bands, causes, finding, kpi_parts, limits, rewritten, single
from expectations.oddities.profile import make_profile
from expectations.oddities.witnesses import make_witnesses

_CHECKS = (bands.SQL, *limits.ALL, *rewritten.ALL, *single.ALL)


def find_oddities(connection: duckdb.DuckDBPyConnection, kept_profile: str | None) -> None:
    """Make `source_profile`, `found_oddity` and `found_kpi_oddity`; `kept_profile` is SQL for an earlier release's profile.

    What went wrong goes into `oddity_trouble`, which an expectation of its own reads. `scope_kpi` must be there.
    """
    connection.execute(finding.CREATE)
    connection.execute("create temp table oddity_trouble (error varchar)")
    _try(connection, lambda: _profile(connection, kept_profile))
    for check in (*_CHECKS, *kpi_parts.ALL):
        _run(connection, f"insert into oddity by name {check}")
    for cause in causes.ALL:
        _run(connection, cause)
    connection.execute(f"create temp table found_oddity as {causes.ONE_EACH}")
    connection.execute(f"create temp table found_kpi_oddity as {causes.KPIS}")


def _profile(connection: duckdb.DuckDBPyConnection, kept_profile: str | None) -> None:
    for month in make_profile(connection, kept_profile):
        make_witnesses(connection, month)


def _run(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    _try(connection, lambda: connection.execute(statement))


def _try(connection: duckdb.DuckDBPyConnection, step: Callable[[], object]) -> None:
    try:
        step()
    except duckdb.Error as error:
        connection.execute("insert into oddity_trouble values (?)", [str(error).strip().splitlines()[0]])
