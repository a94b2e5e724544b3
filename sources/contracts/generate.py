"""Writes what the dbt project knows of the contracts: `python -m sources.contracts.generate`, or `--check` to compare.

- `macros/contracts/contracts.sql`: the contracts as data, which the macros beside it read;
- `models/staging/<system>/_<system>__sources.yml` and `_<system>__models.yml`: descriptions and tests.

What belongs here: text made of contracts. What does not: SQL, which stands in the macros.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sources.contracts.contract import Column, Contract, NoOverlap, Rule, load_contracts

PROJECT = Path(__file__).parents[2] / "dbt_project"
_MADE = "Written by `make generate` from the contracts in sources/contracts: change those, not this file."


def files() -> dict[Path, str]:
    """Every generated file of the dbt project with its text."""
    contracts = load_contracts()
    made = {PROJECT / "macros" / "contracts" / "contracts.sql": _macro(contracts)}
    systems: dict[str, list[Contract]] = {}
    for contract in contracts.values():
        systems.setdefault(contract.name.partition(".")[0], []).append(contract)
    for system, its in systems.items():
        folder = PROJECT / "models" / "staging" / system
        made[folder / f"_{system}__sources.yml"] = _sources_yml(its)
        made[folder / f"_{system}__models.yml"] = _models_yml(its)
    return made


# --- the contracts as data ---------------------------------------------------------------------------------------


def _macro(contracts: Mapping[str, Contract]) -> str:
    names = ",\n".join(f"        {_data(name)}" for name in contracts)
    entries = "\n".join(
        f"    {{%- {'elif' if place else 'if'} table == {_data(name)} -%}} {{{{ return({_entry(contract)}) }}}}"
        for place, (name, contract) in enumerate(contracts.items())
    )
    return f"""{{#- {_MADE} -#}}

{{% macro contract_names() -%}}
    {{{{ return([
{names},
    ]) }}}}
{{%- endmacro %}}

{{#- The contract of a source table as data. Macros read it through contract_of. -#}}
{{% macro contract_data(table) -%}}
{entries}
    {{%- endif -%}}
{{%- endmacro %}}
"""


def _entry(contract: Contract) -> str:
    columns = "\n".join(
        f"            {_data(name)}: {_data(_column_data(column))},"
        for name, column in contract.columns.items()
    )
    rules = "\n".join(f"            {_rule(rule)}," for rule in contract.rules)
    return f"""{{
        'model': {_data(contract.model_name)}, 'key': {_data(list(contract.key))}, 'person': {_data(contract.person)},
        'columns': {{
{columns}
        }}, 'rules': [{chr(10) + rules + chr(10) + "        " if rules else ""}],
{_between_rows(contract)}    }}"""


def _between_rows(contract: Contract) -> str:
    """The rules between rows that the contract has; a macro reads one that is not there as none."""
    rules = {
        "leads_to": contract.leads_to and _data(contract.leads_to.model_dump()),
        "periods": contract.periods and _data(contract.periods.model_dump()),
        "longest": contract.longest and _data(contract.longest),
        "no_overlap": contract.no_overlap and _no_overlap(contract.no_overlap),
        "segment": contract.segment and _data(contract.segment.model_dump()),
    }
    return "".join(f"        '{name}': {rule},\n" for name, rule in rules.items() if rule)


def _column_data(column: Column) -> dict[str, Any]:
    data: dict[str, Any] = {"type": column.type}
    if column.required:
        data["required"] = True
    if column.vocabulary:
        data["vocabulary"] = list(column.vocabulary)
    if column.range:
        data["range"] = [int(bound) if bound == int(bound) else bound for bound in column.range]
    if column.ref:
        table, _, target = column.ref.rpartition(".")
        data["ref"] = {"table": table, "column": target}
    if column.pii:
        data["hidden"] = True
    return data


def _rule(rule: Rule) -> str:
    return (
        f"{{'column': {_data(rule.column)}, 'check': {_template(rule.check)}, 'reason': {_data(rule.reason)}, "
        f"'params': {_data(rule.params)}}}"
    )


def _no_overlap(rule: NoOverlap) -> str:
    return (
        f"{{'within': {_data(rule.within)}, 'starts': {_data(rule.starts)}, 'ends': {_template(rule.ends)}}}"
    )


def _data(value: object) -> str:
    """A value as Jinja writes it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_data(k)}: {_data(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_data, value)) + "]"
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case str() if "'" not in value:
            return f"'{value}'"
        case _:
            return json.dumps(value)


def _template(sql: str) -> str:
    """SQL in which a macro may be called, as an expression of Jinja."""
    parts = re.split(r"{{\s*(.*?)\s*}}", sql)
    texts = [part if place % 2 else _data(part) for place, part in enumerate(parts) if part]
    return " ~ ".join(texts)


# --- what dbt says of the tables and models ----------------------------------------------------------------------


def _sources_yml(contracts: list[Contract]) -> str:
    tables = "".join(
        f"      - name: {contract.model_name}\n"
        f"        description: {json.dumps(f'{contract.description} As delivered, good rows and bad ones.')}\n"
        f"        columns:\n{_indented(_described(contract), 10)}{_indented(_LOADED, 10)}"
        for contract in contracts
    )
    return f"# {_MADE}\nversion: 2\n\nsources:\n  - name: raw\n    schema: raw\n    tables:\n{tables}"


def _models_yml(contracts: list[Contract]) -> str:
    entries = "".join(entry for contract in contracts for entry in _model_entries(contract))
    return f"# {_MADE}\nversion: 2\n\nmodels:\n{entries}"


def _model_entries(contract: Contract) -> Iterator[str]:
    columns = _described(contract)
    if contract.timestamps:
        yield _model(
            f"base_{contract.model_name}",
            f"{contract.description} The delivered rows that came with local times, as instants.",
            [*columns, *_CARRIED],
        )
    yield _model(
        f"refused_{contract.model_name}",
        f"One row per delivered row of {contract.name} that does not count, with the first reason found.",
        [*_PLACE, *_REFUSED],
    )
    yield _model(
        f"stg_{contract.model_name}",
        f"{contract.description} The current rows: good, newest of their key, with references that resolve.",
        [*columns, *_PLACE],
        f"""    data_tests:
      - keeps_contract:
          arguments: {{table: {contract.name}}}
""",
    )


_Described = tuple[str, str, str]
_PLACE: list[_Described] = [
    ("delivery_id", "bigint", "Delivery that brought the row."),
    ("line_number", "bigint", "Line of the row in its file."),
    (
        "row_number",
        "bigint",
        "Number of the row within its line: 1, unless a mapping makes several rows of a line.",
    ),
]
_ERRORS: list[_Described] = [
    ("error_column", "varchar", "First column whose value is not of its type; null where there is none."),
    ("error_code", "varchar", "Why the line or the value can't be read, a code of sources/reasons.py."),
    ("error_params", "varchar", "Parameters of that reason as JSON; null where it has none."),
    ("row_text", "varchar", "The row as it came, where the typed columns do not show it whole."),
]
_ORDER: _Described = (
    "delivery_order",
    "bigint",
    "Place of the delivery in the order in which deliveries count.",
)
_CARRIED = [*_ERRORS, *_PLACE, _ORDER]
_LOADED = [
    (
        "local_columns",
        "varchar",
        "Columns whose times came without an offset, by comma; skipped: a segment of which a clock change skips all, which is no row.",
    ),
    *_CARRIED,
]
_REFUSED: list[_Described] = [
    ("column_name", "varchar", "Column at fault; null where it is the whole row."),
    ("reason_code", "varchar", "Why the row does not count, a code of sources/reasons.py."),
    ("reason_params", "varchar", "Parameters of the reason as JSON; null where it has none."),
    (
        "is_quarantined",
        "boolean",
        "Whether the row is in quarantine: refused, and not repaired by a later good row.",
    ),
    ("row_text", "varchar", "The row as it came; null for a row that was replaced."),
    (
        "row_text_public",
        "varchar",
        "The row as it may leave the build database, hidden columns as three stars.",
    ),
]


def _described(contract: Contract) -> list[_Described]:
    return [
        (name, column.engine_type.lower(), column.description) for name, column in contract.columns.items()
    ]


def _model(name: str, description: str, columns: list[_Described], tests: str = "") -> str:
    return (
        f"  - name: {name}\n    description: {json.dumps(description)}\n{tests}"
        f"    columns:\n{_indented(columns, 6)}"
    )


def _indented(columns: list[_Described], indent: int) -> str:
    blank = " " * indent
    return "".join(
        f"{blank}- {{name: {name}, data_type: {_flow(kind)}, description: {json.dumps(text)}}}\n"
        for name, kind, text in columns
    )


def _flow(kind: str) -> str:
    """A type inside a flow mapping, where a comma needs quotes."""
    return json.dumps(kind) if "," in kind else kind


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` say which differ; 1 where some do."""
    wanted = files()
    differing = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in differing:
            print(f"{path.name} is not what the contracts give: run `make generate`")
        return 1 if differing else 0
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    print(f"{len(wanted)} files of contracts, {len(differing)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
