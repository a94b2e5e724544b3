"""Json and jsonl as relations of the engine: each object a row, every value as text, whichever keys it has.

What belongs here: arrays, lines and objects end to end. What does not: bytes (`encoding`).
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from sources.formats.encoding import TextFile
from sources.formats.lines import load_lines
from sources.formats.relation import NO_ROWS, Reading
from sources.sql import literal, quoted


def read_json_lines(con: duckdb.DuckDBPyConnection, text: TextFile, temporary: Path) -> Reading:
    """One object a line; where lines hold several end to end, or objects go over lines, row n is object n."""
    load_lines(con, text.path)
    found = con.execute(
        """select count(*) filter (where json_valid(document)),
            count(*) filter (where not json_valid(document) and document like '{%')
        from (select ltrim(line, chr(65279)) as document from delivered_line where trim(coalesce(line, '')) <> '')"""
    ).fetchone()
    whole, broken = found or (0, 0)
    if broken and (split := _end_to_end(text.path, temporary, is_by_line=whole > 0)):
        load_lines(con, split)
    damage = "when contains(line, '�') then 'bytes_not_text'" if text.is_damaged else ""
    con.execute(
        f"""create or replace temp table delivered_object as
        select line_number, ltrim(line, chr(65279)) as document,
            case
                {damage}
                when not json_valid(ltrim(line, chr(65279))) then 'line_not_json'
                when json_type(ltrim(line, chr(65279))) <> 'OBJECT' then 'line_not_object'
            end as code
        from delivered_line
        where trim(coalesce(line, '')) <> ''"""
    )
    return _objects(con)


def read_json(con: duckdb.DuckDBPyConnection, text: TextFile, temporary: Path) -> Reading:
    """A file that is one JSON array of rows (line n is element n), one object, or objects a line or end to end."""
    content = text.path.read_text(encoding="utf-8").removeprefix("\ufeff")
    if not content.strip():
        return NO_ROWS
    found = con.execute("select case when json_valid($1) then json_type($1) end", [content]).fetchone()
    kind = found[0] if found else None
    if kind is None:
        return read_json_lines(con, text, temporary)
    elements = (
        "select unnest(json_extract($1, '$[*]')) as document" if kind == "ARRAY" else "select $1 as document"
    )
    con.execute(
        f"""create or replace temp table delivered_object as
        select row_number() over () as line_number, cast(document as varchar) as document,
            case when json_type(document) <> 'OBJECT' then 'element_not_object' end as code
        from ({elements})""",
        [content],
    )
    return _objects(con)


def _end_to_end(path: Path, temporary: Path, *, is_by_line: bool) -> Path | None:
    """The file's objects one a line, where some stand end to end or go over lines; None where that is not what is wrong.

    `is_by_line`: other lines are objects by themselves, so that a broken line costs only itself.
    """
    target = temporary / "objects"
    with path.open(encoding="utf-8") as text, target.open("w", encoding="utf-8") as lines:
        gained = False
        for part in text if is_by_line else [text.read()]:
            objects = list(_split(part))
            gained = gained or len(objects) > 1
            lines.writelines(f"{' '.join(each.splitlines())}\n" for each in objects)
    return target if gained else None


def _split(text: str) -> Iterator[str]:
    """The objects in a text, end to end; what is none comes as it is, to the end."""
    decoder, at = json.JSONDecoder(), 0
    text = text.strip().removeprefix("\ufeff")
    while at < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except ValueError:
            yield text[at:]
            return
        yield text[at:end]
        at = end
        while at < len(text) and text[at] in " \t\r\n,\x1e":
            at += 1


def _objects(con: duckdb.DuckDBPyConnection) -> Reading:
    """The objects of `delivered_object` as rows."""
    keys = con.execute(
        "select distinct unnest(json_keys(document)) from delivered_object where code is null order by 1"
    ).fetchall()
    spelt: dict[str, list[str]] = {}
    for (key,) in keys:
        spelt.setdefault(str(key).strip().lower(), []).append(str(key))
    refused = "(select line_number, document as line_text, code, null as params from delivered_object where code is not null)"
    if not spelt:
        return Reading(NO_ROWS.relation, {}, "line_number", refused=refused)
    # names of a struct's fields are read past case: what is spelt in several ways is taken out one by one
    alike = {name: keys[0] for name, keys in spelt.items() if len(keys) == 1}
    structure = "{" + ", ".join(f'{_json_text(key)}: "VARCHAR"' for key in alike.values()) + "}"
    fields = ", ".join(
        f"value[{literal(keys[0])}] as {quoted(name)}"
        if name in alike
        else f"coalesce({', '.join(_extracted(key) for key in keys)}) as {quoted(name)}"
        for name, keys in spelt.items()
    )
    relation = f"""(select line_number, document as "= document", {fields} from (
        select line_number, document, json_transform(document, {literal(structure)}) as value
        from delivered_object where code is null))"""
    columns = dict.fromkeys(spelt, "VARCHAR") | {"line_number": "BIGINT"}
    return Reading(relation, columns, "line_number", refused=refused, row_text='"= document"')


def _extracted(key: str) -> str:
    return f"json_extract_string(document, {literal('$.' + _json_text(key))})"


def _json_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
