"""Which months a refresh makes, and why: one decision over plain facts, and the reading of those facts.

A plan is made from the published manifest and the loaded deliveries, after a load and before a build. Builds nothing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import duckdb

from orchestration.deliveries.own_files import OWN_REPORTS, is_own_report
from orchestration.home.errors import UsageError
from orchestration.home.months import next_month
from orchestration.home.paths import Home
from orchestration.home.versions import code_version
from orchestration.refresh.context import RefreshContext
from orchestration.releases.manifest import Manifest, PublishedMonth
from orchestration.warehouse.database import tables_of


@dataclass(frozen=True)
class Plan:
    """The months to make, first days, each with the fingerprint (by `2026-08`) of all that decides its numbers but the
    as-of instant. `pending` were touched too, but this refresh makes others."""

    months: tuple[date, ...]
    pending: tuple[date, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Facts:
    """All that decides which months are made.

    `requested` are the months that were named, none for "those that deliveries touched"; `published` those of the
    current release, none before the first; `pending` those that earlier refreshes left. Since that release, deliveries
    `touched` months; `has_new_deliveries` where any came or went, our own reports aside. `fingerprints` are those of the requested months as they would be made now.
    """

    requested: tuple[date, ...]
    as_of: datetime
    published: tuple[PublishedMonth, ...] = ()
    pending: frozenset[date] = frozenset()
    touched: frozenset[date] = frozenset()
    has_new_deliveries: bool = False
    fingerprints: Mapping[date, str] = field(default_factory=dict[date, str])


@dataclass(frozen=True)
class Deliveries:
    """Ids of deliveries: those that count now, and of all ever known those with rows about our own reports.

    An id is a fingerprint of the file, its name and how it is read, so it is the same in a build database made anew.
    """

    current: frozenset[int]
    own_reports: frozenset[int]


def plan_months(facts: Facts) -> Plan:
    """The months to make and those to leave pending; the plan's fingerprints are not filled in.

    Requested months are made unless nothing that goes into them changed. Without any, those that deliveries touched
    since the last release, those an earlier refresh left pending, and those of which a part has matured; a published month
    that begins after as-of stays pending.
    """
    published = {month.month: month for month in facts.published}
    # Looked at from before it begins, a published month waits: the release counts what touched it as known.
    touched = {
        month
        for month in facts.touched | facts.pending
        if _has_begun(month, facts.as_of) or month in published
    }
    if facts.requested:
        made = [m for m in facts.requested if m in touched or not _is_unchanged(m, published.get(m), facts)]
        # The first release's choice of months says where history begins; after it, nothing touched is forgotten.
        pending = touched.difference(facts.requested) if published else ()
        return Plan(tuple(sorted(made)), tuple(sorted(pending)))
    later = {month for month in touched if not _has_begun(month, facts.as_of)}
    months = (touched - later) | _matured(facts)
    if not months and not later and published and facts.has_new_deliveries:
        # What arrived dates no month (a site, an unreadable file): the newest month is made again, so that
        # dimensions and quarantine are published as they are now.
        months = {max(published)}
    return Plan(tuple(sorted(months)), tuple(sorted(later)))


def plan_refresh(ctx: RefreshContext) -> Plan:
    """The plan of a refresh from what is loaded and published now; without a build database, nothing.

    Raises UsageError for a requested month of which nothing can be known.
    """
    if not ctx.home.warehouse.exists():
        return Plan(())
    deliveries = read_deliveries(ctx.home, ctx.published)
    plan = plan_months(_read_facts(ctx, deliveries))
    if ctx.months:
        _refuse_unknown(ctx, plan.months, deliveries.current)
    months = ctx.months if plan.months and ctx.makes_all_or_none else plan.months
    prints = fingerprints(ctx, months, deliveries)
    return Plan(months, plan.pending, {f"{month:%Y-%m}": text for month, text in prints.items()})


def fingerprints(ctx: RefreshContext, months: Sequence[date], deliveries: Deliveries) -> dict[date, str]:
    """Per month a SHA-256 over all that decides its numbers but the as-of instant.

    Rows about our own reports are left out: each release brings one, which changes the month it is dated in alone.
    """
    if not months:
        return {}
    shared = [sorted(deliveries.current - deliveries.own_reports), ctx.config.sha256(), code_version()]
    waived = {
        month: [
            [*map(str, w.identity), w.reason, w.waived_by, [str(bound) for bound in w.bound or ()]]
            for w in ctx.waivers
            if w.month == month
        ]
        for month in months
    }
    confirmed = {month: [str(c) for c in ctx.confirmations if c.month in (None, month)] for month in months}
    return {month: _sha256([*shared, waived[month], confirmed[month]]) for month in months}


def read_deliveries(home: Home, manifest: Manifest | None) -> Deliveries:
    """The deliveries that the build database holds; among our own reports' also those that `manifest` knows."""
    own = {d.delivery_id for d in manifest.deliveries if is_own_report(d.file)} if manifest else set[int]()
    rows: list[tuple[int, bool, bool]] = []
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        if "delivery" in tables_of(connection, "raw"):
            rows = connection.execute(
                "select delivery_id, superseded_by is null, starts_with(file, ?) from raw.delivery",
                [OWN_REPORTS],
            ).fetchall()
    return Deliveries(
        current=frozenset(row[0] for row in rows if row[1]),
        own_reports=frozenset(own.union(row[0] for row in rows if row[2])),
    )


def _read_facts(ctx: RefreshContext, deliveries: Deliveries) -> Facts:
    from sources.loading.touched import touched_months

    manifest = ctx.published
    changed = deliveries.current ^ (manifest.in_force if manifest else frozenset())
    months = [m.month for m in manifest.months] if manifest else []
    return Facts(
        requested=ctx.months,
        as_of=ctx.as_of,
        published=manifest.months if manifest else (),
        pending=frozenset(manifest.owed_months if manifest else ()),
        touched=frozenset(touched_months(ctx.home.warehouse, changed, months)) | _confirmed_since(ctx),
        has_new_deliveries=bool(changed - deliveries.own_reports),
        fingerprints=fingerprints(ctx, ctx.months, deliveries),
    )


def _confirmed_since(ctx: RefreshContext) -> frozenset[date]:
    """Published months of which an item was confirmed since: they are published again, without its mark."""
    manifest = ctx.published
    if manifest is None:
        return frozenset()
    months = {month.month for month in manifest.months}
    since = [c.month or max(months) for c in ctx.confirmations if c.confirmed_at > manifest.published_at]
    return frozenset(months.intersection(since))


def _refuse_unknown(ctx: RefreshContext, requested: Sequence[date], current: frozenset[int]) -> None:
    """No row is dated in the month and nobody was employed by its end: then no KPI has anything to count."""
    from sources.loading.touched import dated_months

    if not requested:
        return
    with duckdb.connect(str(ctx.home.warehouse), read_only=True) as connection:
        row = connection.execute("select min(hired_on) from raw.hr__employees").fetchone()
    first_hired_on: date | None = row[0] if row else None
    before_everybody = [m for m in requested if first_hired_on is None or next_month(m) <= first_hired_on]
    if not before_everybody:
        return
    dated = dated_months(ctx.home.warehouse, current)
    unknown = [f"{month:%Y-%m}" for month in before_everybody if month not in dated]
    if unknown:
        raise UsageError(
            f"Unknown month {', '.join(unknown)}: nothing that was delivered is dated in it.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/; status says which files wait.",
        )


def _matured(facts: Facts) -> set[date]:
    return {m.month for m in facts.published if m.next_matures_at and m.next_matures_at <= facts.as_of}


def _is_unchanged(month: date, published: PublishedMonth | None, facts: Facts) -> bool:
    if published is None or published.fingerprint != facts.fingerprints[month]:
        return False
    is_final = not published.is_provisional and facts.as_of > published.as_of
    return facts.as_of == published.as_of or is_final


def _has_begun(month: date, as_of: datetime) -> bool:
    return datetime(month.year, month.month, 1, tzinfo=UTC) <= as_of


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()
