"""What a refresh hands over to dbt, and what it makes of the models and tests that fail."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from expectations.verdicts import Verdict
from orchestration.home.errors import CallboardError, GateRefusedError
from orchestration.home.known_errors import database_trouble
from orchestration.refresh.context import RefreshContext

if TYPE_CHECKING:
    from orchestration.warehouse.dbt import DbtOutcome, NodeResult


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


def refusal_of_tests(failed: Sequence["NodeResult"]) -> GateRefusedError | None:
    """dbt's failed tests as a refusal like the gate's. Their verdicts are of whole tables, and cannot be waived."""
    if not failed:
        return None
    verdicts = [
        Verdict(
            expectation=test.name,
            table_name="dbt",
            month=None,
            severity="error",
            passed=False,
            observed=f"{test.failures} rows that should not be" if test.failures else test.message,
            expected="no such row",
            origin="dbt",
        )
        for test in failed
    ]
    return GateRefusedError("dbt's tests refused this build.", verdicts=verdicts)
