"""What a suite is made of: named expectations, each a query for the places at which it does not hold.

Here are the forms that more than one table's suite uses. What must hold for one table stands in that table's module;
what a gate does with a suite, in `gate.py`. Great Expectations itself is imported only by `validation.py`.

A query gives one row for each place, the worst first where it can say so, with the columns

month      DATE, first day; left out by an expectation that is not of a month
keys       STRUCT that names the place: kpi_id, scope, scope_id, site_id, business_date, employee_id, file, ...
found      STRUCT with the parameters of the sentence `found`; NULL for none
severity   VARCHAR, optional: other than the expectation's
variant    VARCHAR, optional: which of several sentences
kpis       VARCHAR[], optional: the KPIs it touches; else keys.kpi_id, else those that need the suite's source table
damage     DOUBLE, optional: by which share the numbers could be wrong; orders what people are shown

Queries see the build database and the temporary tables that `reference_tables.py` makes (months asked for, thresholds,
trailing months). Sentences are English templates, the keys of their translations; `{names}` in them are parameters, `keys`
and, from the gate, `table` and `month`. A parameter's name says how people read it: `..._share` in percent, `..._seconds`
as a duration, `value` and `usual_value` by the parameter `unit`, `..._on` as a day, a list joined, numbers rounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from expectations.sql import literal
from expectations.verdicts import Severity, Value

#: What to do about a finding: before any waiver, the delivery itself.
DELIVER_AGAIN = "Ask for {table} of {month} again, complete and as usual, and deliver it."
OUR_DEFECT = "Look at the keys in the source rows; if these are right, it is a defect of Callboard's: please report it."


@dataclass(frozen=True)
class Expectation:
    """One named expectation. `name` is what people type in `callboard waive`: keep it stable.

    `expected`, `found` and `ask` are sentences; `found` is several by variant, where one does not do. `params` fill them
    too. What is `is_structure` (arithmetic, keys) holds whatever happened in a month, and cannot be waived.
    """

    name: str
    expected: str
    found: str | Mapping[str, str]
    broken_rows: str
    params: Mapping[str, Value] = field(default_factory=dict[str, Value])
    ask: str = DELIVER_AGAIN
    severity: Severity = "refused"
    by_month: bool = True
    is_structure: bool = False


@dataclass(frozen=True)
class Suite:
    """All expectations of one table. `table` is the published name, or `system.table` for a source."""

    table: str
    expectations: tuple[Expectation, ...]


#: Factor of a volume beyond which a delivery came several times, or nearly nothing of one is there: no campaign and no
#: closing site makes a month of that.
IMPOSSIBLE_GROWTH, IMPOSSIBLE_DROP = 4, 10


def pack(*columns: str, **named: str) -> str:
    """SQL for a struct of columns by their own names and of `named` SQL expressions."""
    fields = {**{column.rpartition(".")[2]: column for column in columns}, **named}
    return f"struct_pack({', '.join(f'{name} := {sql}' for name, sql in fields.items())})"


def numbers(*columns: str) -> str:
    """The sentence `a = {a}, b = {b}`, which needs no translation."""
    return ", ".join(f"{column} = {{{column}}}" for column in columns)


def where_month(month: str | None) -> str:
    """The filter to the months asked for; nothing where a table has no month."""
    return f"where {month} in (select month from month_asked)" if month else ""


def one_of(names: Sequence[str]) -> str:
    """SQL list for `in`."""
    return f"({', '.join(literal(name) for name in names)})"


def unique_key(table: str, columns: Sequence[str], month: str | None = None) -> Expectation:
    """No two rows of `table` share `columns`, none of which is null. `month`: SQL for the row's month."""
    listed = ", ".join(columns)
    no_key = " or ".join(f"{column} is null" for column in columns)
    return Expectation(
        name=f"{table}_key_is_unique",
        expected="one row for each {column_list}, none of them null",
        found="{rows} rows with one key",
        params={"column_list": list(columns)},
        ask=OUR_DEFECT,
        by_month=month is not None,
        is_structure=True,
        broken_rows=f"""
            select {"of_month as month, " if month else ""}{pack(*columns)} as keys, {pack(rows="key_rows")} as found
            from (
                select {listed}, count(*) as key_rows, min({month or "null"}) as of_month
                from marts.{table} {where_month(month)}
                group by {listed}
            )
            where key_rows > 1 or {no_key}
        """,
    )


def rule(
    table: str,
    name: str,
    *,
    expected: str,
    broken: str,
    shown: Sequence[str],
    key: Sequence[str],
    month: str | None = None,
    found: str | None = None,
    params: Mapping[str, Value] | None = None,
) -> Expectation:
    """No row of `table` is as the SQL condition `broken` says. `shown`: the columns whose numbers `found` names.

    A condition that is null for a row does not break it.
    """
    return Expectation(
        name=name,
        expected=expected,
        found=found or numbers(*shown),
        params=params or {},
        ask=OUR_DEFECT,
        by_month=month is not None,
        is_structure=True,
        broken_rows=f"""
            select {f"{month} as month, " if month else ""}{pack(*key)} as keys, {pack(*shown)} as found
            from marts.{table} {where_month(month)} {"and" if month else "where"} ({broken})
        """,
    )


def refers_to(table: str, column: str, other: str, month: str | None = None) -> Expectation:
    """Every `column` of `table` that is not null stands in the table `other`."""
    return Expectation(
        name=f"{table}_{column}_is_in_{other}",
        expected="every {column} stands in {dimension}",
        found="{rows} rows refer to it",
        params={"column": column, "dimension": other},
        ask=OUR_DEFECT,
        by_month=month is not None,
        is_structure=True,
        broken_rows=f"""
            select {"month, " if month else ""}{pack(column)} as keys, {pack(rows="row_count")} as found
            from (
                select {f"{month} as month, " if month else ""}{column}, count(*) as row_count
                from marts.{table} {where_month(month)}
                group by all
            )
            where {column} is not null and {column} not in (select {column} from marts.{other} where {column} is not null)
        """,
    )


def volume_by_month(table: str, days: str, measures: Mapping[str, str]) -> Expectation:
    """Each of `measures`, summed over the month in `days` (of `reference_tables.py`), is near its trailing months.

    `measures` gives the source table that each comes from.

    A measure that was 0 in a trailing month is not held against them: its source came later. A month that is not closed is
    held against the upper bound only.
    """
    measured = " union all ".join(
        f"select month, '{measure}' as measure, '{source}' as source, sum({measure}) as volume from {days} group by month"
        for measure, source in measures.items()
    )
    return Expectation(
        name=f"{table}_volumes_are_near_trailing_months",
        expected="{column_list}: each near the median of its trailing months, by day",
        found="{measure}: {rows} in this month, {usual_rows} in a usual one",
        params={"column_list": list(measures)},
        severity="to_confirm",
        broken_rows=f"""
            with measured as ({measured}),
            usual as (
                select trailing_month.month, measure, source,
                    median(volume) as usual_volume,
                    median(volume / day(last_day(earlier))) as usual_a_day
                from trailing_month
                join measured on measured.month = trailing_month.earlier
                group by all
                having min(volume) > 0 and count(*) >= getvariable('trailing_months')
            ),
            compared as (
                select *,
                    coalesce(measured.volume, 0) as now,
                    -- Half a row more keeps the logarithm of nothing finite.
                    ln((now + 0.5) / (usual_a_day * day(last_day(month)) + 0.5)) as log_distance,
                    3 * sqrt(1 / (now + 1) + 1 / (usual_volume + 1)) as chance
                from usual
                join month_reach using (month)
                left join measured using (month, measure, source)
            )
            select month, {pack("source", "measure")} as keys,
                {pack("measure", rows="cast(now as bigint)", usual_rows="cast(usual_volume as bigint)")} as found,
                if(log_distance > ln({IMPOSSIBLE_GROWTH}) + chance or -log_distance > ln({IMPOSSIBLE_DROP}) + chance,
                    'refused', 'to_confirm') as severity,
                abs(now - usual_volume) / usual_volume as damage,
                (select list(kpi_id order by kpi_id) from kpi_source where source_table = source) as kpis
            from compared
            where log_distance > ln(getvariable('max_volume_growth')) + chance
                or (is_closed and -log_distance > ln(getvariable('max_volume_drop')) + chance)
        """,
    )


def history(table: str, entity: str) -> tuple[Expectation, ...]:
    """The rows of an `entity` follow each other from `valid_from` to `valid_to` (its last day; null: still valid)."""
    return (
        rule(
            table,
            f"{table}_rows_end_after_they_begin",
            expected="valid_to is not before valid_from",
            broken="valid_to < valid_from",
            shown=("valid_from", "valid_to"),
            key=(entity, "valid_from"),
        ),
        Expectation(
            name=f"{table}_history_is_seamless",
            by_month=False,
            expected="each row of a {column} begins the day after the one before it ended",
            found={
                "": "ends on {ends_on}, the next one begins on {next_begins_on}",
                "open": "ends on no day, the next one begins on {next_begins_on}",
            },
            params={"column": entity},
            ask=OUR_DEFECT,
            is_structure=True,
            broken_rows=f"""
                select {pack(entity, "valid_from")} as keys,
                    {pack(ends_on="valid_to", next_begins_on="next_valid_from")} as found,
                    if(valid_to is null, 'open', '') as variant
                from (
                    select *, lead(valid_from) over (partition by {entity} order by valid_from) as next_valid_from
                    from marts.{table}
                )
                where next_valid_from is not null and valid_to + 1 is distinct from next_valid_from
            """,
        ),
    )
