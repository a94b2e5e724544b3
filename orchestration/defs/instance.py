"""Dagster on a home: its instance under `home/dagster`, and the UI on it (`python -m orchestration.defs.instance`).

What runs there is `build`'s; this is only where runs and events are kept and how the UI is started.
"""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from orchestration.home.config import Config, load_config
from orchestration.home.files import write_whole
from orchestration.home.paths import Home, existing_home

if TYPE_CHECKING:
    from dagster import DagsterInstance

WORKSPACE = Path(__file__).resolve().parents[2] / "workspace.yaml"


def dagster_yaml(home: Home, config: Config) -> str:
    """What `home/dagster/dagster.yaml` says: it is written anew from `callboard.toml` wherever it differs."""
    settings: dict[str, object] = {
        "telemetry": {"enabled": False},
        # Dagster's UI must not ask for a mail address for its newsletter.
        "nux": {"enabled": False},
        # Steps draw progress on the terminal; Dagster would take it away into files.
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
        # A home has one writer, so runs of the UI, the schedules and the sensor wait for each other.
        "concurrency": {"runs": {"max_concurrent_runs": 1}},
        "run_monitoring": {"enabled": True},
        **_storage(home, config),
    }
    head = "# Written by Callboard from callboard.toml; what is changed here is overwritten.\n"
    return head + yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def prepare_instance(home: Home, config: Config) -> Path:
    """Make `home/dagster` with its dagster.yaml as the configuration has it; gives the directory."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    path, text = home.dagster / "dagster.yaml", dagster_yaml(home, config)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_whole(path, text)
    return home.dagster


def open_instance(home: Home, config: Config) -> "DagsterInstance":
    """The home's Dagster instance, to be used as a context manager. Raises what its storage raises."""
    from dagster import DagsterInstance

    return DagsterInstance.from_config(str(prepare_instance(home, config)))


def main() -> None:
    """Start the Dagster UI and daemon on $CALLBOARD_HOME, or ./home; arguments go to `dagster dev`."""
    home = existing_home(None)
    environment = {
        **os.environ,
        "CALLBOARD_HOME": str(home.root),
        "DAGSTER_HOME": str(prepare_instance(home, load_config(home))),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
    }
    dagster = Path(sys.executable).with_name("dagster")
    os.execve(dagster, [str(dagster), "dev", "-w", str(WORKSPACE), *sys.argv[1:]], environment)


def _storage(home: Home, config: Config) -> dict[str, object]:
    variable = re.fullmatch(r"\$\{(\w+)\}", config.dagster.storage)
    if variable:
        # Dagster reads the variable itself, so the address stands in no file.
        return {"storage": {"postgres": {"postgres_url": {"env": variable[1]}}}}

    def sqlite(module: str, name: str, directory: str) -> dict[str, object]:
        return {"module": module, "class": name, "config": {"base_dir": str(home.dagster / directory)}}

    # Dagster's documentation names its storages by these modules, too; test_private_symbols.py notices when they go.
    storage = "dagster._core.storage"
    return {
        "run_storage": sqlite(f"{storage}.runs", "SqliteRunStorage", "history"),
        "event_log_storage": sqlite(
            "orchestration.defs.event_log", "KeptOpenEventLogStorage", "history/runs"
        ),
        "schedule_storage": sqlite(f"{storage}.schedules", "SqliteScheduleStorage", "schedules"),
    }


if __name__ == "__main__":
    main()
