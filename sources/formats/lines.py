"""A text taken apart line by line, for files in which some line is not like the others.

What belongs here: physical lines, and records that go over several of them. What does not: what the records mean.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.sql import literal

_LONGEST_LINE = 64 << 20


def load_lines(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Every physical line of a text, numbered from 1, as temporary table `delivered_line`; blank lines are null."""
    con.execute(
        f"""create or replace temp table delivered_line as
        select row_number() over () as line_number, line
        from read_csv({literal(str(path))}, header=false, auto_detect=false, columns={{'line': 'VARCHAR'}},
            delim='\x1f', quote='', escape='', strict_mode=false, max_line_size={_LONGEST_LINE})"""
    )


def _records(header_line: int, row: str) -> str:
    """A select of the records of `delivered_line`: lines joined where a quote is open, if that makes a record."""
    return f"""
        with lines as (
            select line_number, coalesce(line, '') as line, regexp_full_match(coalesce(line, ''), {row}) as is_row
            from delivered_line
            where line_number > {header_line}
        ),
        islands as (select *, sum(is_row::int) over (order by line_number) as island from lines),
        starts as (
            select *, is_row or coalesce(sum(length(line) - length(replace(line, '"', ''))) over (
                    partition by island, is_row order by line_number
                    rows between unbounded preceding and 1 preceding), 0) % 2 = 0 as is_start
            from islands
        ),
        numbered as (
            select *, max(case when is_start then line_number end) over (order by line_number) as record from starts
        ),
        joined as (
            select record, string_agg(line, chr(10) order by line_number) as line_text, count(*) as line_count
            from numbered group by record
        )
            select record as line_number, line_text from joined
            where line_count = 1 or regexp_full_match(line_text, {row})
            union all
            select numbered.line_number, numbered.line as line_text
            from numbered join joined using (record)
            where joined.line_count > 1 and not regexp_full_match(joined.line_text, {row})"""


@dataclass(frozen=True)
class Shape:
    """What a text's lines are held to: where its names stand (0: nowhere) and how they read, by what its values are
    parted, how many there are. `may_be_short`: lines may leave out their last values."""

    header_line: int
    header_text: str
    delimiter: str
    width: int
    may_be_short: bool = False


def split_records(con: duckdb.DuckDBPyConnection, shape: Shape, *, is_damaged: bool) -> None:
    """Records out of `delivered_line`, as temporary table `delivered_record`.

    A record goes on over line breaks inside quotes: a line starts one where the quotes before it are even. Where
    lines joined that way make no record (a quote that nothing closes), each stands for itself again, so that a
    stray quote costs its own line and not the rest of the file. Lines without any value, and the header where it
    stands again, are no records; empty values after the last one are not counted.
    """
    width, delimiter = shape.width, shape.delimiter
    d = re.escape(delimiter)
    value = rf'(?:"(?:[^"]|"")*"|[^"{d}\n][^{d}\n]*|)'
    whole = literal(rf"{value}(?:{d}{value})*")
    least = 0 if shape.may_be_short else width - 1
    row = literal(rf"{value}(?:{d}{value}){{{least},{width - 1}}}{d}*")
    each = literal(rf'{d}("(?:[^"]|"")*"|[^{d}]*)')
    is_header = (
        f"rtrim(line_text, {literal(delimiter)} || chr(13)) = {literal(shape.header_text.rstrip(delimiter))}"
    )
    damage = "when contains(line_text, '�') then 'bytes_not_text'" if is_damaged else ""
    con.execute(
        f"""create or replace temp table delivered_record as
        with records as ({_records(shape.header_line, row)}),
        split as (
            select line_number, line_text, regexp_full_match(line_text, {whole}) as is_whole,
                case
                    when contains(line_text, '"') then list_transform(
                        regexp_extract_all({literal(delimiter)} || line_text, {each}, 1),
                        lambda text: case
                            when starts_with(text, '"') then replace(text[2:-2], '""', '"') else text end)
                    else string_split(line_text, {literal(delimiter)})
                end as fields
            from records
            where trim(line_text, {literal(" " + delimiter + chr(9))} || chr(13)) <> '' and not ({is_header})
        )
        select line_number, line_text, fields,
            case
                {damage}
                when not is_whole then 'unmatched_quotes'
                when len(fields) < {least + 1} or len(list_filter(fields[{width + 1}:], lambda text: text <> '')) > 0
                    then 'wrong_number_of_values'
            end as code,
            case
                when code = 'wrong_number_of_values'
                    then '{{"count": ' || len(fields) || ', "width": {width}}}'
            end as params
        from split"""
    )
