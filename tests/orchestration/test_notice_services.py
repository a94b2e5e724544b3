"""What DingTalk, WeCom, Teams, Slack and mail are sent: the same title and lines, each in the service's own shape."""

import base64
import hmac
import html
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from markdown_it import MarkdownIt

from orchestration.home.config import Config, NoticesConfig
from orchestration.home.paths import Home
from orchestration.notifications.send import notify
from orchestration.refresh.context import RefreshContext, make_context
from orchestration.refresh.outcomes import RefreshOutcome
from tests.findings import failing, items
from tests.receivers import Receiver, mail_receiver, standing_in_for_everybody

from .conftest import AUGUST

TITLE = "Callboard: a refresh of home failed"
LINES = (
    "磁盘已满 The disk is full: *all* of it, <b>5 GB</b> & `more` [x](y) ~z~.",
    "- kpi_monthly_key_is_unique on kpi_monthly, 2026-08",
    "- _first_ on marts.fct_agent_day",
    "1 + 1 # 2",
    r"C:\homes\_home",
    "http://reports.example:8765/kpi?month=2026-08&scope=team_1(a)",
)
LONG = RefreshOutcome("failed", None, message="\n".join(LINES))
DISK_FULL = RefreshOutcome("failed", None, message="The disk is full.")
DINGTALK, WECOM = "dingtalk://token1", "wecombot://key-1"
TEAMS = "workflows://prod-01.westeurope.logic.azure.com:443/workflow1/signature1"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture
def context(home: Home) -> RefreshContext:
    return make_context(home)


def _sent(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, address: str
) -> dict[str, Any]:
    """The one payload that the notice of a failure makes at this address."""
    with standing_in_for_everybody(receiver):
        assert notify(_at(context, monkeypatch, address), LONG)
    (payload,) = receiver.received
    return payload


def _at(
    context: RefreshContext, monkeypatch: pytest.MonkeyPatch, address: str, lang: Literal["en", "zh"] = "en"
) -> RefreshContext:
    monkeypatch.setenv("CALLBOARD_SERVICE", address)
    return replace(context, config=Config(notices=NoticesConfig(urls=("${CALLBOARD_SERVICE}",), lang=lang)))


def test_dingtalk_gets_plain_text(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = _sent(context, receiver, monkeypatch, DINGTALK)
    assert payload["msgtype"] == "text"
    assert payload["text"]["content"].splitlines() == [TITLE, *LINES]
    assert receiver.meant_for == ["https://oapi.dingtalk.com/robot/send?access_token=token1"]


def test_a_dingtalk_robot_with_a_secret_gets_the_signature_that_dingtalk_computes(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sent(context, receiver, monkeypatch, "dingtalk://SECabc@token1")
    (meant_for,) = receiver.meant_for
    given = parse_qs(urlsplit(meant_for).query)
    (timestamp,) = given["timestamp"]
    # DingTalk's rule: HMAC-SHA256 of "timestamp, newline, secret" with the secret as its key, in base64.
    signed = hmac.digest(b"SECabc", f"{timestamp}\nSECabc".encode(), "sha256")
    assert given["sign"] == [base64.b64encode(signed).decode()]
    assert "SECabc" not in meant_for


@pytest.mark.parametrize("address", [WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=key-1"])
def test_wecom_gets_plain_text(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    payload = _sent(context, receiver, monkeypatch, address)
    assert payload["msgtype"] == "text"
    assert payload["text"]["content"].splitlines() == [TITLE, *LINES]
    assert receiver.meant_for == ["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=key-1"]


def test_slack_gets_text_without_markup(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = _sent(context, receiver, monkeypatch, SLACK)
    assert payload["mrkdwn"] is False
    (attachment,) = payload["attachments"]
    assert attachment["title"] == TITLE
    # Slack's own rule: these three signs, and no others, are entities.
    assert "&lt;b&gt;5 GB&lt;/b&gt; &amp;" in attachment["text"]
    assert html.unescape(attachment["text"]).splitlines() == list(LINES)
    assert receiver.meant_for[0].startswith("https://hooks.slack.com/services/T1JJ3T3L2/")


def test_teams_gets_markdown_that_shows_the_same_lines(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = _sent(context, receiver, monkeypatch, TEAMS)
    (attachment,) = payload["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    texts = {b["id"]: b["text"] for b in attachment["content"]["body"] if b["type"] == "TextBlock"}
    assert texts["title"] == TITLE
    lines, links = _read_as_markdown(texts["body"])
    assert lines == [line.removeprefix("- ") for line in LINES]
    assert links == [LINES[-1].replace("(", "%28").replace(")", "%29")]
    assert receiver.meant_for[0].startswith(
        "https://prod-01.westeurope.logic.azure.com:443/workflows/workflow1/"
    )


def _read_as_markdown(text: str) -> tuple[list[str], list[str]]:
    """The lines that a reader of CommonMark shows, each a paragraph or an item, and where its links lead."""
    inline = [token for token in MarkdownIt("commonmark").parse(text) if token.type == "inline"]
    children = [child for token in inline for child in token.children or []]
    # Nothing but text and links: no emphasis, no code, no HTML, no line that joined the one before.
    assert {child.type for child in children} <= {"text", "text_special", "link_open", "link_close"}
    lines = ["".join(child.content for child in token.children or []) for token in inline]
    return lines, [str(child.attrs["href"]) for child in children if child.type == "link_open"]


def test_mail_has_the_title_as_subject_and_a_line_a_line(
    context: RefreshContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_receiver() as mail:
        assert notify(
            _at(context, monkeypatch, mail.address, "zh"),
            LONG,
        )
    (message,) = mail.received
    assert message["subject"] == "Callboard：home 刷新失败"
    assert (message["from"], message["to"]) == ("callboard@example.org", "supervisors@example.org")
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == list(LINES)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_long_notice_fits_into_wecom_and_keeps_its_beginning_and_its_hint(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, lang: Literal["en", "zh"]
) -> None:
    tables = ["a_" + "甲" * 3000, *(f"b{n:03}" for n in range(200))]
    found = items(
        *(failing("kpi_monthly_key_is_unique", table, keys={"employee_id": "x"}) for table in tables)
    )
    in_order = tuple(sorted(found, key=lambda item: item.lead.table_name))
    outcome = RefreshOutcome("refused", None, (AUGUST,), message="Refused.", items=in_order)
    with standing_in_for_everybody(receiver):
        assert notify(_at(context, monkeypatch, WECOM, lang), outcome)
    content = receiver.received[0]["text"]["content"]
    # WeCom's own limit for a message of text.
    assert len(content.encode()) <= 2048
    title, why, first, second, *_, cut, hint = content.splitlines()
    assert "2026-08" in title
    assert why.startswith({"en": "The gate refused this build.", "zh": "质量关卡拒绝了本次构建。"}[lang])
    assert first.startswith("- a_甲")
    assert second.startswith({"en": "- b000, August 2026: ", "zh": "- b000，2026年8月："}[lang])
    assert cut == "…"
    assert hint.endswith(f"callboard status --home {context.home.root}")


def test_one_service_that_fails_keeps_the_notice_from_no_other(
    context: RefreshContext,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Several addresses may stand in one variable.
    configured = _at(context, monkeypatch, f"json://127.0.0.1:9 {receiver.address}")
    assert not notify(configured, DISK_FULL)
    assert [notice["message"] for notice in receiver.received] == ["The disk is full."]


@pytest.mark.parametrize("address", [DINGTALK, WECOM, TEAMS, SLACK])
def test_a_service_that_is_away_fails_no_refresh_and_shows_no_secret(
    context: RefreshContext,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    address: str,
) -> None:
    away = Receiver("json://127.0.0.1:9")
    with standing_in_for_everybody(away):
        assert not notify(_at(context, monkeypatch, address), DISK_FULL)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("orchestration")]
    assert ours == [f"The notice '{TITLE}' did not reach every one of 1 addresses."]
