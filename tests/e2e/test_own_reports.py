"""Reports of our own in `report_timeliness_rate`, from the declaration to the number, through the command."""

import json
from datetime import UTC, datetime
from fractions import Fraction

import duckdb
import pytest

from .conftest import LiveHome

AS_OF = ("--as-of", "2026-10-20T00:00:00Z")
AUGUST_ROW = "qa/report_deliveries/~callboard-monthly-kpis-2026-08-delivered.csv"

Numbers = dict[tuple[str, str], tuple[int, int]]


def september(home: LiveHome) -> Numbers:
    """Reports in time and due in September, by scope and its id."""
    rows = home.query(
        "select scope, scope_id, cast(numerator as int), cast(denominator as int) from marts.kpi_monthly "
        "where month = '2026-09-01' and kpi_id = 'report_timeliness_rate'"
    )
    return {(str(row[0]), str(row[1])): (int(str(row[2])), int(str(row[3]))) for row in rows}


def scopes_of(home: LiveHome, employee: str) -> list[tuple[str, str]]:
    """The scopes in which a report of the employee's counts in September."""
    [(site, team)] = home.query(
        f"select site_id, team_id from marts.dim_employee where employee_id = '{employee}' "
        "and valid_from <= '2026-09-03' and coalesce(valid_to, '9999-12-31') >= '2026-09-03'"
    )
    return [("centre", "all"), ("site", str(site)), ("team", str(team)), ("employee", employee)]


def plus(before: Numbers, scopes: list[tuple[str, str]], in_time: int, due: int) -> Numbers:
    more = {scope: before.get(scope, (0, 0)) for scope in scopes}
    return {**before, **{scope: (n[0] + in_time, n[1] + due) for scope, n in more.items()}}


def ratio(numbers: tuple[int, int]) -> Fraction:
    return Fraction(*numbers)


@pytest.mark.parametrize(("hour", "in_time"), [(1, 1), (3, 0)])
def test_a_declared_report_counts_in_the_month_in_which_it_was_due(
    autumn: LiveHome, hour: int, in_time: int
) -> None:
    before = september(autumn)
    [(owner,)] = autumn.query(
        "select min(employee_id) from marts.dim_employee where role = 'report_specialist'"
    )
    # August was published at this hour of its due day; at 10:00 in Shanghai it is 02:00 in UTC.
    with duckdb.connect(str(autumn.published.resolve())) as release:
        release.execute(
            "update audit.release set published_at = ?", [datetime(2026, 9, 3, hour, tzinfo=UTC).isoformat()]
        )
    with (autumn.root / "callboard.toml").open("a") as config:
        config.write(
            '\n[[own_reports]]\nreport_id = "monthly-kpis"\nname = "Monthly KPIs"\ndue_working_day = 3\n'
            f'due_time = "10:00"\nsince = "2026-08"\nowner = "{owner}"\n'
        )

    result = autumn.refresh(*AS_OF, "--json")
    assert (result.code, result.json["status"], result.json["months"]) == (0, "published", ["2026-09"]), (
        result.err
    )
    assert september(autumn) == plus(before, scopes_of(autumn, str(owner)), in_time, 1)
    # The delivery is there to be traced, and what it changed is listed like any other late delivery.
    assert autumn.query(f"select rows, quarantined_rows from audit.delivery where file = '{AUGUST_ROW}'") == [
        (1, 0)
    ]
    after = september(autumn)
    restated = autumn.query(
        "select scope, scope_id from audit.restatement where kpi_id = 'report_timeliness_rate' and month = '2026-09-01'"
    )
    assert {(str(scope), str(scope_id)) for scope, scope_id in restated} == {
        scope for scope, n in after.items() if scope not in before or ratio(before[scope]) != ratio(n)
    }

    # October, in which September's report was due, is not begun by it.
    again = autumn.refresh(*AS_OF, "--json")
    assert (again.code, again.json["status"]) == (0, "nothing_new"), again.err
    reports = json.loads(autumn.run("status", "--json").out)["reports"]
    assert [(report["report_id"], report["problem"]) for report in reports] == [("monthly-kpis", None)]
