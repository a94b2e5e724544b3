"""KPIs of the centre and its parts in a narrow band, and months that nothing could be held against.

Found by `expectations.oddities.kpi_parts`; part of the suite of `kpi_monthly`.
"""

from expectations.suite import Expectation, pack

_KEYS = pack(
    kpi_id="column_name",
    scope="part_kind",
    scope_id="part",
)

_near = Expectation(
    name="kpi_monthly_parts_are_near_trailing_months",
    expected="each KPI of the centre, a site, line or team about as in the trailing months",
    found="{kpi_id} is {value}, usual is {usual_value}",
    severity="to_confirm",
    broken_rows=f"""
        select month, {_KEYS} as keys,
            {pack(kpi_id="column_name", value="observed", usual_value="usual", unit="unit")} as found,
            least(10, abs(observed - usual) / greatest(abs(usual), 1e-9)) as damage
        from found_kpi_oddity
        join (select kpi_id, unit from intermediate.int_kpi_definitions) on kpi_id = column_name
        where code = 'kpi_left_usual_range'
    """,
)

_vanished = Expectation(
    name="kpi_monthly_parts_do_not_vanish",
    expected="a KPI that a part had in every trailing month is there, where the part has others",
    found="{kpi_id} has no row, its usual denominator is {usual_denominator}",
    severity="to_confirm",
    broken_rows=f"""
        select month, {_KEYS} as keys, {pack(kpi_id="column_name", usual_denominator="rows")} as found, 1 as damage
        from found_kpi_oddity
        where code = 'kpi_vanished'
    """,
)

_compared = Expectation(
    name="month_is_held_against_earlier_months",
    expected="enough earlier months to hold a month against",
    found="a month of the centre's first ones: only what sources say of each other was judged",
    ask="Look at the numbers of this month yourself: there is nothing yet to hold them against.",
    severity="noted",
    broken_rows="""
        select month, struct_pack(month := cast(month as varchar)) as keys, null as found
        from month_asked where month not in (select month from trailing_month)
    """,
)

_looked_for = Expectation(
    name="oddities_could_be_looked_for",
    expected="every check for oddities could be run",
    found="could not be checked: {error}",
    by_month=False,
    broken_rows="select struct_pack(check_number := row_number() over ()) as keys, struct_pack(error := error) as found from oddity_trouble",
)

EXPECTATIONS = (_looked_for, _near, _vanished, _compared)
