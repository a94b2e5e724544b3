"""What was delivered, judged before anything is built: what is unreadable, undecided or wholly refused is said at once.

A file that can't be used and a source of which no row can count would refuse every month at the gate, after minutes;
here it is seconds, with all reasons together. The way out is the same: deliver it again, take it away, or waive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from expectations.verdicts import Verdict
from orchestration.deliveries.landing import load_settings
from orchestration.home.errors import GateRefusedError, UsageError
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.plan import Plan, plan_refresh

_READABLE = ("every_delivery_is_readable", "delivery")
REMEDY = "Deliver it again, take it out of landing, or waive it."
_COUNTS = "quarantined_share_is_small"


@dataclass(frozen=True)
class Judgement:
    """What is wrong with what was delivered. `failed` refuse the `months`; `notes` are to be looked at, a sentence each."""

    months: tuple[date, ...]
    failed: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()


def judge_delivered(ctx: RefreshContext, loaded: Sequence[int] = ()) -> Judgement:
    """Judge the current deliveries; `loaded` are those of which also each file that counts nowhere is noted."""
    from sources.loading.judging import refused_files, refused_sources, unreadable

    with duckdb.connect(str(ctx.home.warehouse), read_only=True) as connection:
        files, sources = unreadable(connection), refused_sources(connection)
        whole = {source.table_name for source in sources}
        single = [file for file in refused_files(connection, loaded) if file.table_name not in whole]
    verdicts = [
        _verdict(*_READABLE, f"{each.file}: {each.why}", "every file in landing can be read")
        for each in files
    ]
    verdicts += [
        _verdict(_COUNTS, each.table_name, f"all {each.rows:,} rows are refused, the first: {each.why}",
                 "rows of the source that count")
        for each in sources
    ]  # fmt: skip
    notes = tuple(
        f"{each.file}: all {each.rows:,} rows are refused, the first: {each.why}" for each in single
    )
    if not verdicts:
        return Judgement((), (), notes)
    months = _months(ctx)
    return Judgement(months, tuple(v for v in verdicts if not _is_waived(ctx, v, months)), notes)


def refuse_unusable(ctx: RefreshContext, loaded: Sequence[int]) -> tuple[str, ...]:
    """Raises GateRefusedError with everything that is wrong with what was delivered; gives what is to be looked at."""
    judged = judge_delivered(ctx, loaded)
    if judged.failed:
        raise GateRefusedError(
            f"What was delivered can't be used; nothing was built. {REMEDY}",
            verdicts=judged.failed,
            months=judged.months,
        )
    return judged.notes


def plan_of_usable(ctx: RefreshContext) -> Plan:
    """The plan of a refresh, unless what was delivered can't be used, which an unknown month must not hide.

    Raises GateRefusedError for that, UsageError for a requested month of which nothing can be known.
    """
    try:
        plan = plan_refresh(ctx)
    except UsageError:
        refuse_unusable(ctx, ())
        raise
    if plan.months:
        refuse_unusable(ctx, ())
    return plan


def _verdict(expectation: str, table: str, observed: str, expected: str) -> Verdict:
    return Verdict(expectation, table, None, "error", passed=False, observed=observed, expected=expected)


def _months(ctx: RefreshContext) -> tuple[date, ...]:
    """The months that would be made; those asked for, where what is wrong keeps them from being known."""
    try:
        return plan_refresh(ctx).months or ctx.months
    except UsageError:
        return ctx.months


def _is_waived(ctx: RefreshContext, verdict: Verdict, months: Sequence[date]) -> bool:
    """Whether every month that would be made was waived it."""
    waived = {
        waiver.month
        for waiver in ctx.waivers
        if waiver.expectation == verdict.expectation and waiver.table_name in (None, verdict.table_name)
    }
    return bool(months) and waived.issuperset(months)


def load_and_judge(ctx: RefreshContext) -> tuple[int, int, Judgement]:
    """Load what was delivered and judge it, building nothing: how many files and rows came in, and the judgement.

    The caller holds the refresh lock. Raises UsageError where there is no landing or a mapping is wrong.
    """
    from sources.loading.load import load
    from sources.mappings.mapping import MappingError

    if not ctx.home.landing.is_dir():
        raise UsageError(
            f"{ctx.home.root} has no landing directory.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/.",
        )
    try:
        report = load(ctx.home.warehouse, ctx.home.landing, settings=load_settings(ctx.home, ctx.config))
    except MappingError as error:
        raise UsageError(str(error)) from error
    judged = judge_delivered(ctx, [delivery.delivery_id for delivery in report.loaded])
    decided = tuple(f"{each.file}: {note}" for each in report.loaded for note in each.notes)
    return len(report.loaded), report.rows, Judgement(judged.months, judged.failed, decided + judged.notes)
