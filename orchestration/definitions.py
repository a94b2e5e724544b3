"""What `workspace.yaml` and `dg` load: the code location of $CALLBOARD_HOME, read when Dagster asks and not before."""

import dagster as dg

from orchestration.defs.build import build_defs


@dg.definitions
def callboard() -> dg.Definitions:
    """The code location."""
    return build_defs()
