"""What a suite is made of: named expectations, each a query for the rows that break it.

Here are the forms that more than one table's suite uses. What must hold for one table stands in that table's module;
what a gate does with a suite, in `gate.py`. Great Expectations itself is imported only by `validation.py`.

A query gives the columns `month` (DATE, first day), `key` (text that leads a person to the row), `observed` (plain
words with numbers), one row for each broken row. An expectation that is not of a month leaves `month` out. Queries see
the build database and the temporary tables that `frame.py` makes (months asked for, thresholds, trailing months).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from expectations.sql import literal
from expectations.verdicts import Severity


@dataclass(frozen=True)
class Expectation:
    """One named expectation. `name` is what people type in `callboard waive`: keep it stable."""

    name: str
    expected: str
    broken_rows: str
    severity: Severity = "error"
    by_month: bool = True


@dataclass(frozen=True)
class Suite:
    """All expectations of one table. `table` is the published name, or `system.table` for a source."""

    table: str
    expectations: tuple[Expectation, ...]


def key_text(columns: Sequence[str], qualifier: str = "") -> str:
    """SQL for an example key, like `business_date=2026-08-03, employee_id=E0001`."""
    parts = [f"'{column}=' || coalesce(cast({qualifier}{column} as varchar), 'null')" for column in columns]
    return " || ', ' || ".join(parts)


def unique_key(table: str, columns: Sequence[str], month: str | None = None) -> Expectation:
    """No two rows of `table` share `columns`, none of which is null. `month`: SQL for the row's month."""
    listed = ", ".join(columns)
    no_key = " or ".join(f"{column} is null" for column in columns)
    return Expectation(
        name=f"{table}_key_is_unique",
        expected=f"one row for each {listed}, none of them null",
        by_month=month is not None,
        broken_rows=f"""
            select {"of_month as month, " if month else ""}{key_text(columns)} as key,
                key_rows || ' rows with one key' as observed
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
    observed: str,
    key: Sequence[str],
    month: str | None = None,
) -> Expectation:
    """No row of `table` is as the SQL condition `broken` says. `observed`: SQL text that gives the row's numbers.

    A condition that is null for a row does not break it.
    """
    return Expectation(
        name=name,
        expected=expected,
        by_month=month is not None,
        broken_rows=f"""
            select {f"{month} as month, " if month else ""}{key_text(key)} as key, {observed} as observed
            from marts.{table} {where_month(month)} {"and" if month else "where"} ({broken})
        """,
    )


def where_month(month: str | None) -> str:
    """The filter to the months asked for; nothing where a table has no month."""
    return f"where {month} in (select month from month_asked)" if month else ""


def numbers(*columns: str) -> str:
    """SQL text `a = 1, b = 2` of the named columns."""
    return " || ', ' || ".join(
        f"'{column} = ' || coalesce(cast({column} as varchar), 'null')" for column in columns
    )


def one_of(names: Sequence[str]) -> str:
    """SQL list for `in`."""
    return f"({', '.join(literal(name) for name in names)})"


def refers_to(table: str, column: str, other: str, month: str | None = None) -> Expectation:
    """Every `column` of `table` that is not null stands in the table `other`."""
    return Expectation(
        name=f"{table}_{column}_is_in_{other}",
        expected=f"every {column} stands in {other}",
        by_month=month is not None,
        broken_rows=f"""
            select {"month, " if month else ""}{key_text([column])} as key, row_count || ' rows refer to it' as observed
            from (
                select {f"{month} as month, " if month else ""}{column}, count(*) as row_count
                from marts.{table} {where_month(month)}
                group by all
            )
            where {column} is not null and {column} not in (select {column} from marts.{other} where {column} is not null)
        """,
    )


def volume_by_month(table: str, days: str, measures: Sequence[str]) -> Expectation:
    """Each of `measures`, summed over the month in `days` (of `frame.py`), is near its trailing months.

    A measure that was 0 in a trailing month is not held against them: its source came later. A month that is not closed is
    held against the upper bound only.
    """
    measured = " union all ".join(
        f"select month, '{measure}' as measure, sum({measure}) as volume from {days} group by month"
        for measure in measures
    )
    return Expectation(
        name=f"{table}_volumes_are_near_trailing_months",
        expected=f"{', '.join(measures)}: each near the median of its trailing months, by day",
        broken_rows=f"""
            with measured as ({measured}),
            usual as (
                select trailing_month.month, measure,
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
                left join measured using (month, measure)
            )
            select month, 'month=' || month || ', measure=' || measure as key,
                measure || ' = ' || cast(now as bigint) || ', usual_volume = ' || cast(usual_volume as bigint) as observed
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
            observed=numbers("valid_from", "valid_to"),
            key=(entity, "valid_from"),
        ),
        Expectation(
            name=f"{table}_history_is_seamless",
            by_month=False,
            expected=f"each row of a {entity} begins the day after the one before it ended",
            broken_rows=f"""
                select {key_text((entity, "valid_from"))} as key,
                    'ends on ' || coalesce(valid_to || '', 'no day') || ', the next one begins on ' || next_valid_from
                        as observed
                from (
                    select *, lead(valid_from) over (partition by {entity} order by valid_from) as next_valid_from
                    from marts.{table}
                )
                where next_valid_from is not null and valid_to + 1 is distinct from next_valid_from
            """,
        ),
    )
