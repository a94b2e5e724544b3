"""The assets of a refresh, each a thin wrap of one step: raw tables, dbt's models, the release.

What a step does is `refresh`'s; how a dbt node shows is `translator`'s; the gate's checks are `asset_checks`'.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import dagster as dg
from dagster_dbt import dbt_assets, default_metadata_from_dbt_resource_props

from orchestration.defs.resources import retrying
from orchestration.defs.translator import CallboardTranslator, Manifest, raw_key
from orchestration.home.errors import CallboardError
from orchestration.refresh.outcomes import BuildOutcome
from orchestration.refresh.run import RefreshRun
from orchestration.warehouse.dbt import NodeResult
from orchestration.warehouse.deliveries import CurrentDeliveries, current_deliveries

RELEASE = dg.AssetKey(["published", "callboard"])

_T = TypeVar("_T")


def landing_assets(manifest: Manifest, freshness: Mapping[str, dg.FreshnessPolicy]) -> list[dg.AssetSpec]:
    """What systems deliver, a table each: nothing of ours makes it, and each load reports what arrived.

    `freshness` is by source table.
    """
    return [
        dg.AssetSpec(
            landing_key(table),
            group_name="landing",
            description=f"The files under landing/{table.replace('.', '/')}/",
            kinds={"file"},
            freshness_policy=freshness.get(table),
        )
        for table in map(_source_table, _raw_sources(manifest))
        if table
    ]


def raw_assets(manifest: Manifest) -> dg.AssetsDefinition:
    """The raw tables, as the dbt project knows its sources."""
    tables = {raw_key(source["identifier"]): _source_table(source) for source in _raw_sources(manifest)}
    specs = [
        dg.AssetSpec(
            key,
            deps=[landing_key(table)]
            if table
            else [landing_key(other) for other in tables.values() if other],
            group_name="load",
            description=source["description"] or None,
            metadata=default_metadata_from_dbt_resource_props(source),
            kinds={"duckdb"},
        )
        for source, (key, table) in zip(_raw_sources(manifest), tables.items(), strict=True)
    ]

    @dg.multi_asset(name="load_landing", specs=specs)
    def load(
        context: dg.AssetExecutionContext, refresh: dg.ResourceParam[RefreshRun]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        outcome = as_dagster_failure(lambda: retrying(refresh.load))
        for path, reason in outcome.unreadable.items():
            context.log.warning(f"{path} could not be read: {reason}")
        for table in sorted(outcome.tables):
            context.log_event(dg.AssetMaterialization(landing_key(table)))
        current = current_deliveries(refresh.ctx.home.warehouse)
        for key, table in tables.items():
            yield _loaded(key, current.get(table) if table else None)

    return load


def landing_key(table: str) -> dg.AssetKey:
    """`acd.contact_legs` → `landing/acd/contact_legs`."""
    return dg.AssetKey(["landing", *table.split(".")])


def model_assets(manifest: Manifest, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """dbt's seeds and models as assets and its tests as checks; one dbt run makes all that a run selects.

    One definition and not one per layer: each would start dbt of its own, a second of CPU (docs/decisions.md).
    """
    translator = CallboardTranslator(months)
    keys = {
        unique_id: translator.get_asset_key(node)
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }

    @dbt_assets(
        manifest=manifest,
        name="build",
        dagster_dbt_translator=translator,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def build(
        context: dg.AssetExecutionContext, refresh: dg.ResourceParam[RefreshRun]
    ) -> Generator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        tests = {
            str(spec.metadata["dagster_dbt/unique_id"]): spec.key for spec in context.assets_def.check_specs
        }
        assets = {i: key for i, key in keys.items() if key in context.selected_asset_keys}
        checks = {i: key for i, key in tests.items() if key in context.selected_asset_check_keys}
        _refuse_without_months(context)
        is_whole = len(assets) == len(keys)
        build = refresh.build if is_whole else partial(refresh.build_part, {*assets, *checks})
        for node in _as_they_end(build):
            if check := checks.get(node.unique_id):
                yield _check_result(node, check)
            elif node.ok and (asset := assets.get(node.unique_id)):
                yield dg.MaterializeResult(asset_key=asset, metadata=_metadata(node))

    return build


def release_asset(needs: Sequence[dg.AssetKey], freshness: dg.FreshnessPolicy) -> dg.AssetsDefinition:
    """The release; it waits for every check on `needs` and looks at the gate's stored verdicts itself."""

    @dg.asset(
        key=RELEASE,
        deps=needs,
        group_name="release",
        kinds={"duckdb"},
        description="published/callboard.duckdb: what BI tools, reports and auditors open",
        freshness_policy=freshness,
    )
    def publish(
        context: dg.AssetExecutionContext, refresh: dg.ResourceParam[RefreshRun]
    ) -> dg.MaterializeResult[Any]:
        release = as_dagster_failure(lambda: retrying(refresh.publish)).release
        if release is None:
            return dg.MaterializeResult(metadata={"published": "already"})
        return dg.MaterializeResult(
            metadata={
                "release_id": release.release_id,
                "dagster/row_count": release.rows,
                "dagster/uri": dg.MetadataValue.url((release.path / "callboard.duckdb").as_uri()),
            }
        )

    return publish


def as_dagster_failure(step: Callable[[], _T]) -> _T:
    """What stops a refresh in words of ours fails the step without a trace, and is not tried again."""
    try:
        return step()
    except CallboardError as error:
        raise dg.Failure(f"{error.message} {error.hint}".strip(), allow_retries=False) from error


def _raw_sources(manifest: Manifest) -> list[Manifest]:
    return [source for source in manifest["sources"].values() if source["schema"] == "raw"]


def _source_table(source: Manifest) -> str | None:
    """`acd.contact_legs` for the raw table of a source; None for the ledger of deliveries."""
    system, delivered, name = source["identifier"].partition("__")
    return f"{system}.{name}" if delivered else None


def _loaded(key: dg.AssetKey, current: CurrentDeliveries | None) -> dg.MaterializeResult[Any]:
    if current is None:
        return dg.MaterializeResult(asset_key=key)
    # A load that brought a table nothing leaves it at the version it had, and what is built of it stays fresh.
    return dg.MaterializeResult(
        asset_key=key,
        metadata={"dagster/row_count": current.rows, "files": current.files},
        data_version=dg.DataVersion(current.version),
    )


def _refuse_without_months(context: dg.AssetExecutionContext) -> None:
    if context.has_partition_key or context.has_partition_key_range:
        return
    monthly = [k for k in context.selected_asset_keys if context.assets_def.get_asset_spec(k).partitions_def]
    if monthly:
        raise dg.Failure(
            f"{len(monthly)} of the selected tables are built month by month, such as "
            f"{min(monthly).to_user_string()}, and this run names no month. Choose the months in the launch dialog, "
            "or launch the job refresh_touched_months, which finds out what deliveries touched.",
            allow_retries=False,
        )


def _as_they_end(
    run: Callable[[Callable[[NodeResult], None]], BuildOutcome],
) -> Iterator[NodeResult]:
    """dbt's nodes as they end; the run itself goes on in a thread, so that Dagster writes while dbt works."""
    ended: queue.SimpleQueue[NodeResult | BaseException | None] = queue.SimpleQueue()

    def work() -> None:
        try:
            run(ended.put)
            ended.put(None)
        except BaseException as error:
            ended.put(error)

    # A daemon: when the refresh is interrupted, dbt must not keep the process alive.
    threading.Thread(target=work, name="dbt", daemon=True).start()
    while (node := ended.get()) is not None:
        if isinstance(node, BaseException):
            as_dagster_failure(_raise(node))
        else:
            yield node


def _raise(error: BaseException) -> Callable[[], None]:
    def raising() -> None:
        raise error

    return raising


def _metadata(node: NodeResult) -> dict[str, int | float]:
    return {"seconds": node.seconds, **({} if node.rows is None else {"dagster/row_count": node.rows})}


def _check_result(test: NodeResult, check: dg.AssetCheckKey) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=test.ok,
        severity=dg.AssetCheckSeverity.WARN if test.status == "warn" else dg.AssetCheckSeverity.ERROR,
        metadata={"failing rows": test.failures or 0, "seconds": test.seconds},
        description=test.message or None,
    )
