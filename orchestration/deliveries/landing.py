"""What waits in a home's landing, and how its loader is set up."""

from typing import TYPE_CHECKING

from orchestration.home.config import Config
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home

if TYPE_CHECKING:
    from sources.loading.load import WaitingFile
    from sources.loading.raw_schema import LoadSettings


def waiting_files(home: Home, config: Config) -> "list[WaitingFile]":
    """The files of landing that the next load takes in or gives up. Writes nothing.

    Raises UsageError for a wrong mapping and duckdb.Error where another process has the build database open.
    """
    # Late: the loader is not imported for --help.
    from sources.loading.load import waiting
    from sources.mappings.mapping import MappingError

    try:
        return waiting(home.warehouse, home.landing, load_settings(home, config))
    except MappingError as error:
        raise UsageError(str(error)) from error


def load_settings(home: Home, config: Config) -> "LoadSettings":
    """What the configuration says to the loader."""
    from sources.loading.raw_schema import LoadSettings

    return LoadSettings(
        mappings=home.mappings,
        temporary=home.build,
        threads=config.refresh.threads or None,
        memory_limit=config.refresh.memory_limit,
        tables=config.reading.tables,
        defaults=config.reading.defaults,
        max_unpacked=config.reading.unpacked_bytes,
    )
