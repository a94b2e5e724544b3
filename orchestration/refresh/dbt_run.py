"""What a refresh hands over to dbt, and what it makes of the models and tests that fail."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from expectations.items import items_of
from expectations.verdicts import Finding, Verdict
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


def verdicts_of_tests(failed: Sequence["NodeResult"]) -> list[Verdict]:
    """dbt's failed tests as verdicts like the gate's. They are of whole tables, and cannot be waived."""
    return [
        Verdict(
            expectation=test.name,
            table_name="dbt",
            month=None,
            broken=test.failures or 1,
            findings=(
                Finding(found={"rows": test.failures})
                if test.failures
                else Finding(found={"message": test.message}, variant="message"),
            ),
            origin="dbt",
            is_waivable=False,
        )
        for test in failed
    ]


def refusal_of_tests(verdicts: Sequence[Verdict]) -> GateRefusedError:
    """The refusal that dbt's failed tests are."""
    return GateRefusedError(
        "dbt's tests refused this build.", hint="Run the whole refresh again.", items=items_of(verdicts, {})
    )
