"""The code location: one factory that `workspace.yaml`, `dg` and every test build it with, and its parts for a command."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg

from expectations.gate import expectation_names
from orchestration.defs.asset_checks import gate_checks
from orchestration.defs.assets import landing_assets, model_assets, raw_assets, release_asset
from orchestration.defs.freshness import freshness_of_release, freshness_of_sources
from orchestration.defs.jobs import every_month, load_job, only_months, refresh_job, touched_months_job
from orchestration.defs.resources import HomeResource, RefreshResource
from orchestration.defs.schedules import refresh_schedules
from orchestration.defs.sensors import arrival_sensor, delivery_sensor
from orchestration.home.config import load_config
from orchestration.home.paths import Home, locate_home
from orchestration.refresh.run import RefreshRun
from orchestration.releases.sites import default_site
from orchestration.warehouse.dbt import manifest_json


def build_defs(
    home: Home | None = None, resource_overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Everything Dagster knows of `home` ($CALLBOARD_HOME or ./home where none is given).

    `resource_overrides` replaces resources by name (`refresh`). Raises CallboardError where the configuration is
    wrong or the dbt project does not parse.
    """
    home = home or locate_home(None)
    config = load_config(home)
    site = default_site(home, config)
    manifest = manifest_json()
    return dg.Definitions.merge(
        dg.Definitions(
            assets=[
                *landing_assets(manifest, freshness_of_sources(config.arrivals, site)),
                raw_assets(manifest),
            ],
            jobs=[load_job, refresh_job, touched_months_job(home)],
            schedules=refresh_schedules(home, site),
            sensors=[delivery_sensor(home), *([arrival_sensor(home)] if config.arrivals else [])],
            resources={
                "refresh": RefreshResource(home=HomeResource(path=str(home.root))),
                **(resource_overrides or {}),
            },
            executor=dg.in_process_executor,
        ),
        _after_loading(manifest, every_month(site.time_zone)),
    )


def load_defs(run: RefreshRun) -> dg.Definitions:
    """What the job `load` needs, for a run in this process."""
    return dg.Definitions(assets=[raw_assets(manifest_json())], jobs=[load_job], resources={"refresh": run})


def refresh_defs(run: RefreshRun, months: Sequence[date]) -> dg.Definitions:
    """What the job `refresh` needs once everything is loaded, for a run of exactly these months in this process."""
    return dg.Definitions.merge(
        dg.Definitions(jobs=[refresh_job], resources={"refresh": run}),
        _after_loading(manifest_json(), only_months(months, run.ctx.site.time_zone)),
    )


def _after_loading(manifest: Mapping[str, Any], months: dg.MonthlyPartitionsDefinition) -> dg.Definitions:
    models = model_assets(manifest, months)
    gate = gate_checks(expectation_names(), models.keys)
    release = release_asset(_published(models.keys, gate.check_keys), freshness_of_release())
    return dg.Definitions(assets=[models, release], asset_checks=[gate])


def _published(models: Collection[dg.AssetKey], judged: Collection[dg.AssetCheckKey]) -> list[dg.AssetKey]:
    """What the release waits for: every mart, and whatever else the gate judges."""
    return sorted({key for key in models if key.path[0] == "marts"} | {check.asset_key for check in judged})
