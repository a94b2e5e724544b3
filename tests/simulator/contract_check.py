"""Holds delivered csv files against the contracts, without the product's own loader: SQL over texts.

What belongs here: counting rows that break a contract. Used by the simulator's tests alone.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sources.contracts.contract import Column, Contract, load_contracts


def connect() -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    engine.execute("set TimeZone = 'UTC'")
    return engine


def files_of(landing: Path, table: str, pattern: str = "????-??.csv") -> list[str]:
    system, _, name = table.partition(".")
    return sorted(str(file) for file in (landing / system / name).glob(pattern))


def load_texts(engine: duckdb.DuckDBPyConnection, name: str, files: Sequence[str]) -> None:
    """The table `name` with all rows of the csv files as texts; a line cut short reads as nulls."""
    engine.execute(
        f"""create or replace table {name} as select * from read_csv(?, all_varchar = true, header = true,
            null_padding = true, parallel = false, delim = ',', quote = '"', escape = '"')""",
        [list(files)],
    )


def broken_rows(
    engine: duckdb.DuckDBPyConnection, landing: Path, table: str, files: Sequence[str]
) -> list[tuple[str, int]]:
    """(what is wrong, rows) of the files' rows; references are looked up in the clean deliveries of `landing`."""
    contract = load_contracts()[table]
    load_texts(engine, "delivered", files)
    typed = ", ".join(f'{_typed(name, column)} as "{name}"' for name, column in contract.columns.items())
    engine.execute(
        f"create or replace table typed as select row_number() over () as line, {typed} from delivered"
    )
    engine.execute(
        "create or replace table numbered as select row_number() over () as line, * from delivered"
    )
    problems = [
        (
            f"{name}: {what}",
            f"select line from numbered join typed using (line) where {condition}".replace("@", name),
        )
        for name, column in contract.columns.items()
        for what, condition in _problems(column)
    ]
    problems += [
        (rule.reason, f"select line from typed where not ({rule.check})")
        for rule in contract.rules
        if "{{" not in rule.check
    ]
    for name, (parent, target) in contract.refs.items():
        load_texts(engine, "parent", files_of(landing, parent))
        engine.execute(
            f"create or replace table parent_{name} as select distinct {target} as found from parent"
        )
        problems.append(
            (
                f"{name}: dangling",
                f"select line from typed where {name} not in (select found from parent_{name} where found is not null)",
            )
        )
    problems += _between_rows(engine, landing, contract, table)
    counted = [
        (what, engine.execute(f"select count(*) from ({rows})").fetchone()[0]) for what, rows in problems
    ]
    every = " union ".join(f"({rows})" for _, rows in problems)
    total = engine.execute(f"select count(*) from ({every})").fetchone()[0]
    return [(what, count) for what, count in counted if count] + ([("any", total)] if total else [])


def _typed(name: str, column: Column) -> str:
    text = f'trim(numbered_text."{name}")'.replace("numbered_text.", "delivered.")
    match column.type:
        case "text":
            return f"lower({text})" if column.vocabulary else text
        case "int":
            return f"case when regexp_full_match({text}, '-?[0-9]+') then try_cast({text} as bigint) end"
        case "decimal":
            return f"try_cast({text} as decimal(26, 10))"
        case "bool":
            return f"try_cast({text} as boolean)"
        case "date":
            return f"try_cast({text} as date)"
        case "timestamp":
            return f"try_cast({text} as timestamptz)::timestamp"


def _problems(column: Column) -> list[tuple[str, str]]:
    """(what, condition) with @ for the column; `numbered` holds the text, `typed` the value."""
    found = [("not of its type", 'numbered."@" is not null and typed."@" is null')]
    if column.required:
        found.append(("missing", 'numbered."@" is null'))
    if column.vocabulary:
        words = ", ".join(f"'{word}'" for word in column.vocabulary)
        found.append(("not in the vocabulary", f'typed."@" not in ({words})'))
    if column.range:
        found.append(("out of range", f'typed."@" not between {column.range[0]} and {column.range[1]}'))
    return found


def _between_rows(
    engine: duckdb.DuckDBPyConnection, landing: Path, contract: Contract, table: str
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    load_texts(engine, "clean", files_of(landing, table))
    if contract.leads_to:
        column, of = contract.leads_to.column, contract.leads_to.of
        found.append(
            (
                f"{column}: twice",
                f"select line from typed join clean using ({column}) where typed.{of} <> clean.{of}",
            )
        )
    if contract.no_overlap:
        within, starts, ends = (
            contract.no_overlap.within,
            contract.no_overlap.starts,
            contract.no_overlap.ends,
        )
        engine.execute(
            f"""create or replace table plan as select {within}, {starts}::timestamptz::timestamp as since,
                {ends}::timestamptz::timestamp as until from clean"""
        )
        found.append(
            (
                "overlaps",
                f"select line from typed join plan using ({within}) where {starts} > since and {starts} < until",
            )
        )
    return found
