"""What `workspace.yaml` loads: the code location of $CALLBOARD_HOME, read when Dagster asks and not before."""

from dagster import Definitions

from orchestration.defs.build import build_defs


def callboard() -> Definitions:
    """The code location."""
    return build_defs()
