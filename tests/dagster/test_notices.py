"""Notices, received by a web server of our own."""

import json
import logging
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.home.config import Config, NoticesConfig
from orchestration.home.errors import CallboardError
from orchestration.home.paths import Home
from orchestration.notifications.messages import release_in_words, turned_final
from orchestration.notifications.send import notify
from orchestration.presentation.language import language
from orchestration.refresh.context import RefreshContext, make_context
from orchestration.refresh.outcomes import RefreshOutcome
from orchestration.releases.manifest import Manifest, current_manifest
from orchestration.releases.reader import open_release, release_to_read
from tests.dagster.conftest import AS_OF, AUGUST, StandInSteps, run_refresh, verdict
from tests.findings import failing, items
from tests.receivers import Receiver


def _with_addresses(context: RefreshContext, *variables: str) -> RefreshContext:
    urls = tuple(f"${{{name}}}" for name in variables or ("CALLBOARD_NOTICE",))
    return replace(context, config=Config(notices=NoticesConfig(urls=urls)))


def test_a_published_month_is_reported(context: RefreshContext, receiver: Receiver) -> None:
    note = "Report monthly of 2026-08 is not counted: its owner 'E1234' is no employee."
    outcome = RefreshOutcome("published", "r1", (AUGUST,), (), "Published release r1.", notes=(note,))
    assert notify(_with_addresses(context), outcome)
    [notice] = receiver.received
    assert notice["title"] == "Callboard: 2026-08 published in home"
    # Whose report it is stays in the house.
    assert notice["message"].splitlines() == [
        "Published release r1.",
        f"1 of our own reports are not counted; see why with: callboard status --home {context.home.root}",
    ]
    assert notice["type"] == "success"


def test_a_refusal_names_the_expectations_but_no_keys(context: RefreshContext, receiver: Receiver) -> None:
    failed = failing(
        "fct_agent_day_key_is_unique", "fct_agent_day", keys={"employee_id": "E1234"}, found={"rows": 2}
    )
    outcome = RefreshOutcome(
        "refused", None, (AUGUST,), (), "The gate refused.\nNothing is published.", items(failed)
    )
    assert notify(_with_addresses(context), outcome)
    [notice] = receiver.received
    assert notice["type"] == "warning"
    assert "- fct_agent_day, August 2026: does not hold: one row for each business_date" in notice["message"]
    assert "E1234" not in json.dumps(notice)


def test_nothing_new_is_not_worth_a_notice(context: RefreshContext, receiver: Receiver) -> None:
    assert notify(_with_addresses(context), RefreshOutcome("nothing_new", "r1"))
    assert receiver.received == []


@pytest.mark.usefixtures("small")
def test_a_failed_refresh_tells_why(
    context: RefreshContext, stand_in: StandInSteps, receiver: Receiver
) -> None:
    def stop() -> None:
        raise CallboardError("The disk is full.")

    stand_in.before["load"] = stop
    with pytest.raises(CallboardError):
        run_refresh(_with_addresses(context), stand_in.steps())
    [notice] = receiver.received
    assert (notice["type"], notice["message"]) == ("failure", "The disk is full.")


@pytest.mark.usefixtures("small")
def test_a_notice_that_reaches_nobody_fails_no_refresh_and_shows_no_secret(
    context: RefreshContext,
    stand_in: StandInSteps,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CALLBOARD_NOTICE", "json://user:hush@127.0.0.1:9")
    with caplog.at_level(logging.WARNING):
        assert run_refresh(_with_addresses(context), stand_in.steps()).status == "published"
    assert "did not reach every one" in caplog.text
    assert "hush" not in caplog.text


def test_an_address_whose_variable_is_not_set_is_named(
    context: RefreshContext, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = RefreshOutcome("published", "r1", (AUGUST,))
    with caplog.at_level(logging.WARNING):
        assert not notify(_with_addresses(context, "NOT_SET_ANYWHERE"), outcome)
    assert "NOT_SET_ANYWHERE" in caplog.text


def test_each_address_gets_the_notice(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_SECOND", receiver.address + "/second")
    both = _with_addresses(context, "CALLBOARD_NOTICE", "CALLBOARD_SECOND")
    assert notify(both, RefreshOutcome("published", "r1", (AUGUST,)))
    assert len(receiver.received) == 2


def test_a_published_release_is_reported_by_its_few_numbers_and_a_link(
    centre: Home, context: RefreshContext, receiver: Receiver
) -> None:
    manifest = current_manifest(centre)
    assert manifest is not None
    configured = replace(_with_addresses(context), home=centre)
    configured = replace(
        configured, config=Config(notices=NoticesConfig(urls=("${CALLBOARD_NOTICE}",), link="http://here/"))
    )
    assert notify(
        configured,
        RefreshOutcome(
            "published", manifest.release_id, (date(2026, 9, 1),), (), "Published.", manifest=manifest
        ),
    )
    [notice] = receiver.received
    with open_release(release_to_read(centre)) as connection:
        row = connection.execute(
            "select round(100 * value, 1) from marts.kpi_monthly "
            "where month = '2026-09-01' and scope = 'centre' and kpi_id = 'service_level'"
        ).fetchone()
        counted = connection.execute(
            "select count(*) filter (where status = 'met'), count(status) from marts.kpi_monthly "
            "where month = '2026-09-01' and scope = 'centre'"
        ).fetchone()
    assert row is not None
    assert counted is not None
    assert f"Service level {row[0]}% (target 80.0%, last month " in notice["message"]
    assert f"{counted[0]} of {counted[1]} targets met." in notice["message"]
    assert notice["message"].rstrip().endswith("http://here/")


def test_a_notice_speaks_chinese_where_it_is_asked_to(centre: Home) -> None:
    lines = release_in_words(make_context(centre, as_of=AS_OF), current_manifest(centre), language("zh"))
    assert any(line.startswith(("✓ 服务水平", "✗ 服务水平")) for line in lines)
    assert lines[-1].endswith("report.html")


def test_a_notice_says_what_was_not_delivered_and_what_is_not_known(centre: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(centre.root / "published", home.root / "published", symlinks=True)
    manifest = current_manifest(home)
    assert manifest is not None
    with duckdb.connect(str(home.releases / manifest.release_id / "callboard.duckdb")) as connection:
        connection.execute("update marts.kpi_monthly set coverage = 0.93 where kpi_id = 'service_level'")
        connection.execute(
            "insert into marts.kpi_absence select '2026-09-01', kpi_id, 'centre', 'all', reason, missing, 'r' "
            "from (values ('complaint_rate', 'not_delivered', 'crm.complaints'), ('qa_score', 'not_known', null)) "
            "as gone (kpi_id, reason, missing)"
        )
    context = make_context(home, as_of=AS_OF)
    lines = "\n".join(release_in_words(context, manifest, language("en")))
    assert "last month" in lines
    assert "93.0% known)" in lines
    assert "KPIs without a number: 1, not delivered: crm.complaints." in lines
    assert "Not known: Quality score." in lines
    chinese = "\n".join(release_in_words(context, manifest, language("zh")))
    assert "1 个指标没有数值，未交付：crm.complaints。" in chinese


def test_titles_and_sentences_are_chinese_where_they_are_asked_to_be(
    context: RefreshContext, receiver: Receiver
) -> None:
    configured = replace(
        context, config=Config(notices=NoticesConfig(urls=("${CALLBOARD_NOTICE}",), lang="zh"))
    )
    refused = RefreshOutcome(
        "refused",
        "r1",
        (AUGUST,),
        message="The gate refused this build. Release r1 stays published.",
        items=items(verdict(passed=False)),
    )
    assert notify(configured, refused)
    assert notify(configured, RefreshOutcome("failed", None, message="The disk is full."))
    assert notify(configured, RefreshOutcome("published", "r1", (AUGUST,), message="Published release r1."))
    assert [notice["title"] for notice in receiver.received] == [
        "Callboard：home 的 2026-08 未通过质量关卡",
        "Callboard：home 刷新失败",
        "Callboard：home 已发布 2026-08",
    ]
    first, failed, hint = receiver.received[0]["message"].splitlines()
    assert first == "质量关卡拒绝了本次构建。 版本 r1 仍为当前发布版本。"
    assert failed.startswith(
        "- kpi_monthly，2026年8月：不成立：以 month、kpi_id、scope、scope_id 为唯一键，且均不为空。"
    )
    assert hint == f"查看原因：callboard status --home {context.home.root}"
    assert receiver.received[1]["message"] == "The disk is full."
    assert receiver.received[2]["message"] == "已发布版本 r1。"


@pytest.mark.parametrize(
    ("message", "first"),
    [
        (
            "The gate refused this build. Nothing is published yet.",
            "The gate refused this build. Nothing is published yet.",
        ),
        ("Tests of dbt's refuse what was built:\n- one", "Tests of dbt's refuse what was built:"),
        ("", ""),
    ],
)
def test_an_english_refusal_begins_with_its_own_first_line(
    context: RefreshContext, receiver: Receiver, message: str, first: str
) -> None:
    assert notify(_with_addresses(context), RefreshOutcome("refused", None, (AUGUST,), message=message))
    assert receiver.received[0]["message"].splitlines()[0] == first


def test_a_month_that_turned_final_is_reported_once(centre: Home) -> None:
    manifest = current_manifest(centre)
    assert manifest is not None

    def with_provisional(*provisional: date) -> Manifest:
        months = [m.model_copy(update={"is_provisional": m.month in provisional}) for m in manifest.months]
        return manifest.model_copy(update={"months": tuple(months)})

    before, now = with_provisional(date(2026, 7, 1), AUGUST), with_provisional(AUGUST)
    assert turned_final(before, now) == [date(2026, 7, 1)]
    assert turned_final(now, now) == []
    assert turned_final(None, now) == []
