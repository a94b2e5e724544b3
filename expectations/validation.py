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
    from great_expectations.datasource.fluent.pandas_datasource import PandasDatasource

SCOPE = "scope"

# Expectation name -> scope (a month, or the whole table) -> number of broken rows.
Counts = Mapping[str, Mapping[str, int]]


def preload() -> None:
    """Import Great Expectations ahead of time: some seconds of CPU that can pass while dbt runs."""
    # Set before the import, which is when GX decides whether to call home.
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("POSTHOG_DISABLED", "True")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations.expectations  # noqa: F401  # pyright: ignore[reportUnusedImport]


def validate(suites: Sequence[tuple[Suite, Counts]]) -> set[tuple[str, str, str]]:
    """Validate every suite; gives (table, expectation, scope) of each failure."""
    preload()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas(name="marts")
    return {
        (suite.table, name, scope)
        for suite, counts in suites
        for name, scope in _failures(source, suite, counts)
    }


def _failures(source: "PandasDatasource", suite: Suite, counts: Counts) -> list[tuple[str, str]]:
    import pandas as pd

    scopes = sorted({scope for by_scope in counts.values() for scope in by_scope})
    frame = pd.DataFrame(
        {SCOPE: scopes, **{name: [by.get(scope) for scope in scopes] for name, by in counts.items()}}
    )
    batch = (
        source.add_dataframe_asset(name=suite.table)
        .add_batch_definition_whole_dataframe("counts")
        .get_batch({"dataframe": frame})
    )
    outcome = batch.validate(
        _gx_suite(suite),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [SCOPE]},
    )
    failed: list[tuple[str, str]] = []
    for result in outcome.results:
        if result.success:
            continue
        name = str(result.expectation_config.meta["name"])  # pyright: ignore[reportOptionalMemberAccess, reportOptionalSubscript]
        # Without a list GX itself could not tell where it failed: then it failed everywhere.
        rows = result.result.get("unexpected_index_list") or [{SCOPE: scope} for scope in counts[name]]
        failed += [(name, str(row[SCOPE])) for row in rows]
    return failed


def _gx_suite(suite: Suite) -> "ExpectationSuite":
    import great_expectations as gx
    from great_expectations.expectations.core.expect_column_values_to_be_between import (
        ExpectColumnValuesToBeBetween,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity

    severity = {"error": FailureSeverity.CRITICAL, "warning": FailureSeverity.WARNING}
    return gx.ExpectationSuite(
        name=suite.table,
        expectations=[
            ExpectColumnValuesToBeBetween(
                column=expectation.name,
                min_value=0,
                max_value=0,
                description=expectation.expected,
                severity=severity[expectation.severity],
                meta={"name": expectation.name},
            )
            for expectation in suite.expectations
        ],
    )
