"""Writes docs/kpis.md from the KPI definitions and the decisions that name a KPI; `--check` only compares.

The definitions themselves stand in dbt_project/seeds/kpi_definitions.csv, the reasons in docs/decisions.md.
"""

import csv
import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "kpis.md"
DEFINITIONS = DOCS.parent / "dbt_project" / "seeds" / "kpi_definitions.csv"

_HEAD = """# The KPIs

<!-- Written by `make generate` from dbt_project/seeds/kpi_definitions.csv and docs/decisions.md: change those. -->

`marts.kpi_monthly` holds for each month, KPI, scope and scope_id the numerator, the denominator and their quotient
`value`, unrounded; ratios as 1 = 100 %. A coarser scope adds up numerators and denominators and divides once. Where the
denominator is 0 there is no row. `is_provisional` says that a value may still change without anything being corrected.
The same texts stand in `marts.dim_kpi`.
"""


def main() -> None:
    """Write the page, or with `--check` exit 1 where it is not what the definitions give."""
    page = _page(DEFINITIONS.read_text(encoding="utf-8"), (DOCS / "decisions.md").read_text(encoding="utf-8"))
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("docs/kpis.md is not what the KPI definitions and decisions give: run `make generate`")


def _page(definitions: str, decisions: str) -> str:
    reasons = _reasons(decisions)
    rows = csv.DictReader(definitions.splitlines())
    return "\n".join([_HEAD, *(_entry(row, reasons.get(row["kpi_id"], [])) for row in rows)])


def _entry(row: dict[str, str], reasons: list[str]) -> str:
    better = {"higher": "higher is better", "lower": "lower is better"}.get(
        row["better"], "no direction is better"
    )
    months = int(row["matures_after_days"])
    final = f"; final {months} days after the month's end" if months else ""
    lines = [
        f"## {row['name_en']} · {row['name_zh']}\n",
        f"`{row['kpi_id']}` ({row['unit']}, {better}{final}): {row['definition']}\n",
        f"- numerator: {row['numerator']}",
        f"- denominator: {row['denominator']}",
        f"- scopes: {row['scopes'].replace('|', ', ')}",
    ]
    if reasons:
        links = [f"[{heading}](decisions.md#{_anchor(heading)})" for heading in reasons]
        lines.append(f"- decided: {'; '.join(links)}")
    return "\n".join(lines) + "\n"


def _reasons(decisions: str) -> dict[str, list[str]]:
    """kpi_id → headings of the decisions whose `KPIs:` line names it."""
    reasons: dict[str, list[str]] = {}
    for section in re.split(r"^### ", decisions, flags=re.MULTILINE)[1:]:
        named = re.search(r"^KPIs: (.*)$", section, flags=re.MULTILINE)
        for kpi_id in re.findall(r"`(\w+)`", named[1] if named else ""):
            reasons.setdefault(kpi_id, []).append(section.splitlines()[0])
    return reasons


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


if __name__ == "__main__":
    main()
