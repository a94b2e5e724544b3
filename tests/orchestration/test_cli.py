"""The command line: one message, the right exit code, never a trace."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration import cli
from orchestration.defs import refresh
from orchestration.home.paths import Home
from orchestration.refresh.run import RefreshRun

from .conftest import AUGUST, SEPTEMBER, CommandResult, StandIn
from .test_lock import another_process

ROOT = Path(__file__).resolve().parents[2]


def no_trace(result: CommandResult) -> bool:
    return "Traceback" not in result.out + result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["refresh", "--nonsense"],
        ["refresh", "--month", "2026-13"],
        ["refresh", "--month", "2999-01"],
        ["refresh", "--as-of", "yesterday"],
        ["simulate", "--months", "2026-09..2026-08"],
        ["simulate", "--months", "2026-08", "--agents", "1"],
        ["init", "--default-time-zone", "Mars/Olympus", "--home", "elsewhere"],
        ["waivers", "revoke", "no_holes", "--month", "2026-08", "--by", "W", "--reason", "r"],
    ],
)
def test_wrong_usage_is_code_2_and_one_message(
    home: Home,
    callboard: Callable[..., CommandResult],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBOARD_HOME", str(home.root))
    result = callboard(*arguments)
    assert result.code == 2
    assert result.err.strip()
    assert no_trace(result)
    assert list(home.root.iterdir()) == [home.landing]
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("command", [["refresh"], ["status"], ["waivers"]])
def test_a_missing_home_is_code_2_and_says_how_to_make_one(
    callboard: Callable[..., CommandResult], tmp_path: Path, command: list[str]
) -> None:
    result = callboard(*command, "--home", tmp_path / "nowhere")
    assert result.code == 2
    assert "callboard init" in result.err
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_landing_is_code_2(home: Home, callboard: Callable[..., CommandResult]) -> None:
    result = callboard("refresh", "--home", home.root)
    assert result.code == 2
    assert str(home.landing) in result.err


def test_init_makes_a_home_once(callboard: Callable[..., CommandResult], tmp_path: Path) -> None:
    place = tmp_path / "new"
    made = callboard(
        "init", "--home", place, "--default-site", "TLV", "--default-time-zone", "Asia/Jerusalem"
    )
    assert made.code == 0
    assert 'default_site = "TLV"' in (place / "callboard.toml").read_text()
    assert (place / "landing").is_dir()
    assert callboard("init", "--home", place).code == 2
    assert callboard("status", "--home", place).code == 0


def test_nothing_new_is_code_0_and_names_the_release(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    made = stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    result = callboard("refresh", "--home", stand_in.home.root, "--json")
    assert result.code == 0
    assert json.loads(result.out) == {
        "status": "nothing_new",
        "release_id": made.release_id,
        "months": [],
        "steps": [],
        "gate": [],
        "warnings": [],
        "items": [],
        "notes": [],
        "about_waivers": [],
        "message": f"Nothing new: release {made.release_id} stays.",
        "published": str(stand_in.home.published_database),
        "report": None,
    }


def test_nothing_new_needs_neither_dagster_nor_dbt_nor_the_gates_library(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    code = (
        "import sys; from orchestration.cli import app\n"
        f"app(['refresh', '--home', {str(stand_in.home.root)!r}], standalone_mode=False)\n"
        "print(sorted({'dagster', 'dbt', 'great_expectations'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_second_refresh_is_code_4(stand_in: StandIn, callboard: Callable[..., CommandResult]) -> None:
    with another_process(stand_in.home) as other:
        result = callboard("refresh", "--home", stand_in.home.root, "--json")
    assert result.code == 4
    assert json.loads(result.out)["exit_code"] == 4
    assert str(other.pid) in result.err


def test_a_full_disk_is_one_message_and_code_1(
    stand_in: StandIn, callboard: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(run: RefreshRun) -> None:
        run.error = duckdb.IOException("IO Error: Could not write all bytes to file: No space left on device")

    monkeypatch.setattr(refresh, "_run_job", full)
    result = callboard("refresh", "--home", stand_in.home.root)
    assert result.code == 1
    assert "The disk is full" in result.err
    assert no_trace(result)
    assert json.loads(stand_in.home.status_file.read_text())["state"] == "failed"


def test_a_defect_is_one_line_and_its_trace_is_in_a_log(
    stand_in: StandIn, callboard: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: RefreshRun) -> None:
        run.error = KeyError("surprise")

    monkeypatch.setattr(refresh, "_run_job", broken)
    result = callboard("refresh", "--home", stand_in.home.root)
    assert result.code == 1
    assert no_trace(result)
    (log,) = stand_in.home.logs.iterdir()
    assert str(log) in result.err
    assert "surprise" in log.read_text()


def test_a_damaged_build_database_is_said_with_what_to_do(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    stand_in.home.build.mkdir()
    stand_in.home.warehouse.write_bytes(b"no database at all" * 4096)
    result = callboard("refresh", "--home", stand_in.home.root)
    assert result.code == 1
    assert "made again from landing" in result.err
    assert no_trace(result)


def test_every_command_speaks_json_and_has_help(callboard: Callable[..., CommandResult]) -> None:
    for command in cli.app.registered_commands:
        result = callboard(command.name, "--help")
        assert result.code == 0
        assert "--json" in result.out
        assert "--home" in result.out
