"""`report.html`: the month on one page that stands alone, with no script and nothing from elsewhere."""

from collections.abc import Mapping

from orchestration.presentation.findings import found_in_words, item_in_words, settled_in_words
from orchestration.presentation.language import Language
from orchestration.presentation.templating import TEMPLATES, environment
from orchestration.report.facts import Facts


def render_page(facts: Facts, language: Language, names: Mapping[str, str]) -> str:
    """The page. `names`: employee id → name, empty where people are shown by their id."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            facts=facts,
            language=language,
            t=language.text,
            charts=_charts(facts, language),
            names=names,
            kpi_names={kpi.kpi_id: kpi.name for kpi in facts.kpis.values()},
            item_in_words=item_in_words,
            found_in_words=found_in_words,
            settled_in_words=settled_in_words,
            css=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        )
    )


def _charts(facts: Facts, language: Language) -> list[tuple[str, str]]:
    """(kpi_id, svg) of the centre's headline KPIs that have more than one month."""
    from orchestration.presentation.charts import trend_svg

    targets = {n.kpi_id: n.target for n in facts.groups[0].numbers} if facts.groups else {}
    drawn: list[tuple[str, str]] = []
    for kpi_id, values in facts.centre_trends.items():
        if sum(value is not None for value in values) < 2:
            continue
        kpi = facts.kpis[kpi_id]
        description = "; ".join(
            f"{language.short_month(month)} {language.number(value, kpi.unit)}"
            for month, value in zip(facts.trend_months, values, strict=True)
            if value is not None
        )
        svg = trend_svg(
            facts.trend_months,
            values,
            targets.get(kpi_id),
            unit=kpi.unit,
            title=kpi.name,
            description=description,
            language=language,
            size=(330, 120),
        )
        drawn.append((kpi_id, svg))
    return drawn
