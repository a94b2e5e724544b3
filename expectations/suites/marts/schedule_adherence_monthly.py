"""What must hold for `marts.schedule_adherence_monthly`: keys, and the values of `kpi_monthly`."""

from expectations.suite import Suite
from expectations.suites.marts.monthly_pivots import agrees_with_kpi_monthly, wide_mart

_TABLE = "schedule_adherence_monthly"

SUITE = Suite(
    _TABLE,
    (
        *wide_mart(_TABLE),
        agrees_with_kpi_monthly(
            _TABLE,
            (
                "schedule_adherence_rate",
                "schedule_conformance_rate",
                "attendance_rate",
                "shrinkage_rate",
            ),
        ),
    ),
)
