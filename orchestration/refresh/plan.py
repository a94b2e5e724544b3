"""Which months a refresh makes, and why. Reads the published manifest and the loaded deliveries; builds nothing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from orchestration.deliveries.own_files import OWN_REPORTS, is_own_report
from orchestration.home.errors import UsageError
from orchestration.home.months import next_month
from orchestration.home.paths import Home
from orchestration.home.versions import code_version
from orchestration.home.waivers import Waiver, waivers_in_force
from orchestration.refresh.context import RefreshContext
from orchestration.releases.manifest import Manifest, PublishedMonth, current_manifest
from orchestration.warehouse.database import tables_of


@dataclass(frozen=True)
class Plan:
    """The months to make, first days. `pending` were touched too, but this refresh was asked for others."""

    months: tuple[date, ...]
    pending: tuple[date, ...]


def plan_months(ctx: RefreshContext) -> Plan:
    """The months that this refresh makes.

    Requested months are made unless nothing that goes into them changed; without any, those that deliveries touched
    since the last release, those an earlier refresh left pending, and those of which a part has matured; a published month
    that begins after as-of stays pending.
    Raises UsageError for a requested month of which nothing can be known.
    """
    manifest = current_manifest(ctx.home)
    delivered = _deliveries(ctx.home, manifest)
    touched = _touched(ctx, manifest, delivered)
    if ctx.months:
        requested = tuple(
            month
            for month in ctx.months
            if month in touched or not _is_unchanged(ctx, month, manifest, delivered)
        )
        _refuse_unknown(ctx, requested, delivered.in_force)
        # The first release's choice of months says where history begins; after it, nothing touched is forgotten.
        pending = tuple(sorted(touched - set(ctx.months))) if manifest else ()
        return Plan(requested, pending)
    later = {month for month in touched if not _has_begun(month, ctx.as_of)}
    months = touched - later | _matured(ctx, manifest)
    if not months and not later and manifest and (delivered.in_force ^ manifest.in_force) - delivered.own:
        # What arrived dates no month (a site, an unreadable file): the newest month is made again, so that
        # dimensions and quarantine are published as they are now.
        months = {max(m.month for m in manifest.months)}
    return Plan(tuple(sorted(months)), tuple(sorted(later)))


def month_fingerprints(ctx: RefreshContext, months: Sequence[date]) -> dict[str, str]:
    """Per month (`2026-08`) a SHA-256 over all that decides its numbers but the as-of instant.

    Rows about our own reports are left out: each release brings one, which changes the month it is dated in alone.
    """
    delivered = _deliveries(ctx.home)
    return {f"{month:%Y-%m}": _fingerprint(ctx, month, delivered) for month in months}


@dataclass(frozen=True)
class _Deliveries:
    """Ids of deliveries: those that count now, and of all ever known those with rows about our own reports.

    An id is a fingerprint of the file, its name and how it is read, so it is the same in a build database made anew.
    """

    in_force: frozenset[int]
    own: frozenset[int]


def _deliveries(home: Home, manifest: Manifest | None = None) -> _Deliveries:
    """The deliveries that the build database holds; `own` also those that `manifest` knows."""
    own = {d.delivery_id for d in manifest.deliveries if is_own_report(d.file)} if manifest else set[int]()
    rows: list[tuple[int, bool, bool]] = []
    if home.warehouse.exists():
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            if "delivery" in tables_of(connection, "raw"):
                rows = connection.execute(
                    "select delivery_id, superseded_by is null, starts_with(file, ?) from raw.delivery",
                    [OWN_REPORTS],
                ).fetchall()
    return _Deliveries(
        in_force=frozenset(row[0] for row in rows if row[1]),
        own=frozenset(own.union(row[0] for row in rows if row[2])),
    )


def _touched(ctx: RefreshContext, manifest: Manifest | None, delivered: _Deliveries) -> set[date]:
    from sources.loading.touched import touched_months

    pending = set(manifest.owed_months) if manifest else set[date]()
    changed = delivered.in_force ^ (manifest.in_force if manifest else frozenset())
    published = [m.month for m in manifest.months] if manifest else []
    months = set(touched_months(ctx.home.warehouse, changed - delivered.own, published)) | pending
    # A row about our own report is dated in the month after; alone it does not begin that month.
    own = touched_months(ctx.home.warehouse, changed & delivered.own, published)
    months.update(set(own).intersection(published))
    # Looked at from before it begins, a published month waits: the release counts what touched it as known.
    return {month for month in months if _has_begun(month, ctx.as_of) or month in published}


def _refuse_unknown(ctx: RefreshContext, requested: Sequence[date], in_force: frozenset[int]) -> None:
    """No row is dated in the month and nobody was employed by its end: then no KPI has anything to count."""
    from sources.loading.touched import touched_months

    if not requested or not ctx.home.warehouse.exists():
        return
    with duckdb.connect(str(ctx.home.warehouse), read_only=True) as connection:
        row = connection.execute("select min(hired_on) from raw.hr__employees").fetchone()
    first_hired_on: date | None = row[0] if row else None
    before_everybody = [m for m in requested if first_hired_on is None or next_month(m) <= first_hired_on]
    if not before_everybody:
        return
    dated = set(touched_months(ctx.home.warehouse, in_force))
    unknown = [f"{month:%Y-%m}" for month in before_everybody if month not in dated]
    if unknown:
        raise UsageError(
            f"Unknown month {', '.join(unknown)}: nothing that was delivered is dated in it.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/; status says which files wait.",
        )


def _matured(ctx: RefreshContext, manifest: Manifest | None) -> set[date]:
    if manifest is None:
        return set()
    return {m.month for m in manifest.months if m.next_matures_at and m.next_matures_at <= ctx.as_of}


def _is_unchanged(
    ctx: RefreshContext, month: date, manifest: Manifest | None, delivered: _Deliveries
) -> bool:
    published = _published(month, manifest)
    if published is None or published.fingerprint != _fingerprint(ctx, month, delivered):
        return False
    is_final = not published.is_provisional and ctx.as_of > published.as_of
    return ctx.as_of == published.as_of or is_final


def _published(month: date, manifest: Manifest | None) -> PublishedMonth | None:
    return next((m for m in manifest.months if m.month == month), None) if manifest else None


def _fingerprint(ctx: RefreshContext, month: date, delivered: _Deliveries) -> str:
    waived = [_waiver_key(waiver) for waiver in waivers_in_force(ctx.home) if waiver.month == month]
    return _sha256([sorted(delivered.in_force - delivered.own), ctx.config.sha256(), code_version(), waived])


def _waiver_key(waiver: Waiver) -> list[str]:
    return [waiver.expectation, waiver.table_name or "", waiver.reason, waiver.waived_by]


def _has_begun(month: date, as_of: datetime) -> bool:
    return datetime(month.year, month.month, 1, tzinfo=UTC) <= as_of


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()
