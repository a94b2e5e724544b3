"""What must hold for `marts.kpi_absence`: it explains exactly what `kpi_monthly` lacks."""

from expectations.suite import OUR_DEFECT, Expectation, Suite, pack, rule, unique_key

_TABLE = "kpi_absence"
_KEY = ("month", "kpi_id", "scope", "scope_id")

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, _KEY, "month"),
        rule(
            _TABLE,
            "kpi_absence_says_why",
            month="month",
            expected="not_delivered with the tables that are missing, not_known or nothing_to_count without",
            broken="""
                reason not in ('not_delivered', 'not_known', 'nothing_to_count')
                or (reason = 'not_delivered') <> (missing_sources is not null)
            """,
            shown=("reason", "missing_sources"),
            key=_KEY,
        ),
        Expectation(
            name="kpi_absence_explains_what_the_centre_lacks",
            expected="each KPI that the centre may have has either a number or the reason why it has none",
            found="{rows} rows in kpi_monthly and kpi_absence together",
            ask=OUR_DEFECT,
            is_structure=True,
            broken_rows=f"""
                with kpi as (
                    select kpi_id from intermediate.int_kpi_definitions
                    where list_contains(string_split(scopes, '|'), 'centre') and denominator_measure is not null
                ),
                explained as (
                    select month, kpi_id from marts.kpi_monthly where scope = 'centre'
                    union all
                    select month, kpi_id from marts.kpi_absence where scope = 'centre'
                )
                select month_asked.month, {pack(kpi_id="kpi.kpi_id")} as keys, {pack(rows="count(explained.kpi_id)")} as found
                from month_asked
                cross join kpi
                left join explained on explained.month = month_asked.month and explained.kpi_id = kpi.kpi_id
                group by all
                having count(explained.kpi_id) <> 1
            """,
        ),
    ),
)
