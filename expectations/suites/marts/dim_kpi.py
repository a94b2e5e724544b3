"""What must hold for `marts.dim_kpi`, the catalogue that every number refers to."""

from expectations.suite import Suite, one_of, rule, unique_key

_TABLE = "dim_kpi"
_UNITS = ("ratio", "seconds", "points", "per_hour", "money", "count")
_BETTER = ("higher", "lower", "none")

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, ("kpi_id",)),
        rule(
            _TABLE,
            "dim_kpi_units_are_known",
            expected="unit is one of {unit_list}; better is one of {better_list}",
            params={"unit_list": list(_UNITS), "better_list": list(_BETTER)},
            broken=f"unit is null or unit not in {one_of(_UNITS)} or better is null or better not in {one_of(_BETTER)}",
            shown=(
                "unit",
                "better",
            ),
            key=("kpi_id",),
        ),
        rule(
            _TABLE,
            "dim_kpi_is_described",
            expected="name and definition of every KPI, in words",
            broken="coalesce(name_en, '') = '' or coalesce(name_zh, '') = '' or coalesce(definition, '') = ''",
            shown=(
                "name_en",
                "name_zh",
                "definition",
            ),
            key=("kpi_id",),
        ),
    ),
)
