"""A text taken apart line by line, for files in which some line is not like the others.

What belongs here: physical lines, and records that go over several of them. What does not: what the records mean.
"""

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


def split_records(
    con: duckdb.DuckDBPyConnection, header_line: int, delimiter: str, width: int, is_damaged: bool
) -> None:
    """Records out of `delivered_line`, as temporary table `delivered_record`.

    A record goes on over line breaks inside quotes: a line starts one where the quotes before it are even. Where
    lines joined that way make no record (a quote that nothing closes), each stands for itself again, so that a
    stray quote costs its own line and not the rest of the file.
    """
    d = {"\t": r"\t", "|": r"\|"}.get(delimiter, delimiter)
    value = rf'(?:"(?:[^"]|"")*"|[^"{d}\n][^{d}\n]*|)'
    whole = literal(rf"{value}(?:{d}{value})*")
    row = literal(rf"{value}(?:{d}{value}){{{width - 1}}}")
    each = literal(rf'{d}("(?:[^"]|"")*"|[^{d}]*)')
    damage = "when contains(line_text, '�') then 'bytes_not_text'" if is_damaged else ""
    con.execute(
        f"""create or replace temp table delivered_record as
        with records as ({_records(header_line, row)}),
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
            where trim(line_text) <> ''
        )
        select line_number, line_text, fields,
            case
                {damage}
                when not is_whole then 'unmatched_quotes'
                when len(fields) <> {width} then 'wrong_number_of_values'
            end as code,
            case
                when code = 'wrong_number_of_values'
                    then '{{"count": ' || len(fields) || ', "width": {width}}}'
            end as params
        from split"""
    )
