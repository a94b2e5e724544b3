"""What must hold for `marts.attrition_monthly`: keys, and heads that add up for every team and the centre."""

from expectations.suite import Suite, rule
from expectations.suites.marts.monthly_pivots import wide_mart

_TABLE = "attrition_monthly"
_KEY = ("month", "team_id")
_HEADS = ("opening_headcount", "hires", "separations", "moves_in", "moves_out", "closing_headcount")

SUITE = Suite(
    _TABLE,
    (
        *wide_mart(_TABLE),
        rule(
            _TABLE,
            "attrition_monthly_heads_add_up",
            month="month",
            expected="closing = opening + hires - separations + moves in - moves out; the centre without moves",
            broken="""
                closing_headcount <> opening_headcount + hires - separations
                    + case when coalesce(team_id, 'all') = 'all' then 0 else moves_in - moves_out end
            """,
            shown=_HEADS,
            key=_KEY,
        ),
        rule(
            _TABLE,
            "attrition_monthly_heads_are_not_negative",
            month="month",
            expected="no count of people below 0",
            broken=f"least({', '.join(_HEADS)}) < 0",
            shown=_HEADS,
            key=_KEY,
        ),
    ),
)
