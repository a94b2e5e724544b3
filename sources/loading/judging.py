"""What is wrong with what was delivered, as far as that is known before anything is built.

What belongs here: files that can't be used, sources and files of which no row can count by itself. What does not: rows
that other rows decide on (the dbt project), whether a refresh goes on (`orchestration`).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from sources.contracts.contract import Contract, load_contracts
from sources.reasons import sentence
from sources.sql import literal, quoted


@dataclass(frozen=True)
class Trouble:
    """A file that can't be used (`file`), or a source (`file` is '') or file of which every row is refused: how many rows
    that are, and what is wrong with the first."""

    table_name: str
    file: str
    why: str
    rows: int = 0


def unreadable(con: duckdb.DuckDBPyConnection) -> list[Trouble]:
    """The current deliveries of which nothing could be read."""
    rows = con.execute(
        """select table_name, file, unreadable_reason from raw.delivery
        where superseded_by is null and unreadable_reason is not null order by table_name, order_key"""
    ).fetchall()
    return [Trouble(table, file, why) for table, file, why in rows]


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
            found.append(Trouble(contract.name, "", first[1], first[0]))
    return found


def refused_files(con: duckdb.DuckDBPyConnection, deliveries: Collection[int]) -> list[Trouble]:
    """Those of the deliveries that hold rows of which not one can count."""
    found: list[Trouble] = []
    named = ", ".join(str(int(delivery)) for delivery in deliveries) or "null"
    for contract in load_contracts().values():
        rows = con.execute(
            f"""select delivery_id, any_value(file) from raw.{contract.model_name} join raw.delivery using (delivery_id)
            where delivery_id in ({named}) group by delivery_id having count(*) = count({_code(contract)})"""
        ).fetchall()
        for delivery_id, file in rows:
            first = _first(con, contract, f"delivery_id = {delivery_id}")
            if first:
                found.append(Trouble(contract.name, file, first[1], first[0]))
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


def _first(con: duckdb.DuckDBPyConnection, contract: Contract, condition: str) -> tuple[int, str] | None:
    """How many rows there are, and what is wrong with the first of them, with its value, file and line."""
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
    told = json.loads(params) if params else {}
    if code is None and number is not None:
        column, _, code, told = _rules(contract)[number - 1]
    said = sentence(code, column, told) if code else "it is refused"
    return int(rows), f"{file} line {line}: {said}{_value(contract, column, text)}"


def _value(contract: Contract, column: str | None, row_text: str) -> str:
    """The value at fault, as it came; nothing where it must not be shown or is no value."""
    if column is None or contract.columns[column].pii:
        return ""
    try:
        value = {str(key).lower(): each for key, each in json.loads(row_text).items()}.get(column)
    except (ValueError, AttributeError):
        return ""
    return f" (found {value!r})" if value is not None else ""
