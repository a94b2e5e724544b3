"""Compares a published kpi_monthly with an expected file row by row; knows nothing of how either was made."""

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

RELATIVE_TOLERANCE = 1e-6

_DIFFERENCES = """
with expected as (
    select month, kpi_id, scope, scope_id, numerator, denominator, value
    from read_csv($expected, header = true, columns = {
        'month': 'DATE', 'kpi_id': 'VARCHAR', 'scope': 'VARCHAR', 'scope_id': 'VARCHAR',
        'numerator': 'DOUBLE', 'denominator': 'DOUBLE', 'value': 'DOUBLE'
    })
    where list_contains($kpi_ids, kpi_id)
),

published as (
    select month, kpi_id, scope, scope_id, numerator, denominator, value
    from kpi_monthly
    where list_contains($kpi_ids, kpi_id) and month in (select month from expected)
)

select
    month, kpi_id, scope, scope_id,
    expected.numerator, published.numerator, expected.denominator, published.denominator,
    expected.value, published.value,
    expected.value is null as is_surplus,
    published.value is null as is_missing
from expected
full join published using (month, kpi_id, scope, scope_id)
where
    is_surplus
    or is_missing
    or abs(expected.numerator - published.numerator) > $tolerance * greatest(abs(expected.numerator), 1e-9)
    or abs(expected.denominator - published.denominator) > $tolerance * greatest(abs(expected.denominator), 1e-9)
    or abs(expected.value - published.value) > $tolerance * greatest(abs(expected.value), 1e-9)
order by month, kpi_id, scope, scope_id
"""


def _sentence(row: tuple[object, ...]) -> str:
    month, kpi_id, scope, scope_id, *numbers, is_surplus, is_missing = row
    where = f"{month} {kpi_id} {scope} {scope_id}"
    expected = f"{numbers[0]} / {numbers[2]} = {numbers[4]}"
    published = f"{numbers[1]} / {numbers[3]} = {numbers[5]}"
    if is_surplus:
        return f"{where}: published {published}, not expected"
    if is_missing:
        return f"{where}: expected {expected}, not published"
    return f"{where}: expected {expected}, published {published}"


def compare(
    published_db_path: Path,
    expected_csvs: Sequence[Path],
    kpi_ids: Collection[str],
) -> list[str]:
    """Says one sentence for each row of kpi_monthly that differs from what is expected.

    published_db_path: a DuckDB file with marts.kpi_monthly, a release or the build database; opened read-only.
    expected_csvs: files with month, kpi_id, scope, scope_id, numerator, denominator, value; one month or more each.
    kpi_ids: the KPIs to compare; rows of others count on neither side.
    Numbers may differ by 1e-6 of the expected one. A row that only one side has is a difference. An expected file
    without any row of these KPIs is an error, since it would prove nothing.
    """
    differences: list[str] = []
    with duckdb.connect(str(published_db_path), read_only=True) as connection:
        connection.execute("use marts")
        for path in expected_csvs:
            parameters = {"expected": str(path), "kpi_ids": list(kpi_ids)}
            counted = connection.execute(
                "select count(*) from read_csv($expected, header = true, all_varchar = true)"
                " where list_contains($kpi_ids, kpi_id)",
                parameters,
            ).fetchone()
            if counted is None or counted[0] == 0:
                raise ValueError(f"{path}: expected rows of {sorted(kpi_ids)}, found none")
            rows = connection.execute(_DIFFERENCES, parameters | {"tolerance": RELATIVE_TOLERANCE}).fetchall()
            differences.extend(_sentence(row) for row in rows)
    return differences
