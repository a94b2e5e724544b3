"""What must hold for `marts.kpi_driver_monthly`: keys, statistics that agree, and no claim about few agents.

A refresh makes the drivers of two months after its own again too, so that all but the catalogue is asked of the whole table.
"""

from expectations.suite import Suite, rule, unique_key

_TABLE = "kpi_driver_monthly"
_KEY = ("month", "business_line", "kpi_id", "satisfaction_kpi_id")
_STATISTICS = ("agents", "correlation", "slope", "r_squared")

# The fewest agents that `drivers.min_agents` can be set to.
_MIN_AGENTS = 30

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, _KEY),
        rule(
            _TABLE,
            "kpi_driver_monthly_statistics_agree",
            expected="correlation from -1 to 1, r_squared its square to 1e-9, slope a number of the same sign",
            broken="""
                not (
                    abs(correlation) <= 1 and abs(r_squared - correlation * correlation) <= 1e-9 and isfinite(slope)
                    and (sign(slope) = sign(correlation) or abs(correlation) < 1e-9)
                )
            """,
            shown=_STATISTICS,
            key=_KEY,
        ),
        rule(
            _TABLE,
            "kpi_driver_monthly_claims_nothing_of_few_agents",
            expected="below {least_agents} agents no correlation, slope or r_squared, and a sentence that says they are too few",
            params={"least_agents": _MIN_AGENTS},
            broken=f"""
                agents < {_MIN_AGENTS}
                and (coalesce(correlation, slope, r_squared) is not null or sentence not like '%too few to say anything%')
            """,
            shown=(*_STATISTICS, "sentence"),
            key=_KEY,
        ),
        rule(
            _TABLE,
            "kpi_driver_monthly_kpis_are_in_the_catalogue",
            month="month",
            expected="every kpi_id and satisfaction_kpi_id stands in dim_kpi",
            broken="""
                kpi_id not in (select kpi_id from marts.dim_kpi)
                or satisfaction_kpi_id not in (select kpi_id from marts.dim_kpi)
            """,
            shown=(
                "kpi_id",
                "satisfaction_kpi_id",
            ),
            key=_KEY,
        ),
    ),
)
