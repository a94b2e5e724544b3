"""Writes docs/kpis.md from the KPI definitions and the decisions that name a KPI; `--check` only compares.

The definitions themselves stand in dbt_project/models/kpis as dbt metrics, the reasons in docs/decisions.md.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.warehouse.descriptions import kpi_metrics
from orchestration.warehouse.parse import manifest_json

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "kpis.md"

_HEAD = """# The KPIs

<!-- Written by `make generate` from dbt_project/models/kpis and docs/decisions.md: change those. -->

`marts.kpi_monthly` holds for each month, KPI, scope and scope_id the numerator, the denominator and their quotient
`value`, unrounded; ratios as 1 = 100 %. A coarser scope adds up numerators and denominators and divides once. Where the
denominator is 0 there is no row, and neither where a source table that the KPI needs was never delivered:
`marts.kpi_absence` says which. What a row does not know counts in neither part; `coverage` is the known share of the rows that
would be in the denominator. `is_provisional` says that a value may still change without anything being corrected.
The same texts stand in `marts.dim_kpi`. [adding_a_kpi.md](adding_a_kpi.md) says how a KPI is added.
"""


def main() -> None:
    """Write the page, or with `--check` exit 1 where it is not what the definitions give."""
    page = kpi_page(manifest_json(), (DOCS / "decisions.md").read_text(encoding="utf-8"))
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("docs/kpis.md is not what the KPI definitions and decisions give: run `make generate`")


def kpi_page(manifest: Mapping[str, Any], decisions: str) -> str:
    """The page, file by file in the order of their names; `manifest` is dbt's, `decisions` the text of that page."""
    metrics = sorted(kpi_metrics(manifest), key=lambda metric: metric["original_file_path"])
    reasons = _reasons(decisions)
    sources = _source_of_measures(manifest)
    return "\n".join(
        [_HEAD, *(_entry(metric, sources, reasons.get(metric["name"], [])) for metric in metrics)]
    )


def _source_of_measures(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {
        measure["name"]: model["config"]["meta"]["source_table"]
        for model in manifest["semantic_models"].values()
        if "source_table" in model["config"]["meta"]
        for measure in model["measures"]
    }


def _needs(metric: Mapping[str, Any], sources: Mapping[str, str]) -> list[str]:
    """As the macro `needs_of_kpi`: what `needs` names, and the tables of the measures that it does not."""
    params, meta = metric["type_params"], metric["config"]["meta"]
    ratio = [params[part]["name"] for part in ("numerator", "denominator") if params.get(part)]
    simple = [params["measure"]["name"], meta["counted_where"]] if "counted_where" in meta else []
    named = meta.get("needs", [])
    known = {table for need in named for table in need.split(" or ")}
    return sorted({*named, *({sources[m] for m in ratio + simple if m in sources} - known)})


def _entry(metric: Mapping[str, Any], sources: Mapping[str, str], reasons: list[str]) -> str:
    meta = metric["config"]["meta"]
    better = {"higher": "higher is better", "lower": "lower is better"}.get(
        meta["better"], "no direction is better"
    )
    days = meta.get("matures_after_days", 0)
    final = f"; final {days} days after the month's end" if days else ""
    lines = [
        f"## {metric['label']} · {meta['zh']['name']}\n",
        f"`{metric['name']}` ({meta['unit']}, {better}{final}): {metric['description']}\n",
        f"- numerator: {meta['numerator']}",
        f"- denominator: {meta['denominator']}",
        f"- scopes: {', '.join(meta['scopes'])}",
        f"- needs: {', '.join(_needs(metric, sources)) or 'what its KPIs need'}",
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
