"""Which months are made, as a table over plain facts: no home, no database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from orchestration.refresh.plan import Facts, Plan, plan_months
from orchestration.releases.manifest import PublishedMonth

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (8, 9, 10, 11))
AS_OF = datetime(2026, 10, 20, tzinfo=UTC)
EARLIER, LATER = AS_OF.replace(month=8), AS_OF + timedelta(days=1)
SAME = {AUGUST: "as made", SEPTEMBER: "as made", OCTOBER: "as made"}


def made(month: date, *, provisional: bool = False, matures: datetime | None = None) -> PublishedMonth:
    return PublishedMonth(
        month=month,
        made_by="r1",
        as_of=AS_OF,
        fingerprint="as made",
        is_provisional=provisional,
        next_matures_at=matures,
    )


FIRST = Facts(requested=(), as_of=AS_OF)
RELEASED = replace(FIRST, published=(made(AUGUST), made(SEPTEMBER)), fingerprints=SAME)


def facts(base: Facts, **changes: object) -> Facts:
    return replace(base, **{k: frozenset(v) if isinstance(v, set) else v for k, v in changes.items()})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "months", "pending"),
    [
        # Before the first release.
        (facts(FIRST), (), ()),
        (facts(FIRST, touched={AUGUST, SEPTEMBER}, has_new_deliveries=True), (AUGUST, SEPTEMBER), ()),
        (facts(FIRST, touched={AUGUST, NOVEMBER}), (AUGUST,), ()),
        (
            facts(FIRST, requested=(SEPTEMBER,), touched={AUGUST, SEPTEMBER}, fingerprints=SAME),
            (SEPTEMBER,),
            (),
        ),
        # Nothing came since.
        (facts(RELEASED), (), ()),
        (facts(RELEASED, as_of=LATER), (), ()),
        # Deliveries came.
        (facts(RELEASED, touched={SEPTEMBER, OCTOBER}, has_new_deliveries=True), (SEPTEMBER, OCTOBER), ()),
        (facts(RELEASED, pending={AUGUST}), (AUGUST,), ()),
        (facts(RELEASED, pending={AUGUST}, touched={OCTOBER}), (AUGUST, OCTOBER), ()),
        # They date no month: the newest one is made again.
        (facts(RELEASED, has_new_deliveries=True), (SEPTEMBER,), ()),
        # A published month that begins after as-of waits; any other one that does is forgotten until it begins.
        (facts(RELEASED, as_of=EARLIER, touched={AUGUST, SEPTEMBER}), (AUGUST,), (SEPTEMBER,)),
        (facts(RELEASED, as_of=EARLIER, touched={SEPTEMBER}, has_new_deliveries=True), (), (SEPTEMBER,)),
        (facts(RELEASED, touched={NOVEMBER}, has_new_deliveries=True), (SEPTEMBER,), ()),
        # Rows about our own reports remake published months only.
        # A part has matured.
        (facts(RELEASED, published=(made(AUGUST, provisional=True, matures=AS_OF),)), (AUGUST,), ()),
        (facts(RELEASED, published=(made(AUGUST, provisional=True, matures=LATER),)), (), ()),
        # Months are asked for by name.
        (facts(RELEASED, requested=(AUGUST,)), (), ()),
        (facts(RELEASED, requested=(AUGUST,), as_of=LATER), (), ()),
        (facts(RELEASED, requested=(AUGUST,), as_of=AS_OF - timedelta(days=1)), (AUGUST,), ()),
        (facts(RELEASED, requested=(AUGUST,), fingerprints={AUGUST: "another"}), (AUGUST,), ()),
        (facts(RELEASED, requested=(OCTOBER,)), (OCTOBER,), ()),
        (facts(RELEASED, requested=(AUGUST,), touched={AUGUST, SEPTEMBER}), (AUGUST,), (SEPTEMBER,)),
        (facts(RELEASED, requested=(AUGUST,), touched={SEPTEMBER}), (), (SEPTEMBER,)),
        (facts(RELEASED, requested=(AUGUST,), published=(made(AUGUST, provisional=True),)), (), ()),
        (
            facts(RELEASED, requested=(AUGUST,), published=(made(AUGUST, provisional=True),), as_of=LATER),
            (AUGUST,),
            (),
        ),
    ],
)
def test_the_months_of_a_refresh(given: Facts, months: tuple[date, ...], pending: tuple[date, ...]) -> None:
    assert plan_months(given) == Plan(months, pending)
