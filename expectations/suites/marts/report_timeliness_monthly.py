"""What must hold for `marts.report_timeliness_monthly`: a row per month and team, and one for the centre."""

from expectations.suite import Suite
from expectations.suites.marts.monthly_pivots import wide_mart

_TABLE = "report_timeliness_monthly"

SUITE = Suite(
    _TABLE,
    (*wide_mart(_TABLE),),
)
