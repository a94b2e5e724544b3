"""The code location: one factory that the command, `workspace.yaml` and every test build it with."""

from collections.abc import Collection, Mapping
from typing import Any

from dagster import AssetCheckKey, AssetKey, Definitions, ResourceDefinition, in_process_executor

from expectations.gate import expectation_names
from orchestration.defs.asset_checks import gate_checks
from orchestration.defs.assets import model_assets, raw_assets, release_asset
from orchestration.defs.jobs import month_partitions, refresh_job
from orchestration.defs.schedules import refresh_schedules
from orchestration.defs.sensors import arrival_sensor, delivery_sensor
from orchestration.defs.session import session_resource
from orchestration.home.config import Config, load_config
from orchestration.home.paths import Home, locate_home
from orchestration.releases.sites import Site, default_site
from orchestration.warehouse.dbt import manifest_json


def build_defs(
    home: Home | None = None,
    *,
    config: Config | None = None,
    site: Site | None = None,
    resource_overrides: Mapping[str, ResourceDefinition] | None = None,
) -> Definitions:
    """Everything Dagster knows of `home` ($CALLBOARD_HOME or ./home where none is given).

    `config` and `site` are read where they are not given. `resource_overrides` replaces resources by name (`session`).
    Raises CallboardError where the configuration is
    wrong or the dbt project does not parse.
    """
    home = home or locate_home(None)
    config = config or load_config(home)
    site = site or default_site(home, config)
    months = month_partitions(site.time_zone)
    manifest: Mapping[str, Any] = manifest_json()
    models = model_assets(manifest, months)
    gate = gate_checks(expectation_names(), models.keys)
    job = refresh_job(months)
    return Definitions(
        assets=[raw_assets(manifest), models, release_asset(_published(models.keys, gate.check_keys))],
        asset_checks=[gate],
        jobs=[job],
        schedules=refresh_schedules(job, home, site),
        sensors=[delivery_sensor(job, home), *([arrival_sensor(home)] if config.arrivals else [])],
        resources={"session": session_resource(home), **(resource_overrides or {})},
        executor=in_process_executor,
    )


def _published(models: Collection[AssetKey], judged: Collection[AssetCheckKey]) -> list[AssetKey]:
    """What the release waits for: every mart, and whatever else the gate judges."""
    return sorted({key for key in models if key.path[0] == "marts"} | {check.asset_key for check in judged})
