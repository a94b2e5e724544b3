"""The gate: judges the marts of a build before anything is published, and never changes them.

`run_gate` reads the build database, counts for every expectation the rows that break it, lets Great Expectations judge
the counts and gives one result for each expectation, table and month. What must hold stands in the suite modules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from expectations.reference_tables import prepare
from expectations.settings import GateSettings
from expectations.suite import Expectation, Suite
from expectations.suites import catalogue as suites
from expectations.validation import preload as preload
from expectations.validation import validate
from expectations.verdicts import Verdict, Waiver

WHOLE_TABLE = "the whole table"
MAX_EXAMPLE_KEYS = 5


@dataclass(frozen=True)
class GateReport:
    """Everything the gate found."""

    results: tuple[Verdict, ...]

    @property
    def refused(self) -> tuple[Verdict, ...]:
        """The verdicts that keep the build from being published."""
        return tuple(verdict for verdict in self.results if verdict.blocks)

    @property
    def passed(self) -> bool:
        """Whether the build may be published."""
        return not self.refused


@dataclass(frozen=True)
class _Finding:
    """The rows that break one expectation in one scope."""

    broken: int
    observed: str
    example_keys: tuple[str, ...]


def expectation_names() -> dict[str, list[str]]:
    """The names of all expectations by table: published names, and `system.table` for source tables."""
    return {suite.table: [e.name for e in suite.expectations] for suite in suites.ALL}


def run_gate(
    warehouse: Path,
    *,
    months: Sequence[date],
    as_of: datetime,
    settings: GateSettings,
    default_site: str,
    default_time_zone: str = "UTC",
    waivers: Sequence[Waiver] = (),
    published: Path | None = None,
) -> GateReport:
    """Judge `months` (first days) of the build database `warehouse`, which is opened read-only and closed again.

    `as_of` is the refresh's instant (UTC where it has no offset). `default_time_zone` (an IANA name) holds where
    `default_site` is not in hr.sites. `published` is the release database that lends the
    trailing months which the build database does not hold. A check that cannot be run is a failed check that says why;
    only a database that cannot be opened raises (duckdb.Error).
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        troubles = prepare(
            connection,
            months=months,
            as_of=as_of,
            variables={
                **settings.model_dump(),
                "default_site": default_site,
                "default_time_zone": default_time_zone,
            },
            published=published,
        )
        found = [(suite, _findings(connection, suite, months, troubles)) for suite in suites.ALL]
    failures = validate([(suite, _counts(findings)) for suite, findings in found])
    return GateReport(
        tuple(
            _result(
                suite,
                expectation,
                scope,
                finding,
                (suite.table, expectation.name, scope) in failures,
                months,
                waivers,
            )
            for suite, findings in found
            for expectation in suite.expectations
            for scope, finding in findings[expectation.name].items()
        )
    )


def _findings(
    connection: duckdb.DuckDBPyConnection, suite: Suite, months: Sequence[date], troubles: Sequence[str]
) -> dict[str, dict[str, _Finding]]:
    return {e.name: _finding_by_scope(connection, e, months, troubles) for e in suite.expectations}


def _finding_by_scope(
    connection: duckdb.DuckDBPyConnection,
    expectation: Expectation,
    months: Sequence[date],
    troubles: Sequence[str],
) -> dict[str, _Finding]:
    scopes = [month.isoformat() for month in months] if expectation.by_month else [WHOLE_TABLE]
    month = "cast(cast(month as date) as varchar)" if expectation.by_month else "?"
    try:
        rows = connection.execute(
            f"""
            select {month} as scope, count(*), min_by(observed, key), list(key order by key)[:{MAX_EXAMPLE_KEYS}]
            from ({expectation.broken_rows}) as broken_row
            group by 1
            """,
            [] if expectation.by_month else [WHOLE_TABLE],
        ).fetchall()
    # A check that cannot run must refuse, not crash: nobody knows whether the numbers are right.
    except duckdb.Error as error:
        cause = "; ".join([*troubles, str(error).strip().splitlines()[0]])
        return dict.fromkeys(scopes, _Finding(1, f"could not be checked: {cause}", ()))
    broken = {scope: _Finding(count, observed, tuple(keys)) for scope, count, observed, keys in rows}
    return {scope: broken.get(scope, _Finding(0, "as expected", ())) for scope in scopes}


def _counts(findings: Mapping[str, Mapping[str, _Finding]]) -> dict[str, dict[str, int]]:
    return {name: {scope: f.broken for scope, f in by.items()} for name, by in findings.items()}


def _result(
    suite: Suite,
    expectation: Expectation,
    scope: str,
    finding: _Finding,
    has_failed: bool,
    months: Sequence[date],
    waivers: Sequence[Waiver],
) -> Verdict:
    month = date.fromisoformat(scope) if expectation.by_month else None
    waiver = _waiver(waivers, expectation.name, suite.table, month, months) if has_failed else None
    return Verdict(
        expectation=expectation.name,
        table_name=suite.table,
        month=month,
        severity=expectation.severity,
        passed=not has_failed,
        observed=_in_words(finding),
        expected=expectation.expected,
        example_keys=finding.example_keys,
        waived_by=waiver.waived_by if waiver else None,
        waived_reason=waiver.reason if waiver else None,
    )


def _in_words(finding: _Finding) -> str:
    if finding.broken <= 1:
        return finding.observed
    return f"{finding.broken} found, the first of them: {finding.observed}"


def _waiver(
    waivers: Sequence[Waiver], name: str, table: str, month: date | None, months: Sequence[date]
) -> Waiver | None:
    """The waiver that lets a failure pass. What is not of a month needs one for every month that is to be published."""
    ours = [w for w in waivers if w.expectation == name and w.table_name in (None, table)]
    for needed in [month] if month else months:
        if not any(w.month == needed for w in ours):
            return None
    return next((w for w in ours if month is None or w.month == month), None)
