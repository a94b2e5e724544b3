"""What is wrong with what was delivered, as far as that is known before anything is built.

What belongs here: files that can't be used, sources and files of which no row can count by itself. What does not: rows
that other rows decide on (the dbt project), whether a refresh goes on (`orchestration`).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from sources.contracts.contract import Contract, load_contracts
from sources.reasons import params_text, sentence
from sources.sql import literal, quoted


@dataclass(frozen=True)
class Trouble:
    """A file that can't be used (`line` is 0), or a source or file of which every row is refused: how many `rows` that are,
    and what is wrong with the first, which stands in `file` at `line` and has `value`."""

    table_name: str
    file: str
    code: str | None
    column: str | None = None
    params: str | None = None
    rows: int = 0
    line: int = 0
    value: str = ""

    @property
    def why(self) -> str:
        """In English: why the file can't be used, or what is wrong with its first row."""
        said = (
            sentence(self.code, self.column, json.loads(self.params) if self.params else None)
            if self.code
            else ""
        )
        return f"{self.file} line {self.line}: {said or 'it is refused'}{self.value}" if self.line else said


def unreadable(con: duckdb.DuckDBPyConnection) -> list[Trouble]:
    """The current deliveries of which nothing could be read."""
    rows = con.execute(
        """select table_name, file, unreadable_code, null, unreadable_params from raw.delivery
        where superseded_by is null and unreadable_reason is not null order by table_name, order_key"""
    ).fetchall()
    return [Trouble(*row) for row in rows]


def refused_sources(con: duckdb.DuckDBPyConnection) -> list[Trouble]:
    """The sources of which rows were delivered and not one can count."""
    found: list[Trouble] = []
    # a table that came with a newer Callboard is there from the next load on
    views = con.execute("select view_name from duckdb_views() where schema_name = 'raw'").fetchall()
    for contract in load_contracts().values():
        if (contract.model_name,) not in views:
            continue
        code = _code(contract)
        if con.execute(f"select 1 from raw.{contract.model_name} where {code} is null limit 1").fetchone():
            continue
        first = _first(con, contract, "true")
        if first:
            found.append(first)
    return found


def refused_files(con: duckdb.DuckDBPyConnection, deliveries: Collection[int]) -> list[Trouble]:
    """Those of the deliveries that hold rows of which not one can count."""
    found: list[Trouble] = []
    named = ", ".join(str(int(delivery)) for delivery in deliveries) or "null"
    for contract in load_contracts().values():
        rows = con.execute(
            f"""select delivery_id from raw.{contract.model_name}
            where delivery_id in ({named}) group by delivery_id having count(*) = count({_code(contract)})"""
        ).fetchall()
        for (delivery_id,) in rows:
            first = _first(con, contract, f"delivery_id = {delivery_id}")
            if first:
                found.append(first)
    return found


def _code(contract: Contract) -> str:
    """SQL of why a row is refused by itself: the code of the first reason, null where there is none."""
    cases = " ".join(f"when {broken} then {literal(code)}" for _, broken, code, _ in _rules(contract))
    return f"case when error_code is not null then error_code {cases} end"


def _rules(contract: Contract) -> list[tuple[str, str, str, dict[str, str | list[str]]]]:
    """Column, SQL that is true where the rule is broken, code and params, in the order of the contract."""
    rules: list[tuple[str, str, str, dict[str, str | list[str]]]] = []
    for name, column in contract.columns.items():
        sql = quoted(name)
        if column.required:
            rules.append((name, f"{sql} is null", "missing", {}))
        if column.vocabulary:
            words = ", ".join(literal(word) for word in column.vocabulary)
            rules.append(
                (name, f"{sql} not in ({words})", "not_in_vocabulary", {"word_list": list(column.vocabulary)})
            )
        if column.range:
            low, high = (f"{bound:.10f}".rstrip("0").rstrip(".") for bound in column.range)
            rules.append(
                (name, f"{sql} not between {low} and {high}", "out_of_range", {"low": low, "high": high})
            )
    for rule in contract.rules:
        check = _IS_TIME_ZONE if "is_time_zone" in rule.check else rule.check
        if "{{" not in check:
            rules.append((rule.column, f"not ({check})", rule.reason, dict(rule.params)))
    return rules


_IS_TIME_ZONE = (
    "time_zone = 'UTC' or (time_zone in (select name from pg_timezone_names()) and regexp_matches(time_zone, "
    "'^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/'))"
)


def _first(con: duckdb.DuckDBPyConnection, contract: Contract, condition: str) -> Trouble | None:
    """How many rows there are, and what is wrong with the first of them; None where there is no row."""
    numbered = " ".join(
        f"when {broken} then {n}" for n, (_, broken, _, _) in enumerate(_rules(contract), start=1)
    )
    values = ", ".join(f"{literal(name)}: {quoted(name)}" for name in contract.columns)
    row = con.execute(
        f"""select file, line_number, error_column, error_code, error_params, case {numbered} end,
            coalesce(row_text, cast(to_json({{{values}}}) as varchar)), count(*) over ()
        from raw.{contract.model_name} join raw.delivery using (delivery_id)
        where {condition} order by order_key, line_number limit 1"""
    ).fetchone()
    if row is None:
        return None
    file, line, column, code, params, number, text, rows = row
    if code is None and number is not None:
        column, _, code, broken = _rules(contract)[number - 1]
        params = params_text(broken)
    value = _value(contract, column, text)
    return Trouble(contract.name, file, code, column, params, int(rows), int(line), value)


def _value(contract: Contract, column: str | None, row_text: str) -> str:
    """The value at fault, as it came; nothing where it must not be shown or is no value."""
    if column is None or contract.columns[column].pii:
        return ""
    try:
        value = {str(key).lower(): each for key, each in json.loads(row_text).items()}.get(column)
    except (ValueError, AttributeError):
        return ""
    return f" (found {value!r})" if value is not None else ""
