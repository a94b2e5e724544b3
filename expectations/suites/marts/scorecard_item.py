"""What must hold for `marts.agent_scorecard_item` and `marts.team_scorecard_item`: points that follow from weights."""

from expectations.suite import OUR_DEFECT, Expectation, Suite, numbers, pack, rule, unique_key

_SLACK = 1e-6


def _suite(table: str, subject: str) -> Suite:
    key = ("month", subject, "kpi_id")
    return Suite(
        table,
        (
            unique_key(table, key, "month"),
            rule(
                table,
                f"{table}_numbers_have_points",
                month="month",
                expected="points wherever there is a number (a ratio and all_or_nothing need a target)",
                broken="(value is null) <> (points is null)",
                shown=("value", "target", "points", "why"),
                found=numbers("value", "target", "points") + ", {why}",
                key=key,
            ),
            rule(
                table,
                f"{table}_points_are_within_the_weight",
                month="month",
                expected="points from 0 to the weight that counts, of a ratio to its cap times the weight",
                broken=f"points < 0 or points > weight_counted * if(method = 'ratio', 100, 1) + {_SLACK}",
                shown=(
                    "points",
                    "weight_counted",
                ),
                key=key,
            ),
            Expectation(
                name=f"{table}_weights_are_shared_out",
                expected="where a KPI has no number its weight is shared among the others: they add up to the set's",
                found="weights that count: {counted}, of the set: {whole}",
                ask=OUR_DEFECT,
                is_structure=True,
                broken_rows=f"""
                    select month, {pack(*key[:2])} as keys,
                        {pack(counted="sum(weight_counted)", whole="sum(weight)")} as found
                    from marts.{table}
                    where month in (select month from month_asked)
                    group by month, {subject}
                    having count(value) > 0 and abs(sum(weight_counted) - sum(weight)) > {_SLACK}
                """,
            ),
        ),
    )


AGENT_SUITE = _suite("agent_scorecard_item", "employee_id")
TEAM_SUITE = _suite("team_scorecard_item", "team_id")
