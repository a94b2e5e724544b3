"""Notices, received by a web server of our own."""

import json
import logging
import threading
from collections.abc import Generator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from orchestration.config import Config, NoticesConfig
from orchestration.context import RefreshContext, RefreshOutcome
from orchestration.errors import CallboardError
from orchestration.jobs import run_refresh
from orchestration.notices import notify
from tests.dagster.conftest import AUGUST, StandInSteps, verdict


@dataclass
class Receiver:
    address: str
    received: list[dict[str, Any]]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Generator[Receiver]:
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"json://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("CALLBOARD_NOTICE", address)
    yield Receiver(address, received)
    server.shutdown()
    server.server_close()


def _told(context: RefreshContext, *variables: str) -> RefreshContext:
    urls = tuple(f"${{{name}}}" for name in variables or ("CALLBOARD_NOTICE",))
    return replace(context, config=Config(notices=NoticesConfig(urls=urls)))


def test_a_published_month_is_told(context: RefreshContext, receiver: Receiver) -> None:
    outcome = RefreshOutcome("published", "r1", (AUGUST,), (), "Published release r1.")
    assert notify(_told(context), outcome)
    [notice] = receiver.received
    assert (notice["title"], notice["message"]) == (
        "Callboard: 2026-08 published in home",
        "Published release r1.",
    )
    assert notice["type"] == "success"


def test_a_refusal_names_the_expectations_but_no_keys(context: RefreshContext, receiver: Receiver) -> None:
    failed = replace(verdict(passed=False), example_keys=("E1234",), observed="E1234 twice")
    outcome = RefreshOutcome(
        "refused", None, (AUGUST,), (), "The gate refused.\nNothing is published.", (failed,)
    )
    assert notify(_told(context), outcome)
    [notice] = receiver.received
    assert notice["type"] == "warning"
    assert "- kpi_monthly_key_is_unique on kpi_monthly, 2026-08" in notice["message"]
    assert "E1234" not in json.dumps(notice)


def test_nothing_new_is_not_worth_a_notice(context: RefreshContext, receiver: Receiver) -> None:
    assert notify(_told(context), RefreshOutcome("nothing_new", "r1"))
    assert receiver.received == []


@pytest.mark.usefixtures("small")
def test_a_failed_refresh_tells_why(
    context: RefreshContext, stand_in: StandInSteps, receiver: Receiver
) -> None:
    def stop() -> None:
        raise CallboardError("The disk is full.")

    stand_in.before["load"] = stop
    with pytest.raises(CallboardError):
        run_refresh(_told(context), stand_in.steps())
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
        assert run_refresh(_told(context), stand_in.steps()).status == "published"
    assert "did not reach every one" in caplog.text
    assert "hush" not in caplog.text


def test_an_address_whose_variable_is_not_set_is_named(
    context: RefreshContext, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = RefreshOutcome("published", "r1", (AUGUST,))
    with caplog.at_level(logging.WARNING):
        assert not notify(_told(context, "NOT_SET_ANYWHERE"), outcome)
    assert "NOT_SET_ANYWHERE" in caplog.text


def test_each_address_gets_the_notice(
    context: RefreshContext, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_SECOND", receiver.address + "/second")
    both = _told(context, "CALLBOARD_NOTICE", "CALLBOARD_SECOND")
    assert notify(both, RefreshOutcome("published", "r1", (AUGUST,)))
    assert len(receiver.received) == 2
