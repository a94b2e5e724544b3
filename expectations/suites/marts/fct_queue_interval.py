"""What must hold for `marts.fct_queue_interval`: keys, parts of what was offered, and its volumes by month.

Whether a day is missing is asked of the source, in `completeness.py`.
"""

from expectations.suite import Suite, refers_to, rule, unique_key, volume_by_month

_TABLE = "fct_queue_interval"
_KEY = ("interval_starts_at", "queue_id")
_MONTH = "cast(date_trunc('month', business_date) as date)"
_COUNTS = (
    "offered",
    "answered",
    "abandoned",
    "short_abandons",
    "within_service_level",
    "wait_seconds",
    "handle_seconds",
)

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, _KEY, _MONTH),
        rule(
            _TABLE,
            "fct_queue_interval_parts_add_up",
            month=_MONTH,
            expected="answered + abandoned <= offered; within service level <= answered; no wait without an answer",
            broken="""
                answered + abandoned > offered
                or within_service_level > answered
                or (answered = 0 and wait_seconds > 0)
            """,
            shown=_COUNTS,
            key=_KEY,
        ),
        rule(
            _TABLE,
            "fct_queue_interval_numbers_are_not_negative",
            month=_MONTH,
            expected="no count and no duration below 0",
            broken=f"least({', '.join(_COUNTS)}) < 0",
            shown=_COUNTS,
            key=_KEY,
        ),
        rule(
            _TABLE,
            "fct_queue_interval_starts_at_half_hours",
            month=_MONTH,
            expected="interval_starts_at is a full or a half hour",
            broken="epoch_us(interval_starts_at) % 1800000000 <> 0",
            shown=("interval_starts_at",),
            key=_KEY,
        ),
        rule(
            _TABLE,
            "fct_queue_interval_lies_before_as_of",
            month=_MONTH,
            expected="no interval that begins after as_of",
            broken="interval_starts_at > getvariable('as_of')",
            shown=("interval_starts_at",),
            key=_KEY,
        ),
        refers_to(_TABLE, "queue_id", "dim_queue", _MONTH),
        volume_by_month(_TABLE, "queue_day", {"offered": "acd.contact_legs", "answered": "acd.contact_legs"}),
    ),
)
