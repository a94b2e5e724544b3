"""One item for each cause: findings of sources take in what the KPIs that need them show."""

from collections.abc import Mapping

from expectations.items import Item, items_of
from expectations.verdicts import Severity, Verdict
from tests.findings import NO_STATES, failing

VALUES, VOLUMES = (
    "kpi_monthly_centre_values_are_near_trailing_months",
    "kpi_monthly_centre_volumes_are_near_trailing_months",
)
SOURCES = {
    "occupancy_rate": ("acd.agent_states",),
    "contacts_per_hour": ("acd.agent_states", "acd.contact_legs"),
    "answer_rate": ("acd.contact_legs",),
    "abandon_rate": ("acd.contact_legs",),
    "attrition_rate": ("hr.employees",),
    "order_value": ("crm.orders",),
}


def kpi(
    kpi_id: str, expectation: str = VALUES, severity: Severity = "to_confirm", damage: float = 0.5
) -> Verdict:
    return failing(
        expectation,
        "kpi_monthly",
        keys={"kpi_id": kpi_id, "scope": "centre", "scope_id": "all"},
        found={"value": 1.0},
        severity=severity,
        kpis=(kpi_id,),
        damage=damage,
    )


def day(number: int, site: str = "SHA") -> Verdict:
    return failing(
        keys={"business_date": f"2026-08-{number:02}", "site_id": site},
        kpis=("contacts_per_hour", "occupancy_rate"),
        damage=0.04,
    )


def shown(items: tuple[Item, ...]) -> list[tuple[str, list[str]]]:
    return [(i.source, sorted(e.finding.keys.get("kpi_id", e.expectation) for e in i.entries)) for i in items]


def judged(*verdicts: Verdict, sources: Mapping[str, tuple[str, ...]] = SOURCES) -> tuple[Item, ...]:
    return items_of(verdicts, sources)


def test_days_of_a_source_are_one_item_and_take_in_the_kpis_that_need_it() -> None:
    (item,) = judged(day(3), day(4), day(4, "NYC"), kpi("occupancy_rate"), kpi("contacts_per_hour", VOLUMES))
    assert shown((item,)) == [
        ("acd.agent_states", ["contacts_per_hour", NO_STATES, NO_STATES, NO_STATES, "occupancy_rate"])
    ]
    assert item.severity == "refused"
    assert item.kpis == ("contacts_per_hour", "occupancy_rate")


def test_kpis_that_no_finding_of_a_source_explains_are_put_together_by_their_source() -> None:
    found = judged(
        kpi("answer_rate", VOLUMES),
        kpi("abandon_rate"),
        kpi("contacts_per_hour"),
        kpi("attrition_rate", damage=6),
    )
    assert shown(found) == [
        ("hr.employees", ["attrition_rate"]),
        ("acd.contact_legs", ["abandon_rate", "answer_rate", "contacts_per_hour"]),
    ]


def test_what_was_refused_comes_first_and_then_the_greater_damage() -> None:
    found = judged(
        kpi("attrition_rate", damage=6), kpi("order_value", severity="refused", damage=1), kpi("answer_rate")
    )
    assert [item.lead.finding.keys["kpi_id"] for item in found] == [
        "order_value",
        "attrition_rate",
        "answer_rate",
    ]


def test_columns_and_places_of_a_source_are_causes_of_their_own() -> None:
    survey = "profile"
    found = judged(
        failing(survey, "crm.surveys", keys={"column": "csat"}, severity="to_confirm"),
        failing(survey, "crm.surveys", keys={"column": "nps"}, severity="to_confirm"),
        failing(survey, "crm.surveys", keys={"column": "nps", "site_id": "SHA"}, severity="to_confirm"),
        failing(survey, "crm.surveys", keys={"column": "nps", "site_id": "NYC"}, severity="to_confirm"),
    )
    assert sorted(len(item.entries) for item in found) == [1, 1, 2]


def test_an_item_keeps_its_id_while_its_numbers_move() -> None:
    (before,), (after,) = judged(kpi("answer_rate", damage=0.5)), judged(kpi("answer_rate", damage=0.7))
    assert before.item_id == after.item_id
    assert before.item_id.startswith("2026-08-")


def test_arithmetic_is_an_item_of_its_own() -> None:
    broken = Verdict("kpi_monthly_key_is_unique", "kpi_monthly", day(3).month, "refused", 1,
                     kpi("occupancy_rate").findings, is_waivable=False)  # fmt: skip
    assert len(judged(day(3), broken)) == 2
