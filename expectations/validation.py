"""The one place that knows Great Expectations: a suite's counts of broken rows, validated as a GX suite.

GX reads DuckDB only through pandas, so each table's expectations are counted in SQL and GX is given one small frame a
table: a row for each month (and one for what is not of a month), a column for each expectation.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from expectations.suite import Suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.core.batch_definition import BatchDefinition

# Expectation name -> scope (a month, or the whole table) -> number of broken rows.
Counts = Mapping[str, Mapping[str, int]]


def preload() -> None:
    """Import Great Expectations ahead of time: some seconds of CPU that can pass while dbt runs."""
    # Set before the import, which is when GX decides whether to call home.
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations.expectations  # noqa: F401  # pyright: ignore[reportUnusedImport]


def validate(suites: Sequence[tuple[Suite, Counts]]) -> set[tuple[str, str, str]]:
    """Validate every suite; gives (table, expectation, scope) of each failure."""
    preload()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # One definition lends itself to every frame: making one for each table costs more than judging it.
    asset = context.data_sources.add_pandas(name="build").add_dataframe_asset(name="marts")
    definition = asset.add_batch_definition_whole_dataframe("broken rows")
    return {
        (suite.table, name, scope)
        for suite, counts in suites
        for name in _failed_expectations(definition, suite, counts)
        for scope in _failed_scopes(counts[name])
    }


def _failed_expectations(definition: "BatchDefinition[None]", suite: Suite, counts: Counts) -> list[str]:
    import pandas as pd

    scopes = sorted({scope for by_scope in counts.values() for scope in by_scope})
    frame = pd.DataFrame(
        {name: [by_scope.get(scope) for scope in scopes] for name, by_scope in counts.items()}, index=scopes
    )
    batch = definition.get_batch({"dataframe": frame})
    outcome = batch.validate(_gx_suite(suite), result_format="BOOLEAN_ONLY")
    return [
        str(result.expectation_config.meta["name"])  # pyright: ignore[reportOptionalMemberAccess, reportOptionalSubscript]
        for result in outcome.results
        if not result.success
    ]


def _failed_scopes(by_scope: Mapping[str, int]) -> list[str]:
    # Where no count says which, GX itself could not judge: then no scope has passed.
    return [scope for scope, broken in by_scope.items() if broken] or list(by_scope)


def _gx_suite(suite: Suite) -> "ExpectationSuite":
    import great_expectations as gx
    from great_expectations.expectations.core.expect_column_max_to_be_between import (
        ExpectColumnMaxToBeBetween,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity

    severity = {
        "refused": FailureSeverity.CRITICAL,
        "to_confirm": FailureSeverity.WARNING,
        "noted": FailureSeverity.INFO,
    }
    return gx.ExpectationSuite(
        name=suite.table,
        expectations=[
            ExpectColumnMaxToBeBetween(
                column=expectation.name,
                max_value=0,
                description=expectation.expected,
                severity=severity[expectation.severity],
                meta={"name": expectation.name},
            )
            for expectation in suite.expectations
        ],
    )
