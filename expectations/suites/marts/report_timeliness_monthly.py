"""What must hold for `marts.report_timeliness_monthly`: keys, and the values of `kpi_monthly`."""

from expectations.suite import Suite
from expectations.suites.marts.monthly_pivots import agrees_with_kpi_monthly, wide_mart

_TABLE = "report_timeliness_monthly"

SUITE = Suite(
    _TABLE,
    (
        *wide_mart(_TABLE),
        agrees_with_kpi_monthly(
            _TABLE,
            (
                "report_timeliness_rate",
                "report_accuracy_rate",
            ),
        ),
    ),
)
