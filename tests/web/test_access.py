"""Who may read: this machine by its own name, others with the token, and nobody may write."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.home.paths import Home
from tests.browser import chromium
from tests.web.conftest import ROOT, Served, Start, ask

_TOKEN = "a-token-of-the-tests-0123456789"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/login", "/kpi/service_level"])
def test_nothing_but_reading_is_answered(served: Served, method: str, path: str) -> None:
    assert ask(served.url + path, method=method, data=b"token=x").status == 405


def test_head_answers_like_get_without_a_body(served: Served) -> None:
    answer = ask(served.url + "/", method="HEAD")
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_on_this_machine_a_foreign_host_is_refused(served: Served, host: str) -> None:
    answer = ask(served.url + "/", Host=host)
    assert answer.status == 400
    assert "service" not in answer.text.lower()


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/page.css", "/healthz"])
def test_every_answer_carries_the_headers_that_keep_a_browser_in(served: Served, path: str) -> None:
    headers = ask(served.url + path).headers
    assert headers["content-security-policy"].startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_on_this_machine_no_token_is_asked_for(centre: Home, serve: Start) -> None:
    assert ask(serve(centre.root, CALLBOARD_TOKEN=_TOKEN).url + "/").status == 200


def test_others_need_the_token_which_never_shows(centre: Home, serve: Start) -> None:
    server = serve(centre.root, "--host", "0.0.0.0", CALLBOARD_TOKEN=_TOKEN)
    url = server.url
    assert ask(url + "/").status == 401
    assert ask(url + "/", Authorization="Bearer wrong").status == 401
    assert ask(url + "/", Authorization=f"Bearer {_TOKEN}").status == 200
    assert ask(url + "/", Accept="text/html").headers["location"] == "/login"
    assert ask(url + "/healthz").status == 200
    assert ask(url + "/?token=wrong", Accept="text/html").headers["location"].startswith("/login")
    assert ask(url + "/login", method="POST", data=b"token=wrong").status == 403

    led = ask(f"{url}/gate?state=all&token={_TOKEN}")
    assert (led.status, led.headers["location"]) == (303, "/gate?state=all")
    cookie = led.headers["set-cookie"]
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    assert _TOKEN not in cookie
    assert ask(url + "/", Cookie=cookie.partition(";")[0]).status == 200
    assert ask(url + "/", Cookie="callboard_session=" + "0" * 64).status == 401
    assert ask(f"{url}//evil.example/?token={_TOKEN}").headers["location"].startswith("/evil.example")

    server.process.send_signal(signal.SIGINT)
    output = server.process.communicate(timeout=20)[0]
    assert _TOKEN not in output + server.errors.read_text()


def test_a_person_logs_in_with_the_form(centre: Home, serve: Start) -> None:
    server = serve(centre.root, "--host", "0.0.0.0", CALLBOARD_TOKEN=_TOKEN)
    with chromium() as visited:
        visited.page.goto(server.url + "/")
        visited.page.get_by_label("Token").fill(_TOKEN)
        visited.page.get_by_role("button").click()
        assert visited.page.locator("table").count() >= 1
        assert _TOKEN not in visited.page.url


@pytest.mark.parametrize(
    ("environment", "words"),
    [({}, "CALLBOARD_TOKEN"), ({"CALLBOARD_TOKEN": "short"}, "guessed")],
)
def test_without_a_good_token_it_does_not_start_for_others(
    centre: Home, environment: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLBOARD_TOKEN", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = _serve("--home", str(centre.root), "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_explained(centre: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _serve("--home", str(centre.root), "--port", str(port))
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_it_quietly(centre: Home, serve: Start) -> None:
    server = serve(centre.root)
    assert ask(server.url + "/").status == 200
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=20) == 0
    assert server.errors.read_text() == ""


def _serve(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "serve", *options],
        cwd=Path(ROOT),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
