"""Ratings that should not count, the whole way: list out, decided in a spreadsheet, in again, restated."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import LiveHome

AS_OF = ("--as-of", "2026-10-20T00:00:00Z")
REASON = "客户评的是快递, not us"


@dataclass(frozen=True)
class Decided:
    """A home before and after its release with two rounds of decisions about September; survey ids."""

    home: LiveHome
    before: dict[str, list[tuple[object, ...]]]
    excluded: str
    kept: str
    refreshed: dict[str, object]


def snapshot(home: LiveHome) -> dict[str, list[tuple[object, ...]]]:
    return {
        "days": home.query(
            "select business_date, employee_id, csat_sum, csat_count from marts.fct_agent_day order by all"
        ),
        "kpis": home.query(
            "select month, kpi_id, scope, scope_id, numerator, denominator, value from marts.kpi_monthly order by all"
        ),
    }


def fill_in(sheet: Path, decisions: dict[str, tuple[str, str]]) -> None:
    """Decide in a sheet, and save it as a Chinese Excel with European settings would."""
    with sheet.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.DictReader(handle))
    for line in lines:
        line["review"], line["review_reason"] = decisions.get(
            line["survey_id"], (line["review"], line["review_reason"])
        )
    with sheet.open("w", encoding="gb18030", newline="") as handle:
        writer = csv.DictWriter(handle, lines[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(lines)


def delivered(home: LiveHome) -> Iterator[dict[str, object]]:
    for file in (home.root / "landing" / "crm" / "surveys").glob("*.jsonl"):
        with file.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


@pytest.fixture(scope="module")
def decided(published_autumn: LiveHome, tmp_path_factory: pytest.TempPathFactory) -> Decided:
    home = published_autumn.copy(tmp_path_factory.mktemp("reviews") / "home")
    before = snapshot(home)
    # Two of the middle of September, as the CRM delivered them: no time zone moves these into another month.
    low = [
        str(survey["survey_id"])
        for survey in delivered(home)
        if survey["csat"] in (1, 2)
        and survey["review"] is None
        and "2026-09-03" < str(survey["responded_at"]) < "2026-09-28"
    ]
    excluded, kept = low[0], low[1]
    sheet = home.root.parent / "list.csv"
    for decisions in (
        {excluded: ("excluded", REASON), kept: ("excluded", "too hasty")},
        {kept: ("upheld", "the agent's own words")},
    ):
        assert home.run("reviews", "--out", str(sheet)).code == 0
        fill_in(sheet, decisions)
        result = home.run("reviews", "--in", str(sheet), "--json")
        assert (result.code, result.json["status"], result.json["months"]) == (0, "written", ["2026-09"]), (
            result.err
        )
    refreshed = home.refresh(*AS_OF, "--json")
    assert refreshed.code == 0, refreshed.out + refreshed.err
    return Decided(home, before, excluded, kept, refreshed.json)


def test_a_plain_refresh_makes_the_months_of_the_decided_surveys_and_no_other(decided: Decided) -> None:
    assert (decided.refreshed["status"], decided.refreshed["months"]) == ("published", ["2026-09"])


def test_the_excluded_rating_leaves_its_agents_day_and_no_other_day_changes(decided: Decided) -> None:
    survey = next(s for s in delivered(decided.home) if s["survey_id"] == decided.excluded)
    ((day, employee),) = decided.home.query(
        f"select business_date, employee_id from marts.survey_review where survey_id = '{decided.excluded}'"
    )
    expected = [
        (d, e, csat - survey["csat"], count - 1) if (d, e) == (day, employee) else (d, e, csat, count)  # type: ignore[operator]
        for d, e, csat, count in decided.before["days"]
    ]
    assert expected != decided.before["days"]
    assert snapshot(decided.home)["days"] == expected


def test_it_stays_visible_with_its_reason_and_the_later_round_won(decided: Decided) -> None:
    rows = decided.home.query(
        "select survey_id, state, review_reason from marts.survey_review "
        f"where survey_id in ('{decided.excluded}', '{decided.kept}')"
    )
    assert sorted(rows) == sorted(
        [
            (decided.excluded, "excluded", REASON),
            (decided.kept, "upheld", "the agent's own words"),
        ]
    )
    assert decided.home.query(
        "select count(*) from audit.quarantined_row where table_name = 'crm.surveys'"
    ) == [(0,)]
    open_now = decided.home.run("reviews", "--json").json["reviews"]
    assert isinstance(open_now, list)
    assert {decided.excluded, decided.kept}.isdisjoint(row["survey_id"] for row in open_now)


def test_the_restatement_says_what_the_score_was_and_is(decided: Decided) -> None:
    survey = next(s for s in delivered(decided.home) if s["survey_id"] == decided.excluded)
    ((site, line, team, employee),) = decided.home.query(
        "select site_id, business_line, team_id, employee_id from marts.survey_review "
        f"where survey_id = '{decided.excluded}'"
    )
    scopes = {
        ("centre", "all"),
        ("site", site),
        ("business_line", line),
        ("team", team),
        ("employee", employee),
    }
    expected = {}
    for month, kpi_id, scope, scope_id, numerator, denominator, value in decided.before["kpis"]:
        if kpi_id == "csat_score" and str(month) == "2026-09-01" and (scope, scope_id) in scopes:
            rest = denominator - 1  # type: ignore[operator]
            after = (numerator - survey["csat"]) / rest if rest else None  # type: ignore[operator]
            expected[(scope, scope_id)] = (value, after)
    assert expected.keys() == scopes
    restated = decided.home.query(
        "select scope, scope_id, value_before, value_after from audit.restatement where kpi_id = 'csat_score'"
    )
    assert {(scope, scope_id): values for scope, scope_id, *values in restated} == {
        key: pytest.approx([*values]) for key, values in expected.items()
    }
    deliveries = decided.home.query(
        "select distinct delivery.file from audit.restatement, unnest(delivery_ids) as arrived (delivery_id) "
        "join audit.delivery as delivery using (delivery_id)"
    )
    assert len(deliveries) == 2
    assert all("reviews-" in str(file) for (file,) in deliveries)


def test_a_correction_of_the_crm_that_a_decision_hides_is_said_by_the_gate(
    decided: Decided, tmp_path: Path
) -> None:
    home = decided.home.copy(tmp_path / "home")
    corrected = [
        {**survey, "csat": 5}
        for survey in delivered(home)
        if survey["survey_id"] in (decided.excluded, decided.kept)
    ]
    late = home.root / "landing" / "crm" / "surveys" / "late.jsonl"
    late.write_text("".join(json.dumps(survey) + "\n" for survey in corrected), encoding="utf-8")
    result = home.refresh(*AS_OF, "--json")
    assert (result.code, result.json["months"]) == (0, ["2026-09"]), result.out + result.err
    hidden = "select places, observed from audit.gate_result where expectation = 'survey_review_decisions_hide_no_correction'"
    assert home.query(f"{hidden} and month = date '2026-09-01' and not passed") == [
        (2, "crm/surveys/late.jsonl says otherwise")
    ]
    assert home.query(f"{hidden} and month = date '2026-08-01' and not passed") == []
