"""The gate: judges the marts of a build before anything is published, and never changes them.

`run_gate` reads the build database, finds for every expectation the places at which it does not hold, lets Great
Expectations judge their counts and gives one verdict for each expectation, table and month. What must hold stands in the
suite modules.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.items import Item, items_of
from expectations.oddities.find import find_oddities
from expectations.reference_tables import kept_profile, kpi_sources, prepare
from expectations.settings import GateSettings
from expectations.settling import Confirmation, Waiver, settle
from expectations.sql import literal
from expectations.suite import Expectation, Suite
from expectations.suites import catalogue as suites
from expectations.validation import preload as preload
from expectations.validation import validate
from expectations.verdicts import SEVERITIES, Finding, Verdict, worst

WHOLE_TABLE = "the whole table"
#: Findings kept of one expectation, table and month, the worst first. Structure is a matter of a few examples.
MAX_FINDINGS, MAX_EXAMPLES = 500, 5

# What a query may leave out.
_OPTIONAL = (
    "select null::varchar as severity, null::varchar as variant, null::varchar[] as kpis, null::double as damage "
    "where false"
)


@dataclass(frozen=True)
class GateReport:
    """Everything the gate found."""

    results: tuple[Verdict, ...]
    #: The source tables that each KPI needs.
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    #: What Great Expectations wrote of it: file names and texts.
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def items(self) -> tuple[Item, ...]:
        """What it found, one item for each cause."""
        return items_of(self.results, self.sources)

    @property
    def refused(self) -> tuple[Verdict, ...]:
        """The verdicts that keep the build from being published."""
        return tuple(verdict for verdict in self.results if verdict.blocks)

    @property
    def passed(self) -> bool:
        """Whether the build may be published."""
        return not self.refused


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
    confirmations: Sequence[Confirmation] = (),
    published: Path | None = None,
    profile_to: Path | None = None,
) -> GateReport:
    """Judge `months` (first days) of the build database `warehouse`, which is opened read-only and closed again.

    `as_of` is the refresh's instant (UTC where it has no offset). `default_time_zone` (an IANA name) holds where
    `default_site` is not in hr.sites. `published` is the release database that lends the
    trailing months which the build database does not hold. `profile_to` is a parquet file that takes the profile of the
    sources, to be kept with the release. A check that cannot be run is a failed check that says why;
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
        find_oddities(connection, kept_profile(connection))
        if profile_to:
            connection.execute(f"copy source_profile to {literal(profile_to)} (format parquet)")
        sources = kpi_sources(connection)
        judging = _Judging(connection, months, troubles, _kpis_by_source(sources))
        found = [
            (suite, [v for e in suite.expectations for v in judging.verdicts(suite, e)])
            for suite in suites.ALL
        ]
    validated = validate([(suite, _counts(verdicts)) for suite, verdicts in found])
    judged = [_judged(verdict, validated.failures) for _, verdicts in found for verdict in verdicts]
    return GateReport(tuple(settle(judged, months, waivers, confirmations)), sources, validated.files)


@dataclass(frozen=True)
class _Judging:
    """One gate's run: the database, the months, what could not be prepared, and the KPIs that need each source."""

    connection: duckdb.DuckDBPyConnection
    months: Sequence[date]
    troubles: Sequence[str]
    kpis: Mapping[str, tuple[str, ...]]

    def verdicts(self, suite: Suite, expectation: Expectation) -> list[Verdict]:
        """The verdict on each month, or on the whole table."""
        scopes = [month.isoformat() for month in self.months] if expectation.by_month else [WHOLE_TABLE]
        try:
            rows = self.connection.execute(_query(expectation)).fetchall()
        # A check that cannot run must refuse, not crash: nobody knows whether the numbers are right.
        except duckdb.Error as error:
            cause = "; ".join([*self.troubles, str(error).strip().splitlines()[0]])
            unchecked = Finding(found={"error": cause}, variant="unchecked")
            broken = dict.fromkeys(scopes, (1, (unchecked,)))
        else:
            touched = self.kpis.get(suite.table, ())
            broken = {
                scope: (count, tuple(_finding(expectation, row, touched) for row in found))
                for scope, count, found in rows
            }
        return [
            Verdict(
                expectation.name,
                suite.table,
                date.fromisoformat(scope) if expectation.by_month else None,
                expectation.severity,
                *broken.get(scope, (0, ())),
                is_waivable=not expectation.is_structure,
            )
            for scope in scopes
        ]


def _query(expectation: Expectation) -> str:
    scope = "cast(cast(month as date) as varchar)" if expectation.by_month else literal(WHOLE_TABLE)
    kept = MAX_EXAMPLES if expectation.is_structure else MAX_FINDINGS
    badness = " ".join(f"when '{severity}' then {place}" for place, severity in enumerate(SEVERITIES))
    return f"""
        select scope, count(*),
            list(struct_pack(keys, found, severity, variant, damage, kpis)
                order by case coalesce(severity, '{expectation.severity}') {badness} end,
                    damage desc nulls last, keys, found)[:{kept}]
        from (
            select {scope} as scope, to_json(keys) as keys, to_json(found) as found, severity, variant, damage, kpis
            from ({_OPTIONAL} union all by name ({expectation.broken_rows}))
        )
        group by scope
    """


def _finding(expectation: Expectation, row: Mapping[str, Any], touched: tuple[str, ...]) -> Finding:
    keys = {name: "null" if value is None else str(value) for name, value in json.loads(row["keys"]).items()}
    kpis = (keys["kpi_id"],) if "kpi_id" in keys else touched
    return Finding(
        keys=keys,
        found=json.loads(row["found"] or "{}") or {},
        severity=row["severity"] or expectation.severity,
        variant=row["variant"] or "",
        kpis=kpis if row["kpis"] is None else tuple(row["kpis"]),
        damage=row["damage"] or 0.0,
    )


def _kpis_by_source(sources: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    by_source: dict[str, list[str]] = {}
    for kpi_id in sorted(sources):
        for source in sources[kpi_id]:
            by_source.setdefault(source, []).append(kpi_id)
    return {source: tuple(kpis) for source, kpis in by_source.items()}


def _counts(verdicts: Sequence[Verdict]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for verdict in verdicts:
        counts.setdefault(verdict.expectation, {})[_scope(verdict)] = verdict.broken
    return counts


def _judged(verdict: Verdict, failures: Set[tuple[str, str, str]]) -> Verdict:
    if (verdict.table_name, verdict.expectation, _scope(verdict)) not in failures:
        return replace(verdict, broken=0, findings=())
    # Where Great Expectations itself could not judge, nothing has passed.
    findings = verdict.findings or (Finding(variant="unjudged"),)
    return replace(
        verdict,
        broken=max(verdict.broken, 1),
        findings=findings,
        severity=worst(finding.severity for finding in findings),
    )


def _scope(verdict: Verdict) -> str:
    return verdict.month.isoformat() if verdict.month else WHOLE_TABLE
