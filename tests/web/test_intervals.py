"""A centre whose ACD reports intervals and no legs: its pages lead from the numbers to the intervals."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb

from .conftest import Start, ask

_FILES = {
    "hr/sites/sites.csv": "site_id,site_name,time_zone,country\nSHA,Shanghai,Asia/Shanghai,CN\n",
    "hr/employees/employees.csv": "employee_id,full_name,hired_on\nE1,Wang Wei,2024-01-01\n",
    "acd/queues/queues.csv": (
        "queue_id,queue_name,business_line,channel,service_level_seconds,short_abandon_seconds\n"
        "Q1,General,inquiry,voice,20,5\nQ2,Shop,shop,voice,20,5\n"
    ),
    "acd/queue_intervals/september.csv": (
        "queue_id,interval_starts_at,interval_minutes,offered,answered,abandoned,short_abandoned,answered_within,wait_seconds\n"
        "Q1,2026-09-01T00:00:00,1440,110,80,20,10,60,900\n"
        "Q1,2026-09-02T00:00:00,1440,50,,10,,,\n"
        "Q2,2026-09-02T09:00:00,30,10,9,1,,8,45\n"
    ),
}


def test_a_kpi_of_a_centre_with_intervals_alone_leads_to_them(tmp_path: Path, serve: Start) -> None:
    home = tmp_path / "home"
    for name, text in _FILES.items():
        file = home / "landing" / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    (home / "callboard.toml").write_text('default_site = "SHA"\n[report]\npdf = false\n')
    command = [sys.executable, "-m", "orchestration.cli", "refresh", "--home", str(home)]
    command += ["--month", "2026-09", "--as-of", "2026-10-20T00:00:00Z"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    with duckdb.connect(str(home / "published" / "callboard.duckdb"), read_only=True) as connection:
        numbers = connection.execute(
            "select kpi_id, scope_id, numerator, denominator, coverage from marts.kpi_monthly "
            "where kpi_id in ('answer_rate', 'abandon_rate', 'average_handle_time', 'contacts_per_hour') order by all"
        ).fetchall()
    assert numbers == [
        ("abandon_rate", "all", 21, 160, 1),
        ("abandon_rate", "inquiry", 20, 150, 1),
        ("abandon_rate", "shop", 1, 10, 1),
        ("answer_rate", "all", 89, 110, 110 / 160),
        ("answer_rate", "inquiry", 80, 100, 100 / 150),
        ("answer_rate", "shop", 9, 10, 1),
    ]

    url = serve(home).url
    page = ask(f"{url}/kpi/answer_rate?month=2026-09&scope=centre&id=all").text
    assert re.findall(r'data-interval-sum="answered"><data value="([^"]+)"', page) == ["89"]
    assert page.partition('id="intervals-table"')[2].partition("</tbody>")[0].count("<tr><th scope=") == 4
    assert "queue_intervals/september.csv" in page
    of_shop = ask(f"{url}/kpi/answer_rate?month=2026-09&scope=business_line&id=shop").text
    assert re.findall(r'data-interval-sum="answered"><data value="([^"]+)"', of_shop) == ["9"]
