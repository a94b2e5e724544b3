"""The list of all suites: one for each published table, one for the ledger of deliveries, one for each source table."""

from expectations import (
    attrition_monthly,
    deliveries,
    dim_date,
    dim_employee,
    dim_kpi,
    dim_queue,
    dim_site,
    dim_team,
    fct_agent_day,
    fct_queue_interval,
    kpi_monthly,
    report_timeliness_monthly,
    schedule_adherence_monthly,
    survey_review,
    training_monthly,
)

ALL = (
    kpi_monthly.SUITE,
    dim_kpi.SUITE,
    fct_agent_day.SUITE,
    fct_queue_interval.SUITE,
    survey_review.SUITE,
    report_timeliness_monthly.SUITE,
    schedule_adherence_monthly.SUITE,
    attrition_monthly.SUITE,
    training_monthly.SUITE,
    dim_employee.SUITE,
    dim_team.SUITE,
    dim_site.SUITE,
    dim_queue.SUITE,
    dim_date.SUITE,
    deliveries.LEDGER_SUITE,
    *deliveries.SOURCE_SUITES,
)
