"""The code location: one factory that `workspace.yaml`, `dg` and every test build it with."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.defs.assets import landing_assets, raw_assets
from orchestration.defs.freshness import freshness_of_sources
from orchestration.defs.jobs import every_month, load_job, refresh_job
from orchestration.defs.parts import after_loading
from orchestration.defs.resources import HomeResource, RefreshResource
from orchestration.defs.schedules import refresh_schedules
from orchestration.defs.sensors import arrival_sensor, delivery_sensor
from orchestration.defs.touched_months import touched_months_job
from orchestration.home.config import load_config
from orchestration.home.paths import Home, locate_home
from orchestration.releases.sites import default_site
from orchestration.warehouse.parse import manifest_json


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
        after_loading(manifest, every_month(site.time_zone)),
    )
