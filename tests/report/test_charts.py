"""Charts as they stand in a page: nothing in them has a colour that the page cannot change."""

import re
from datetime import date

from orchestration.presentation.charts import trend_svg
from orchestration.presentation.language import language


def _svg(title: str = "Service level") -> str:
    months = [date(2026, month, 1) for month in (7, 8, 9)]
    return trend_svg(
        months,
        [0.9, None, 0.8],
        0.85,
        unit="ratio",
        title=title,
        description="in words",
        language=language("en"),
    )


def test_every_colour_of_a_chart_is_the_pages() -> None:
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', _svg()))
    assert colours <= {"none", "transparent", "var(--line)", "var(--target)", "var(--ink)", "var(--grid)"}
    assert {"var(--line)", "var(--target)", "var(--ink)", "var(--grid)"} <= colours


def test_a_chart_is_one_picture_with_words_and_without_scripts() -> None:
    svg = _svg('<b>"A" & B</b>')
    assert svg.count('role="img"') == 1
    assert "&lt;b&gt;" in svg
    assert "<b>" not in svg
    assert "<script" not in svg
