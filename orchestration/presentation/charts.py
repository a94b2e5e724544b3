"""Charts as SVG that stands inside a page: drawn by Altair, turned into SVG here, with no script left in it.

Colours are CSS variables of the page (`--line`, `--target`, `--ink`, `--grid`), so that a chart follows light and
dark. What a chart shows stands in its title and description for people who do not see it, and in a table beside it.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from html import escape
from typing import Any

from orchestration.presentation.language import Language

# Altair checks colours, CSS variables are none: placeholders, put right in the SVG.
_COLOURS = {
    "#010101": "var(--line)",
    "#020202": "var(--target)",
    "#030303": "var(--ink)",
    "#040404": "var(--grid)",
}
_FONT = "inherit"


def trend_svg(
    months: Sequence[date],
    values: Sequence[float | None],
    target: float | None,
    *,
    unit: str,
    title: str,
    description: str,
    language: Language,
    size: tuple[int, int] = (520, 160),
) -> str:
    """A line over months with its target as a dashed line; `values` unrounded, None where a month has none.

    `title` and `description` are what a screen reader says.
    """
    percent = 100 if unit == "ratio" else 1
    rows = [
        {"month": language.short_month(month), "value": None if value is None else value * percent}
        for month, value in zip(months, values, strict=True)
    ]
    targets = [] if target is None else [{"value": target * percent}]
    kind = _trend_specification("%" if unit == "ratio" else None, size)
    return _as_svg({**kind, "datasets": {"trend": rows, "target": targets}}, title, description)


def warm_up() -> None:
    """Start what turns charts into SVG, which takes a second: for a server, and beside other work."""
    _converter()


@cache
def _trend_specification(axis_title: str | None, size: tuple[int, int]) -> dict[str, Any]:
    """A trend without its numbers. Made once: checking it against its schema takes longer than drawing it."""
    import altair as alt

    x = alt.X("month:O", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("value:Q", title=axis_title, scale=alt.Scale(zero=False, nice=True))
    point = alt.OverlayMarkDef(color="#010101", size=36)
    line = alt.Chart(alt.NamedData("trend")).mark_line(color="#010101", point=point).encode(x, y)
    rule = alt.Chart(alt.NamedData("target")).mark_rule(color="#020202", strokeDash=[5, 4], strokeWidth=1.5)
    axis: dict[str, Any] = {
        "labelColor": "#030303",
        "titleColor": "#030303",
        "gridColor": "#040404",
        "domainColor": "#040404",
        "tickColor": "#040404",
    }
    chart: Any = alt.layer(line, rule.encode(y=y)).properties(
        width=size[0], height=size[1], background="transparent"
    )
    # configure() forgets what was configured before it.
    styled = chart.configure(font=_FONT).configure_axis(**axis).configure_view(stroke=None, fill=None)
    return styled.to_dict()


def _as_svg(specification: dict[str, Any], title: str, description: str) -> str:
    svg: str = _converter().vegalite_to_svg(specification)
    for placeholder, variable in _COLOURS.items():
        svg = svg.replace(placeholder, variable)
    svg = re.sub(r"<title>.*?</title>|<desc>.*?</desc>", "", svg, flags=re.DOTALL)
    # What is inside is read as one picture: its parts carry roles of their own otherwise.
    svg = re.sub(r'\s(role|aria-[a-z]+)="[^"]*"', "", svg)
    texts = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    return re.sub(r"(<svg\b[^>]*)>", rf'\1 role="img">{texts}', svg, count=1).replace(
        "<svg ", f'<svg aria-label="{escape(title)}: {escape(description)}" ', 1
    )


@cache
def _converter() -> Any:
    import vl_convert

    vl_convert.vegalite_to_svg({"data": {"values": [{"x": 1}]}, "mark": "point", "encoding": {}})
    return vl_convert
