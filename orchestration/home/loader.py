"""What a home says to the loader of deliveries: its mappings, and how files are read that no mapping takes."""

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home.config import Config
from orchestration.home.paths import Home

if TYPE_CHECKING:
    from sources.loading.raw_schema import LoadSettings


def loader_settings(home: Home, config: Config, *, temporary: Path | None = None) -> "LoadSettings":
    """The settings that decide what a file's rows are: whoever asks what waits needs those that a refresh loads by."""
    # Late: the loader brings DuckDB along.
    from sources.loading.raw_schema import LoadSettings

    return LoadSettings(
        mappings=home.mappings,
        temporary=temporary,
        threads=config.refresh.threads or None,
        memory_limit=config.refresh.memory_limit,
        tables=config.reading.tables,
        defaults=config.reading.defaults,
        max_unpacked=config.reading.unpacked_bytes,
    )
