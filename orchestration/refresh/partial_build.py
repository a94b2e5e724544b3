"""Building a part of the models, which was selected in Dagster: to look at, never to publish.

Intermediate tables hold the months of the build that made them, and a part of the models mixes two states of landing.
So such a build is written down as partial, and the next whole one starts from the published marts again.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from orchestration.home.errors import CallboardError
from orchestration.home.versions import code_version
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.plan import Plan
from orchestration.warehouse import ledger

if TYPE_CHECKING:
    from orchestration.warehouse.dbt import DbtOutcome


def plan_part(ctx: RefreshContext, plan: Callable[[RefreshContext], Plan]) -> Plan:
    """The months of a partial build: those that the run names, else those that the tables hold, else the planned ones.

    Raises CallboardError where there are none.
    """
    months = ctx.months or _held(ctx) or plan(ctx).months
    if not months:
        raise CallboardError(
            "Nothing that was delivered dates a month, so there is nothing to build.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/; load them first.",
        )
    return Plan(tuple(months))


def begin_part(ctx: RefreshContext, months: Sequence[date], selected: Collection[str]) -> None:
    """Write down that a partial build of the nodes `selected` (dbt's unique ids) begins.

    Raises CallboardError where one of them reads a table that is neither selected nor made for these months.
    """
    from orchestration.warehouse.parse import tables_read

    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        read = tables_read(selected, schema="intermediate")
        held = ledger.months_in_tables(connection)
        if read and held != {tuple(months)}:
            made = " and ".join(", ".join(f"{month:%Y-%m}" for month in some) for some in sorted(held))
            raise CallboardError(
                f"What was selected reads {len(read)} tables that were not, such as {min(read)}, and they hold "
                f"{made or 'nothing'}, not {', '.join(f'{month:%Y-%m}' for month in months)}.",
                hint="Select what it reads as well (Dagster's selection +name), or launch the whole job refresh.",
            )
        build = ledger.Build(
            build_id=ctx.release_id,
            as_of=ctx.as_of,
            months=tuple(months),
            owed_months=(),
            trigger=ctx.trigger,
            code_version=code_version(),
            config_sha256=ctx.config.sha256(),
            fingerprints={},
            state="partial",
        )
        ledger.begin_build(connection, build)


def raise_for_tests(done: "DbtOutcome") -> None:
    """Raise CallboardError where a test failed: nothing was to be published, so nothing is refused."""
    if done.failed_tests:
        raise CallboardError(f"dbt's tests do not accept what was built.\n{done.in_words()}")


def _held(ctx: RefreshContext) -> tuple[date, ...]:
    if not ctx.home.warehouse.exists():
        return ()
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        newest = ledger.latest_build(connection)
    return newest.months if newest else ()
