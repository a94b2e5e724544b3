"""What must hold for `marts.training_monthly`: keys, and the values of `kpi_monthly`."""

from expectations.suite import Suite
from expectations.suites.marts.monthly_pivots import agrees_with_kpi_monthly, wide_mart

_TABLE = "training_monthly"

SUITE = Suite(
    _TABLE,
    (
        *wide_mart(_TABLE),
        agrees_with_kpi_monthly(
            _TABLE,
            (
                "new_hire_training_pass_rate",
                "new_hire_training_attrition_rate",
                "on_the_job_exam_pass_rate",
                "probation_pass_rate",
                "probation_attrition_rate",
                "training_plan_adherence",
            ),
        ),
    ),
)
