"""The page follows the atomic switch, outlives releases that are thinned out, and compares two of them."""

import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from orchestration.home.paths import Home
from orchestration.web.releases import OpenReleases
from tests.web.conftest import NEWER, Start, ask, copy_of, newer_release, switch


def _value(page: str) -> str:
    found = re.search(r'id="value">\s*<data value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_it_follows_a_switch_and_a_removed_release_without_a_restart(
    centre: Home, serve: Start, tmp_path: Path
) -> None:
    home = copy_of(centre, tmp_path / "home")
    older = home.published_database.resolve().parent
    server = serve(home.root)
    address = f"{server.url}/kpi/service_level?month=2026-09"
    assert _value(ask(address).text) != "0.5"

    newer = newer_release(home)
    switch(home, newer)
    page = ask(address).text
    assert _value(page) == "0.5"
    assert "Later releases changed this number" in page
    assert NEWER in page

    changes = f"{server.url}/changes?before={older.name}&after={NEWER}&month=2026-09"
    assert "1 numbers differ" in ask(changes).text
    assert (
        "1 numbers differ"
        in ask(f"{server.url}/changes?before={NEWER}&after={older.name}&month=2026-09").text
    )
    assert "No number of this month differs" in ask(changes.replace("2026-09", "2026-08")).text
    beyond = ask(f"{changes}&page=2")
    assert beyond.status == 404
    assert "There are 1 pages, no page 2" in beyond.text

    shutil.rmtree(older)
    assert _value(ask(address).text) == "0.5"
    page = ask(changes).text
    assert "is gone" in page
    assert "1 numbers differ" in page


def test_a_new_release_is_read_before_anybody_asks_for_it(centre: Home, serve: Start, tmp_path: Path) -> None:
    home = copy_of(centre, tmp_path / "home")
    older = home.published_database.resolve()
    server = serve(home.root)
    assert ask(server.url + "/login").status == 200
    opened = Path(f"/proc/{server.process.pid}/fd")

    def reads(database: Path) -> bool:
        return database in {fd.resolve() for fd in opened.iterdir()}

    assert reads(older)
    newer = newer_release(home)
    switch(home, newer)
    until = time.monotonic() + 30
    while not reads(newer / "callboard.duckdb") and time.monotonic() < until:
        time.sleep(0.2)
    assert reads(newer / "callboard.duckdb")
    while reads(older) and time.monotonic() < until:
        time.sleep(0.2)
    assert not reads(older)


def test_requests_during_switches_see_one_release_or_the_other(centre: Home, tmp_path: Path) -> None:
    home = copy_of(centre, tmp_path / "home")
    older, newer = home.published_database.resolve().parent, newer_release(home)
    releases = OpenReleases(home)
    sql = "select value from marts.kpi_monthly where kpi_id = 'service_level' and scope = 'centre' and month = '2026-09-01'"

    def read(_: int) -> bool:
        with releases.reading() as reading:
            first = reading.connection.execute(sql).fetchall()
            return (first == [(0.5,)]) == (
                reading.release_id == NEWER
            ) and first == reading.connection.execute(sql).fetchall()

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(read, range(300))
        for turn in range(20):
            switch(home, (newer, older)[turn % 2])
        assert all(answers)
    with releases.reading():
        pass
    releases.close()


def test_old_connections_are_closed_once_nobody_reads_them(centre: Home, tmp_path: Path) -> None:
    home = copy_of(centre, tmp_path / "home")
    releases = OpenReleases(home)
    newer = newer_release(home)
    with releases.reading() as before:
        switch(home, newer)
        with releases.reading() as after:
            assert after.release_id == NEWER
        assert before.connection.execute("select 1").fetchall() == [(1,)]
    with releases.reading():
        pass
    with pytest.raises(duckdb.ConnectionException):
        before.connection.execute("select 1")
    open_files = [str(f.readlink()) for f in Path("/proc/self/fd").iterdir() if f.is_symlink() and f.exists()]
    assert [f for f in open_files if f.startswith(str(home.releases / before.release_id))] == []
    releases.close()


def test_before_anything_is_published_the_page_says_so(serve: Start, tmp_path: Path) -> None:
    (tmp_path / "home" / "landing").mkdir(parents=True)
    server = serve(tmp_path / "home")
    answer = ask(server.url + "/")
    assert answer.status == 503
    assert "Nothing is published yet" in answer.text
    assert ask(server.url + "/healthz").status == 503
