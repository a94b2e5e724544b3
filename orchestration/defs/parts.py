"""What the jobs `load` and `refresh` need each, for the code location and for a command that runs one after the other."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg

from expectations.gate import expectation_names
from orchestration.defs.asset_checks import gate_checks
from orchestration.defs.assets import model_assets, raw_assets, release_asset
from orchestration.defs.freshness import freshness_of_release
from orchestration.defs.jobs import load_job, only_months, refresh_job
from orchestration.refresh.run import RefreshRun
from orchestration.warehouse.parse import manifest_json


def load_defs(run: RefreshRun) -> dg.Definitions:
    """What the job `load` needs, for a run in this process."""
    return dg.Definitions(assets=[raw_assets(manifest_json())], jobs=[load_job], resources={"refresh": run})


def refresh_defs(run: RefreshRun, months: Sequence[date]) -> dg.Definitions:
    """What the job `refresh` needs once everything is loaded, for a run of exactly these months in this process."""
    return dg.Definitions.merge(
        dg.Definitions(jobs=[refresh_job], resources={"refresh": run}),
        after_loading(manifest_json(), only_months(months, run.ctx.site.time_zone)),
    )


def after_loading(manifest: Mapping[str, Any], months: dg.MonthlyPartitionsDefinition) -> dg.Definitions:
    """Models, gate and release, by month where a table is made month by month."""
    models = model_assets(manifest, months)
    gate = gate_checks(expectation_names(), models.keys)
    release = release_asset(_published(models.keys, gate.check_keys), freshness_of_release())
    return dg.Definitions(assets=[models, release], asset_checks=[gate])


def _published(models: Collection[dg.AssetKey], judged: Collection[dg.AssetCheckKey]) -> list[dg.AssetKey]:
    """What the release waits for: every mart, and the other tables that the gate judges."""
    return sorted({key for key in models if key.path[0] == "marts"} | {check.asset_key for check in judged})
