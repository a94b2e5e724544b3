"""A release: the marts that passed the gate, copied into a fresh database, described, fingerprinted and switched to.

Write, audit, publish: the copy is written beside the old release, and only the last step, one rename of a link,
shows it to anybody. A process killed anywhere before leaves the old release as it was.
"""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from expectations.items import Item, items_of
from expectations.reference_tables import kpi_sources
from expectations.verdicts import Verdict
from orchestration.home.errors import GateRefusedError
from orchestration.home.files import fsync, fsync_tree, sha256_of, switch_link
from orchestration.home.paths import Home
from orchestration.home.versions import library_versions
from orchestration.refresh import release_tables
from orchestration.refresh.context import RefreshContext
from orchestration.releases.manifest import (
    Manifest,
    Part,
    PublishedMonth,
    current_release_path,
)
from orchestration.releases.reader import month_to_report
from orchestration.report.pack import write_pack
from orchestration.report.pdf import find_browser
from orchestration.warehouse import ledger
from orchestration.warehouse.database import attached, tables_of, transaction
from orchestration.warehouse.digest import data_digest
from sources.sql import literal, quoted

# matures_at is an instant and not published: people read the day in matures_on.
_RIPENESS = """
    select
        coalesce(bool_or(kpi.is_provisional), false),
        min(maturity.matures_at) filter (where kpi.is_provisional and maturity.matures_at > $as_of)
    from marts.kpi_monthly as kpi
    left join build.intermediate.int_scope_maturity as maturity using (month, scope, scope_id, matures_on)
    where kpi.month = $month
"""


@dataclass(frozen=True)
class Release:
    """What was published, where, and how many rows of marts it holds; `lacks_pdf` where a browser should have printed
    the report and did not."""

    manifest: Manifest
    path: Path
    rows: int
    lacks_pdf: bool = False

    @property
    def release_id(self) -> str:
        return self.manifest.release_id


def publish(ctx: RefreshContext, build: ledger.Build) -> Release:
    """Publish `build` and switch people's link to it.

    Raises GateRefusedError unless the ledger says that the gate passed exactly this build and the marts are
    still what the gate saw.
    """
    home = ctx.home
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        verdicts = _passed_verdicts(connection, build)
        items = items_of(verdicts, kpi_sources(connection))
        validation = ledger.files_on(connection, build.build_id)
    previous = ctx.published
    working = home.releases / f"{build.build_id}.tmp"
    shutil.rmtree(working, ignore_errors=True)
    (working / "parquet").mkdir(parents=True)
    (working / "gate").mkdir()
    for name, text in validation.items():
        (working / "gate" / name).write_text(text, encoding="utf-8")
    manifest, rows = _write_database(ctx, build, verdicts, items, previous, working)
    report = ctx.config.report
    browser = find_browser() if report.pdf else None
    # A browser that fails keeps no release back: `callboard report` prints the page again.
    write_pack(
        working,
        month=month_to_report(build.months, build.as_of),
        lang=report.lang,
        to=working,
        browser=browser,
    )
    fsync_tree(working)
    final = home.releases / build.build_id
    manifest = _write_manifest(manifest, working)
    working.rename(final)
    fsync(home.releases)
    switch_link(home.published_database, final / "callboard.duckdb")
    with duckdb.connect(str(home.warehouse)) as connection:
        ledger.set_state(connection, build.build_id, "published", build.data_digest)
    tidy(home, ctx.config.releases.keep)
    lacks_pdf = browser is not None and not (final / "report.pdf").is_file()
    return Release(manifest, final, rows, lacks_pdf)


def tidy(home: Home, keep: int) -> None:
    """Remove what a killed publication left half-written, and releases beyond the newest `keep`.

    The newest release and the one people read are never removed.
    """
    if not home.releases.is_dir():
        return
    for left in [*home.releases.glob("*.tmp"), *home.published.glob(".callboard.duckdb.*.tmp")]:
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()
    current = current_release_path(home)
    releases = sorted((path for path in home.releases.iterdir() if path.is_dir()), reverse=True)
    for old in releases[keep:]:
        if old.resolve() != current:
            # Renamed first: a release that is half deleted must not look like one.
            doomed = old.rename(old.with_name(old.name + ".tmp"))
            shutil.rmtree(doomed)


def _passed_verdicts(connection: duckdb.DuckDBPyConnection, build: ledger.Build) -> list[Verdict]:
    verdicts = ledger.verdicts_on(connection, build.build_id)
    blocking = sorted({verdict.expectation for verdict in verdicts if verdict.blocks})
    if blocking:
        raise GateRefusedError(
            f"The gate refused build {build.build_id}: {', '.join(blocking)}. What was published stays published.",
            hint="See what failed with: callboard status",
            items=items_of(verdicts, {}),
        )
    if build.state == "partial":
        raise GateRefusedError(
            f"Build {build.build_id} made a part of the models only, so it is not published.",
            hint="Run the whole refresh.",
        )
    if build.state != "passed" or not verdicts:
        raise GateRefusedError(
            f"The gate has not passed build {build.build_id}, so it is not published.",
            hint="Run the whole refresh; publishing alone never gets past the gate.",
        )
    if data_digest(connection) != build.data_digest:
        raise GateRefusedError(
            f"The marts changed after the gate had passed build {build.build_id}, so they are not published.",
            hint="Run the whole refresh again.",
        )
    return verdicts


def _write_database(
    ctx: RefreshContext,
    build: ledger.Build,
    verdicts: list[Verdict],
    items: Sequence[Item],
    previous: Manifest | None,
    working: Path,
) -> tuple[Manifest, int]:
    published_at = datetime.now(UTC).replace(microsecond=0)
    old = current_release_path(ctx.home)
    with ExitStack() as stack:
        connection = stack.enter_context(duckdb.connect(str(working / "callboard.duckdb")))
        stack.enter_context(attached(connection, ctx.home.warehouse, "build"))
        if old:
            stack.enter_context(attached(connection, old / "callboard.duckdb", "previous"))
        with transaction(connection):
            rows = release_tables.copy_marts(connection)
            release_tables.fill_audit(
                connection, release_tables.AuditInputs(build, verdicts, items, previous, published_at)
            )
        for table in tables_of(connection, "marts"):
            target = literal(working / "parquet" / f"{table}.parquet")
            connection.execute(
                f"copy {quoted('marts', table)} to {target} (format parquet, compression zstd)"
            )
        manifest = Manifest(
            release_id=build.build_id,
            published_at=published_at,
            as_of=build.as_of,
            trigger=build.trigger,
            code_version=build.code_version,
            config_sha256=build.config_sha256,
            previous_release_id=previous.release_id if previous else None,
            built_months=build.months,
            months=_months(connection, build, previous),
            owed_months=build.owed_months,
            parts=(),
            deliveries=release_tables.deliveries(connection),
            waivers=ctx.waivers,
            library_versions=library_versions(),
        )
        connection.execute("checkpoint")
    return manifest, rows


def _months(
    connection: duckdb.DuckDBPyConnection, build: ledger.Build, previous: Manifest | None
) -> tuple[PublishedMonth, ...]:
    carried = {m.month: m for m in previous.months} if previous else {}
    for month in build.months:
        row = connection.execute(
            _RIPENESS, {"month": month, "as_of": build.as_of.replace(tzinfo=None)}
        ).fetchone()
        carried[month] = PublishedMonth(
            month=month,
            made_by=build.build_id,
            as_of=build.as_of,
            fingerprint=build.fingerprints[f"{month:%Y-%m}"],
            is_provisional=bool(row and row[0]),
            next_matures_at=row[1].replace(tzinfo=UTC) if row and row[1] else None,
        )
    return tuple(carried[month] for month in sorted(carried))


def _write_manifest(manifest: Manifest, working: Path) -> Manifest:
    """Write the manifest with the files that are there as its parts; gives it."""
    files = sorted(path for path in working.rglob("*") if path.is_file())
    parts = tuple(
        Part(path=path.relative_to(working).as_posix(), bytes=path.stat().st_size, sha256=sha256_of(path))
        for path in files
    )
    whole = manifest.model_copy(update={"parts": parts})
    target = working / "manifest.json"
    target.write_text(whole.to_json(), encoding="utf-8")
    fsync(target)
    fsync(working)
    return whole
