"""What was delivered, judged before anything is built: what is unreadable, undecided or wholly refused is said at once.

A file that can't be used and a source of which no row can count would refuse every month at the gate, after minutes;
here it is seconds, with all reasons together. The way out is the same: deliver it again, take it away, or waive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from expectations.items import Item, items_of
from expectations.reference_tables import kpi_sources
from expectations.settling import settle
from expectations.verdicts import Finding, Value, Verdict
from orchestration.deliveries.landing import load_settings
from orchestration.home.errors import GateRefusedError, UsageError
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.plan import Plan, plan_refresh

if TYPE_CHECKING:
    from sources.loading.judging import Trouble

REMEDY = "Deliver it again, take it out of landing, or waive it."
REFUSED = f"What was delivered can't be used; nothing was built. {REMEDY}"


@dataclass(frozen=True)
class Judgement:
    """What is wrong with what was delivered. `items` refuse the `months`; `notes` are to be looked at, a sentence each."""

    months: tuple[date, ...]
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()


def judge_delivered(ctx: RefreshContext, loaded: Sequence[int] = ()) -> Judgement:
    """Judge the current deliveries; `loaded` are those of which also each file that counts nowhere is noted."""
    from sources.loading.judging import refused_files, refused_sources, unreadable

    with duckdb.connect(str(ctx.home.warehouse), read_only=True) as connection:
        files, sources = unreadable(connection), refused_sources(connection)
        whole = {source.table_name for source in sources}
        single = [file for file in refused_files(connection, loaded) if file.table_name not in whole]
        needed = kpi_sources(connection)
    verdicts = [_verdict("every_delivery_is_readable", "delivery", needed, files)] if files else []
    verdicts += [_verdict("quarantined_share_is_small", each.table_name, needed, [each]) for each in sources]
    notes = tuple(
        f"{each.file}: all {each.rows:,} rows are refused, the first: {each.why}" for each in single
    )
    if not verdicts:
        return Judgement((), (), notes)
    months = _months(ctx)
    settled = settle(verdicts, months, ctx.waivers)
    return Judgement(months, items_of([verdict for verdict in settled if verdict.blocks], needed), notes)


def refuse_unusable(ctx: RefreshContext, loaded: Sequence[int]) -> tuple[str, ...]:
    """Raises GateRefusedError with everything that is wrong with what was delivered; gives what is to be looked at."""
    judged = judge_delivered(ctx, loaded)
    if judged.items:
        raise GateRefusedError(
            REFUSED,
            items=judged.items,
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


def _verdict(
    expectation: str, table: str, needed: Mapping[str, Sequence[str]], troubles: "Sequence[Trouble]"
) -> Verdict:
    """As the gate would find it after the build, so that a waiver of the one is a waiver of the other."""
    findings = tuple(
        Finding(
            keys={"source": each.table_name} if each.line else {"file": each.file},
            found=_all_refused(each) if each.line else _unreadable(each),
            variant="none_counts" if each.line else "",
            kpis=tuple(sorted(kpi for kpi, sources in needed.items() if each.table_name in sources)),
            damage=1.0,
        )
        for each in troubles
    )
    return Verdict(expectation, table, None, broken=len(findings), findings=findings)


def _unreadable(trouble: "Trouble") -> dict[str, Value]:
    return {
        "file": trouble.file,
        "source": trouble.table_name,
        "why_code": trouble.code,
        "why_params": trouble.params,
    }


def _all_refused(trouble: "Trouble") -> dict[str, Value]:
    return {
        "refused": trouble.rows,
        "rows": trouble.rows,
        "refused_share": 1.0,
        "first_file": trouble.file,
        "first_line": trouble.line,
        "first_code": trouble.code,
        "first_column": trouble.column,
        "first_params": trouble.params,
        "first_value": trouble.value,
    }


def _months(ctx: RefreshContext) -> tuple[date, ...]:
    """The months that would be made; those asked for, where what is wrong keeps them from being known."""
    try:
        return plan_refresh(ctx).months or ctx.months
    except UsageError:
        return ctx.months


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
    return len(report.loaded), report.rows, Judgement(judged.months, judged.items, decided + judged.notes)
