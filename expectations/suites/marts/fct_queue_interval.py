"""What must hold for `marts.fct_queue_interval`: keys, parts of what was offered, its volumes by month, and that a month
adds up to `kpi_monthly`.

Whether a day is missing is asked of the source, in `completeness.py`.
"""

from expectations.suite import (
    OUR_DEFECT,
    Expectation,
    Suite,
    pack,
    refers_to,
    rule,
    unique_key,
    volume_by_month,
)

_TABLE = "fct_queue_interval"
_KEY = ("interval_starts_at", "queue_id", "month")
_MONTH = "month"
_COUNTS = (
    "offered",
    "answered",
    "abandoned",
    "short_abandons",
    "within_service_level",
    "wait_seconds",
    "handle_seconds",
)
# What a KPI adds up: numerator and denominator. What the ACD did not say is in neither.
_ADDED_UP = {
    "answer_rate": ("sum(answered)", "sum(offered) filter (answered is not null)"),
    "abandon_rate": ("sum(abandoned)", "sum(offered) filter (abandoned is not null)"),
    "service_level": ("sum(within_service_level)", "sum(offered_with_known_wait)"),
    "average_speed_of_answer": ("sum(wait_seconds)", "sum(answered_with_known_wait)"),
    "average_handle_time": ("sum(handle_seconds)", "sum(answered_with_known_handle_time)"),
}
_SLACK = 1e-9

_adds_up_to_kpis = Expectation(
    name="fct_queue_interval_adds_up_to_kpi_monthly",
    expected="the intervals of a month add up to the KPIs of the centre and of each business line",
    found="intervals add up to {numerator} / {denominator}, kpi_monthly has {kpi_numerator} / {kpi_denominator}",
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        with counted as (
            select month, kpi_id, scope, scope_id, coalesce(numerator, 0) as numerator, denominator
            from ({
        " union all ".join(
            f"select month, '{kpi_id}' as kpi_id, "
            "case when grouping(business_line) = 1 then 'centre' else 'business_line' end as scope, "
            "case when grouping(business_line) = 1 then 'all' else business_line end as scope_id, "
            f"{numerator} as numerator, {denominator} as denominator "
            "from marts.fct_queue_interval join marts.dim_queue using (queue_id) "
            "where month in (select month from month_asked) group by grouping sets ((month), (month, business_line))"
            for kpi_id, (numerator, denominator) in _ADDED_UP.items()
        )
    })
            where denominator <> 0 and kpi_id in (select kpi_id from marts.dim_kpi)
        ),
        published as (
            select month, kpi_id, scope, scope_id, numerator, denominator
            from marts.kpi_monthly
            where month in (select month from month_asked) and scope in ('centre', 'business_line')
                and kpi_id in ({", ".join(f"'{kpi_id}'" for kpi_id in _ADDED_UP)})
        )
        select month, {pack("kpi_id", "scope", "scope_id")} as keys,
            {
        pack(
            numerator="counted.numerator",
            denominator="counted.denominator",
            kpi_numerator="published.numerator",
            kpi_denominator="published.denominator",
        )
    } as found
        from counted
        full join published using (month, kpi_id, scope, scope_id)
        where coalesce(
            abs(counted.numerator - published.numerator) > {_SLACK} * greatest(1, abs(published.numerator))
                or abs(counted.denominator - published.denominator) > {
        _SLACK
    } * greatest(1, published.denominator),
            true
        )
    """,
)

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, _KEY, _MONTH),
        rule(
            _TABLE,
            "fct_queue_interval_parts_add_up",
            month=_MONTH,
            expected="of legs answered + abandoned <= offered, of an interval each of them; within service level <= answered; "
            "no wait without an answer",
            broken="""
                case source_table when 'acd.queue_intervals' then greatest(answered - short_abandons, abandoned)
                    else answered + abandoned end > offered
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
            expected="interval_starts_at is a full or a half hour, unless the ACD reported the interval",
            broken="source_table <> 'acd.queue_intervals' and epoch_us(interval_starts_at) % 1800000000 <> 0",
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
        _adds_up_to_kpis,
    ),
)
