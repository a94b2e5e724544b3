"""The job `refresh_touched_months`: what `callboard refresh` does, for schedules, sensors and the UI."""

import dagster as dg
from pydantic import Field

from orchestration.defs.assets import as_dagster_failure
from orchestration.defs.jobs import REFRESH_TOUCHED_MONTHS
from orchestration.defs.refresh import refresh
from orchestration.defs.resources import WAIT_SECONDS, trigger
from orchestration.home.months import parse_month
from orchestration.home.paths import Home
from orchestration.refresh.context import parse_as_of


class TouchedMonths(dg.Config):
    """What a run of `refresh_touched_months` may be asked for."""

    months: list[str] = Field(default=[], description="YYYY-MM; none: those that deliveries touched")
    as_of: str = Field(default="", description="ISO instant to look from; empty: as callboard.toml says")


def touched_months_job(home: Home) -> dg.JobDefinition:
    """The job on `home`; the runs of `load` and `refresh` that it starts in its process show beside its own."""

    @dg.op
    def load_plan_refresh(context: dg.OpExecutionContext, config: TouchedMonths) -> None:
        outcome = as_dagster_failure(
            lambda: refresh(
                home,
                months=[parse_month(text) for text in config.months],
                as_of=parse_as_of(config.as_of) if config.as_of else None,
                trigger=trigger(context.run.tags),
                wait_seconds=WAIT_SECONDS,
            )
        )
        if outcome.status == "refused":
            raise dg.Failure(outcome.message, allow_retries=False)
        context.log.info(outcome.message)

    @dg.job(
        name=REFRESH_TOUCHED_MONTHS,
        executor_def=dg.in_process_executor,
        description="Loads what was delivered, and refreshes the months that it touched, if any",
    )
    def touched_months() -> None:
        load_plan_refresh()

    return touched_months
