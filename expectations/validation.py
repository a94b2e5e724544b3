"""The one place that knows Great Expectations: a suite's counts of broken places, validated as a GX suite.

Each expectation's places are counted in SQL, once, and GX is given one small frame a table: a row for each month (and one
for what is not of a month), a column for each expectation. Having GX run the queries itself (UnexpectedRowsExpectation through
SQLAlchemy) would run each of them twice. Suites and results are kept as GX writes them, and pages of what failed (Data Docs).
"""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from expectations.suite import Expectation, Suite

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationSuite
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult

# Expectation name -> scope (a month, or the whole table) -> number of broken rows.
Counts = Mapping[str, Mapping[str, int]]


def preload() -> None:
    """Import Great Expectations ahead of time: some seconds of CPU that can pass while dbt runs."""
    # Set before the import, which is when GX decides whether to call home.
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations.expectations  # noqa: F401  # pyright: ignore[reportUnusedImport]


@dataclass(frozen=True)
class Validated:
    """What GX said. `failures` are (table, expectation, scope); `files` are what a release keeps of it, by name: the suites
    and their results as JSON, and a page of each table of which something failed."""

    failures: frozenset[tuple[str, str, str]]
    files: Mapping[str, str] = field(default_factory=dict[str, str])


def validate(suites: Sequence[tuple[Suite, Counts]]) -> Validated:
    """Validate every suite."""
    preload()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # One definition lends itself to every frame: making one for each table costs more than judging it.
    asset = context.data_sources.add_pandas(name="build").add_dataframe_asset(name="marts")
    definition = asset.add_batch_definition_whole_dataframe("broken rows")
    gx_suites = [_gx_suite(suite) for suite, _ in suites]
    results = [
        definition.get_batch({"dataframe": _frame(counts)}).validate(gx_suite, result_format="BASIC")
        for gx_suite, (_, counts) in zip(gx_suites, suites, strict=True)
    ]
    failures = frozenset(
        (suite.table, name, scope)
        for (suite, counts), result in zip(suites, results, strict=True)
        for name in _failed_expectations(result)
        for scope in _failed_scopes(counts[name])
    )
    return Validated(failures, _files(gx_suites, results))


def _files(
    suites: "Sequence[ExpectationSuite]", results: "Sequence[ExpectationSuiteValidationResult]"
) -> dict[str, str]:
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    written = json.dumps([result.to_json_dict() for result in results], indent=1, ensure_ascii=False)
    files = {
        "suites.json": json.dumps([suite.to_json_dict() for suite in suites], indent=1, ensure_ascii=False),
        "validation_results.json": written,
    }
    # Of tables that passed, the results say the same. Drawn from what was written, since GX's pages do not take numpy's
    # numbers.
    pages = {
        f"{suite.name}.html": DefaultJinjaPageView().render(
            ValidationResultsPageRenderer().render(_read(result))
        )
        for suite, result in zip(suites, json.loads(written), strict=True)
        if not result["success"]
    }
    return {**files, **pages}


def _read(written: Mapping[str, object]) -> "ExpectationSuiteValidationResult":
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResultSchema

    return cast("ExpectationSuiteValidationResult", ExpectationSuiteValidationResultSchema().load(written))


def _frame(counts: Counts) -> "pd.DataFrame":
    import pandas as pd

    scopes = sorted({scope for by_scope in counts.values() for scope in by_scope})
    return pd.DataFrame(
        {name: [by_scope.get(scope) for scope in scopes] for name, by_scope in counts.items()}, index=scopes
    )


def _failed_expectations(outcome: "ExpectationSuiteValidationResult") -> list[str]:
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
                description=_described(expectation),
                severity=severity[expectation.severity],
                meta={"name": expectation.name, "places": " ".join(expectation.broken_rows.split())},
            )
            for expectation in suite.expectations
        ],
    )


def _described(expectation: Expectation) -> str:
    params = {name: ", ".join(v) if isinstance(v, list) else v for name, v in expectation.params.items()}
    return expectation.expected.format(**params)
