"""What must hold for `marts.scorecard_weight`: the sets of weights that people's scores are made with."""

from expectations.suite import Expectation, Suite, pack, rule, unique_key

_TABLE = "scorecard_weight"
_KEY = ("month", "business_line", "role", "kpi_id")
_SET = ("month", "business_line", "role")

# A weight may move by so many points from one month to the next before a manager should confirm it.
_MAX_POINTS = 2

_SLACK = 1e-6

_add_up = Expectation(
    name="scorecard_weights_add_up_to_100",
    expected="the weights of each set in force add up to 100",
    found="they add up to {sum}",
    broken_rows=f"""
        select month, {pack(*_SET)} as keys, {pack(sum="sum(weight)")} as found
        from marts.{_TABLE}
        where month in (select month from month_asked)
        group by month, business_line, role
        having abs(sum(weight) - 100) > {_SLACK}
    """,
)

_moved = Expectation(
    name="scorecard_weights_move_slowly",
    severity="to_confirm",
    expected="no weight moves by more than {points} points from one month to the next",
    found="the weight of {kpi_id} went from {before} to {after}",
    params={"points": _MAX_POINTS},
    ask="Confirm the new weight with the manager who set it, or deliver the set again.",
    broken_rows=f"""
        select month, {pack(*_KEY)} as keys, {pack("kpi_id", before="previous_weight", after="weight")} as found
        from marts.{_TABLE}
        where month in (select month from month_asked) and abs(weight - previous_weight) > {_MAX_POINTS} + {_SLACK}
    """,
)

# A KPI that is never measured there would be left out in silence, and its weight given to the others.
_measurable = Expectation(
    name="scorecard_weight_kpis_can_be_scored",
    expected="every KPI of a set is in the catalogue, has the scope it is measured at, and a direction",
    found={
        "unknown": "{kpi_id} is no KPI of the catalogue",
        "no_scope": "{kpi_id} has no numbers at the scope {scope}",
        "no_direction": "{kpi_id} has no better direction",
    },
    broken_rows=f"""
        with measured as (
            select weights.*, definition.kpi_id is not null as is_known, definition.better,
                string_split(definition.scopes, '|') as scopes,
                case
                    when measured_at <> 'own' then measured_at when role = 'centre' then 'centre' else 'employee'
                end as measured_scope
            from marts.{_TABLE} as weights
            left join intermediate.int_kpi_definitions as definition using (kpi_id)
            where month in (select month from month_asked) and weight > 0
        )
        select month, {pack(*_KEY)} as keys, {pack("kpi_id", scope="measured_scope")} as found,
            case
                when not is_known then 'unknown'
                when not list_contains(scopes, measured_scope) then 'no_scope'
                else 'no_direction'
            end as variant
        from measured
        where not is_known or not list_contains(scopes, measured_scope) or (better = 'none' and method <> 'judged')
    """,
)

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, _KEY, "month"),
        _add_up,
        _moved,
        _measurable,
        rule(
            _TABLE,
            "scorecard_weight_bands_are_there",
            month="month",
            expected="a KPI scored by bands has bands (rules.scorecard_bands, of the same set)",
            broken="method = 'tiered' and rule is null and weight > 0",
            shown=(
                "method",
                "set_business_line",
                "set_valid_from",
            ),
            key=_KEY,
        ),
    ),
)
