"""What a refresh imports, for the server of `forked`. A module that is missing here is imported by each command."""

import gc

import dagster_dbt  # noqa: F401
import dbt.adapters.duckdb
import dbt.cli.main  # noqa: F401

import orchestration.cli
import orchestration.defs.build
import orchestration.defs.jobs  # noqa: F401
import sources.loading.load  # noqa: F401
from expectations import gate

gate.preload()
# Not `pack.preload`: what draws charts starts threads, and a fork has none of them.
# Nothing of it is ever garbage, and looking at it would copy its pages in each command.
gc.freeze()
