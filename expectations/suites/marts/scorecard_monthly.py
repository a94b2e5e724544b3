"""What must hold for `marts.agent_scorecard_monthly` and `marts.team_scorecard_monthly`: scores, ranks and tiers."""

from expectations.suite import OUR_DEFECT, Expectation, Suite, pack, refers_to, rule, unique_key

_AGENT, _TEAM = "agent_scorecard_monthly", "team_scorecard_monthly"
_AGENT_KEY, _TEAM_KEY = ("month", "employee_id"), ("month", "team_id")
_SLACK = 1e-6


def _is_its_items(table: str, subject: str, score: str) -> Expectation:
    items = table.replace("monthly", "item")
    return Expectation(
        name=f"{table}_score_is_the_sum_of_its_items",
        expected="{column} is what the points of {items} add up to",
        found="{column} = {score}, items = {points}",
        params={"column": score, "items": items},
        ask=OUR_DEFECT,
        is_structure=True,
        broken_rows=f"""
            with added as (
                select month, {subject}, sum(points) as points from marts.{items}
                where month in (select month from month_asked) group by all
            )
            select month, {pack("month", subject)} as keys, {pack("points", score=score)} as found
            from marts.{table}
            left join added using (month, {subject})
            where month in (select month from month_asked)
                and (({score} is null) <> (points is null) or abs({score} - points) > {_SLACK})
        """,
    )


def _is_published(table: str, subject: str, score: str, kpi_id: str, where: str) -> Expectation:
    return Expectation(
        name=f"{table}_agrees_with_kpi_monthly",
        expected="{column} is {kpi_id} of kpi_monthly, and null where that has no row",
        found="{column} = {score}, kpi_monthly = {published}",
        params={"column": score, "kpi_id": kpi_id},
        ask=OUR_DEFECT,
        is_structure=True,
        broken_rows=f"""
            with published as (
                select month, scope_id as {subject}, value from marts.kpi_monthly where kpi_id = '{kpi_id}'
            )
            select month, {pack("month", subject)} as keys, {pack(score=score, published="value")} as found
            from (select * from marts.{table} where {where}) as scored
            full join published using (month, {subject})
            where month in (select month from month_asked)
                and (({score} is null) <> (value is null) or abs({score} - value) > {_SLACK})
        """,
    )


_fifth = Expectation(
    name="agent_scorecard_monthly_tiers_are_a_fifth_at_most",
    expected="no more than a fifth of the people ranked in a line and role in the bottom tier",
    found="{people} of {ranked} people in the bottom tier",
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        select month, {pack("month", "business_line", "role")} as keys,
            {pack(people="count(*) filter (tier = 'bottom')", ranked="count(tier)")} as found
        from marts.{_AGENT}
        where month in (select month from month_asked)
        group by month, business_line, role
        having count(*) filter (tier = 'bottom') > floor(count(tier) * 0.2)
    """,
)

AGENT_SUITE = Suite(
    _AGENT,
    (
        unique_key(_AGENT, _AGENT_KEY, "month"),
        _is_its_items(_AGENT, "employee_id", "own_score"),
        _is_published(_AGENT, "employee_id", "score", "performance_score", "true"),
        rule(
            _AGENT,
            "agent_scorecard_monthly_is_ranked_or_says_why_not",
            month="month",
            expected="rank and tier, or a reason why there are none; a rank from 1 to the people ranked",
            broken="""
                (rank is null) <> (unranked_reason is not null) or (rank is null) <> (tier is null)
                or rank not between 1 and people_ranked
            """,
            shown=(
                "rank",
                "people_ranked",
                "tier",
                "unranked_reason",
            ),
            key=_AGENT_KEY,
        ),
        _fifth,
        rule(
            _AGENT,
            "agent_scorecard_monthly_streaks_fit",
            month="month",
            expected="months in the bottom tier: at least 1 in it, none in another, no more than months ranked",
            broken="""
                months_in_bottom_tier > months_ranked or (tier = 'bottom' and months_in_bottom_tier < 1)
                or (tier in ('top', 'middle') and months_in_bottom_tier > 0)
            """,
            shown=(
                "tier",
                "months_in_bottom_tier",
                "months_ranked",
            ),
            key=_AGENT_KEY,
        ),
        refers_to(_AGENT, "employee_id", "dim_employee", month="month"),
    ),
)

TEAM_SUITE = Suite(
    _TEAM,
    (
        unique_key(_TEAM, _TEAM_KEY, "month"),
        _is_its_items(_TEAM, "team_id", "score"),
        _is_published(
            _TEAM, "team_id", "score", "operations_kpi_score", "team_id = 'all' and weight_covered >= 0.5"
        ),
    ),
)
