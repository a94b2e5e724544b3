"""Which months a refresh makes, and why. Reads the published manifest and the loaded deliveries; builds nothing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from orchestration.context import RefreshContext
from orchestration.manifest import Manifest, PublishedMonth, current_manifest
from orchestration.versions import code_version
from orchestration.waivers import Waiver, waivers_in_force


@dataclass(frozen=True)
class Plan:
    """The months to make, first days. `owed` were touched too, but this refresh was told to make others."""

    months: tuple[date, ...]
    owed: tuple[date, ...]


@dataclass(frozen=True)
class LoadedDeliveries:
    """What is loaded: the newest delivery's id (0: none) and a fingerprint of the files in force."""

    last_id: int
    sha256: str


def plan_months(ctx: RefreshContext) -> Plan:
    """The months that this refresh makes.

    Told months are made unless nothing that goes into them changed; without any, those that deliveries touched
    since the last release, those an earlier refresh left owing, and those of which a part has matured.
    """
    manifest = current_manifest(ctx.home)
    loaded = loaded_deliveries(ctx)
    touched = _touched(ctx, manifest)
    if ctx.months:
        told = tuple(month for month in ctx.months if not _is_unchanged(ctx, month, manifest, loaded))
        # The first release's choice of months says where history begins; after it, nothing touched is forgotten.
        owed = tuple(sorted(touched - set(ctx.months))) if manifest else ()
        return Plan(told, owed)
    months = touched | _matured(ctx, manifest)
    if not months and manifest and loaded.last_id > manifest.last_delivery_id:
        # What arrived dates no month (a site, an unreadable file): the newest month is made again, so that
        # dimensions and quarantine are published as they are now.
        months = {max(m.month for m in manifest.months)}
    return Plan(tuple(sorted(months)), ())


def month_fingerprints(ctx: RefreshContext, months: Sequence[date]) -> dict[str, str]:
    """Per month (`2026-08`) a SHA-256 over all that decides its numbers but the as-of instant."""
    loaded = loaded_deliveries(ctx)
    return {f"{month:%Y-%m}": _fingerprint(ctx, month, loaded) for month in months}


def loaded_deliveries(ctx: RefreshContext) -> LoadedDeliveries:
    """What the build database holds of landing; nothing of it where there is none yet."""
    if not ctx.home.warehouse.exists():
        return LoadedDeliveries(0, "")
    with duckdb.connect(str(ctx.home.warehouse), read_only=True) as connection:
        known = connection.execute(
            "select 1 from information_schema.tables where table_schema = 'raw' and table_name = 'delivery'"
        ).fetchone()
        if known is None:
            return LoadedDeliveries(0, "")
        rows = connection.execute(
            "select table_name, file, sha256 from raw.delivery where superseded_by is null order by all"
        ).fetchall()
        last = connection.execute("select coalesce(max(delivery_id), 0) from raw.delivery").fetchone()
    return LoadedDeliveries(last[0] if last else 0, _sha256(rows))


def _touched(ctx: RefreshContext, manifest: Manifest | None) -> set[date]:
    from sources.touched import touched_months

    if not ctx.home.warehouse.exists():
        return set(manifest.owed_months) if manifest else set()
    since = manifest.last_delivery_id if manifest else None
    months = set(touched_months(ctx.home.warehouse, since))
    if manifest:
        months |= set(manifest.owed_months)
    return {month for month in months if _has_begun(month, ctx.as_of)}


def _matured(ctx: RefreshContext, manifest: Manifest | None) -> set[date]:
    if manifest is None:
        return set()
    today = ctx.as_of.date()
    return {m.month for m in manifest.months if m.next_matures_on is not None and m.next_matures_on <= today}


def _is_unchanged(
    ctx: RefreshContext, month: date, manifest: Manifest | None, loaded: LoadedDeliveries
) -> bool:
    published = _published(month, manifest)
    if published is None or published.fingerprint != _fingerprint(ctx, month, loaded):
        return False
    is_final = not published.is_provisional and ctx.as_of > published.as_of
    return ctx.as_of == published.as_of or is_final


def _published(month: date, manifest: Manifest | None) -> PublishedMonth | None:
    return next((m for m in manifest.months if m.month == month), None) if manifest else None


def _fingerprint(ctx: RefreshContext, month: date, loaded: LoadedDeliveries) -> str:
    waived = [_waiver_key(waiver) for waiver in waivers_in_force(ctx.home) if waiver.month == month]
    return _sha256([loaded.sha256, ctx.config.sha256(), code_version(), waived])


def _waiver_key(waiver: Waiver) -> list[str]:
    return [waiver.expectation, waiver.table_name or "", waiver.reason, waiver.waived_by]


def _has_begun(month: date, as_of: datetime) -> bool:
    return datetime(month.year, month.month, 1, tzinfo=UTC) <= as_of


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()
