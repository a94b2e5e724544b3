"""The assets of a refresh, each a thin wrap of one step: raw tables, dbt's models, the release.

What a step does is `steps`'; which checks hang on an asset is `asset_checks`' and, for dbt's tests, dbt's.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    PartitionsDefinition,
    asset,
    multi_asset,
)
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration.defs.session import tried_again
from orchestration.home.errors import CallboardError
from orchestration.refresh.outcomes import BuildOutcome
from orchestration.refresh.run import RefreshRun
from orchestration.warehouse.dbt import NodeResult

RELEASE = AssetKey(["published", "callboard"])

Manifest = Mapping[str, Any]
_T = TypeVar("_T")


class CallboardTranslator(DagsterDbtTranslator):
    """dbt's nodes as assets: named by schema and table, grouped by room, by month where they are built by month."""

    def __init__(self, months: PartitionsDefinition) -> None:
        super().__init__()
        self._months = months

    def get_group_name(self, dbt_resource_props: Manifest) -> str | None:
        """The room: the model's top folder, as in staging or marts."""
        if dbt_resource_props["resource_type"] == "source":
            return "load"
        fqn: Sequence[str] = dbt_resource_props["fqn"]
        return fqn[1] if len(fqn) > 2 else "seeds"

    def get_partitions_def(
        self, dbt_resource_props: Manifest, project: DbtProject | None = None
    ) -> PartitionsDefinition | None:
        """Months, for what a refresh replaces month by month."""
        is_monthly = dbt_resource_props.get("config", {}).get("materialized") == "incremental"
        return self._months if is_monthly else None

    def get_asset_spec(self, manifest: Manifest, unique_id: str, project: DbtProject | None) -> AssetSpec:
        """The node's spec, without the edge from one monthly table to another: a run of all touched months has no
        partition, and Dagster would ask it for the other table's."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if spec.partitions_def is None:
            return spec
        monthly = {self.get_asset_key(n) for n in manifest["nodes"].values() if self.get_partitions_def(n)}
        return spec.replace_attributes(deps=[dep for dep in spec.deps if dep.asset_key not in monthly])

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Manifest, unique_id: str, project: DbtProject | None
    ) -> AssetCheckSpec | None:
        """A dbt test that a refresh runs, under a name that says so: the gate may have an expectation of the same name."""
        if manifest["nodes"][unique_id]["config"]["meta"].get("run_in") == "suite":
            return None
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        return AssetCheckSpec(
            name=f"dbt__{spec.name}",
            asset=asset_spec.key,
            description=spec.description,
            metadata=spec.metadata,
        )


def raw_assets(manifest: Manifest) -> AssetsDefinition:
    """The raw tables, as the dbt project knows its sources."""
    specs = [
        AssetSpec(
            raw_key(source["identifier"]),
            group_name="load",
            description=source["description"] or None,
            kinds={"duckdb"},
            skippable=True,
        )
        for source in manifest["sources"].values()
        if source["schema"] == "raw"
    ]

    @multi_asset(name="load", specs=specs, required_resource_keys={"session"})
    def load(context: AssetExecutionContext) -> Iterator[MaterializeResult[Any]]:
        run: RefreshRun = context.resources.session
        outcome = as_dagster_failure(lambda: tried_again(run.load))
        for path, reason in outcome.unreadable.items():
            context.log.warning(f"{path} could not be read: {reason}")
        metadata = {"deliveries": outcome.deliveries, "rows": outcome.result.rows or 0}
        for spec in specs:
            yield MaterializeResult(asset_key=spec.key, metadata=metadata)

    return load


def raw_key(table: str) -> AssetKey:
    """`acd__contact_legs` → `raw/acd__contact_legs`."""
    return AssetKey(["raw", table])


def model_assets(manifest: Manifest, months: PartitionsDefinition) -> AssetsDefinition:
    """dbt's seeds and models as assets and its tests as checks; one dbt run makes all of them."""
    translator = CallboardTranslator(months)
    keys = {
        unique_id: translator.get_asset_key(node)
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }

    @dbt_assets(
        manifest=manifest, name="build", dagster_dbt_translator=translator, required_resource_keys={"session"}
    )
    def build(
        context: AssetExecutionContext,
    ) -> Generator[MaterializeResult[Any] | AssetCheckResult, None, None]:
        run: RefreshRun = context.resources.session
        # A part of the models would leave the others at another state of landing: dbt always makes all of them,
        # and a run that was asked for a part only reports on that part.
        wanted, checks = context.selected_asset_keys, context.selected_asset_check_keys
        nodes = _as_they_end(run.build)
        while (node := next(nodes, None)) is not None:
            if node.is_test:
                of = get_asset_check_key_for_test(manifest, translator, node.unique_id, None)
                if of is not None and AssetCheckKey(of.asset_key, f"dbt__{of.name}") in checks:
                    yield _check_result(node, of.asset_key, f"dbt__{of.name}")
            elif node.ok and keys.get(node.unique_id) in wanted:
                yield MaterializeResult(asset_key=keys[node.unique_id], metadata={"seconds": node.seconds})
        if run.built and not context.has_partition_key and not context.has_partition_key_range:
            _tell_months(context, run.built.months)

    return build


def release_asset(needs: Sequence[AssetKey]) -> AssetsDefinition:
    """The release; it waits for every check on `needs` and looks at the gate's stored verdicts itself."""

    @asset(
        key=RELEASE,
        deps=needs,
        group_name="release",
        kinds={"duckdb"},
        description="published/callboard.duckdb: what BI tools, reports and auditors open",
        required_resource_keys={"session"},
    )
    def publish(context: AssetExecutionContext) -> MaterializeResult[Any]:
        run: RefreshRun = context.resources.session
        release = as_dagster_failure(lambda: tried_again(run.publish)).release
        if release is None:
            return MaterializeResult(metadata={"published": "already"})
        return MaterializeResult(metadata={"release_id": release.release_id, "rows": release.rows})

    return publish


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

    # A daemon: when somebody interrupts the refresh, dbt must not keep the process alive.
    threading.Thread(target=work, name="dbt", daemon=True).start()
    while (node := ended.get()) is not None:
        if isinstance(node, BaseException):
            as_dagster_failure(_raise(node))
        else:
            yield node


def _tell_months(context: AssetExecutionContext, built: Sequence[date]) -> None:
    """Which months the run made, where only the run itself could find out."""
    for key in sorted(context.selected_asset_keys):
        if context.assets_def.get_asset_spec(key).partitions_def:
            for month in built:
                context.log_event(AssetMaterialization(key, partition=month.isoformat()))


def _check_result(test: NodeResult, key: AssetKey, name: str) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=test.ok,
        severity=AssetCheckSeverity.WARN if test.status == "warn" else AssetCheckSeverity.ERROR,
        metadata={"failing rows": test.failures or 0, "seconds": test.seconds},
        description=test.message or None,
    )


def _raise(error: BaseException) -> Callable[[], None]:
    def raising() -> None:
        raise error

    return raising


def as_dagster_failure(step: Callable[[], _T]) -> _T:
    """What stops a refresh in words of ours stops the step without a trace, and is not tried again."""
    try:
        return step()
    except CallboardError as error:
        raise Failure(f"{error.message} {error.hint}".strip(), allow_retries=False) from error
