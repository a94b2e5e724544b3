"""What a refresh hands over to the loader, to dbt and to the gate, in their words, and back again."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from orchestration.home.errors import CallboardError
from orchestration.home.known_errors import database_trouble
from orchestration.refresh.context import RefreshContext
from orchestration.warehouse.verdicts import Verdict

if TYPE_CHECKING:
    from expectations.gate import GateReport, GateSettings
    from orchestration.warehouse.dbt import DbtOutcome, NodeResult
    from sources.loading.load import LoadSettings


def load_settings(ctx: RefreshContext) -> "LoadSettings":
    """What the configuration says to the loader."""
    from sources.loading.load import LoadSettings

    return LoadSettings(
        mappings=ctx.home.mappings,
        temporary=ctx.home.build,
        threads=ctx.config.refresh.threads or None,
        memory_limit=ctx.config.refresh.memory_limit,
    )


def dbt_vars(ctx: RefreshContext, months: Sequence[date]) -> dict[str, object]:
    """The variables that every dbt run of a refresh is given (docs/architecture.md)."""
    return {
        "as_of": f"{ctx.as_of:%Y-%m-%d %H:%M:%S}",
        "months": [month.isoformat() for month in months],
        "default_site": ctx.config.default_site,
        "default_time_zone": ctx.config.default_time_zone or "UTC",
        "release_id": ctx.release_id,
        **{f"appraisal_{key}": value for key, value in ctx.config.appraisal},
        **{f"scorecard_{key}": value for key, value in ctx.config.scorecard},
        **{f"driver_{key}": value for key, value in ctx.config.drivers},
    }


def raise_for_models(done: "DbtOutcome") -> None:
    """Raise CallboardError where a model failed: then no test and no gate could say anything."""
    if not done.failed_models:
        return
    known = next((found for node in done.failed_models if (found := database_trouble(node.message))), None)
    raise known or CallboardError(
        f"dbt could not build {len(done.failed_models)} of its models.\n{done.in_words()}",
        hint="What was published stays published. This is a defect of Callboard's; please report it.",
    )


def test_verdicts(tests: Sequence["NodeResult"]) -> list[Verdict]:
    """dbt's failed tests as verdicts; they are of the whole table and nobody can waive them."""
    return [
        Verdict(
            expectation=test.name,
            table_name="dbt",
            month=None,
            severity="error",
            passed=False,
            observed=f"{test.failures} rows that should not be" if test.failures else test.message,
            expected="no such row",
        )
        for test in tests
    ]


def gate_settings(ctx: RefreshContext) -> "GateSettings":
    """What the configuration says to the gate."""
    from expectations.gate import GateSettings

    return GateSettings(
        default_site=ctx.config.default_site,
        default_time_zone=ctx.config.default_time_zone or "UTC",
        **ctx.config.gate.model_dump(),
    )


def gate_verdicts(report: "GateReport") -> tuple[Verdict, ...]:
    """The gate's results as they are stored and published."""
    return tuple(
        Verdict(
            expectation=result.expectation,
            table_name=result.table_name,
            month=result.month,
            severity=result.severity,
            passed=result.passed,
            observed=result.observed,
            expected=result.expected,
            example_keys=tuple(result.example_keys),
            waived_by=result.waived_by,
            waived_reason=result.waived_reason,
        )
        for result in report.results
    )
