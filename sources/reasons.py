"""Why a row or a file can be refused: every reason's code and its English sentence.

What belongs here: codes and sentences. What does not: finding out (`formats`, `loading`, the dbt project's macros).

A refused row carries the code, the column at fault and the reason's parameters; the sentence is made where somebody
reads it. The English is also the key of its translation, as everywhere (`orchestration/presentation/languages`).
`{column}` is the column at fault, every other name a parameter; a parameter that is a list is joined for reading.
"""

import json
from collections.abc import Callable, Mapping

#: Of single rows, code → sentence.
ROW_REASONS: Mapping[str, str] = {
    # the line can't be read
    "bytes_not_text": "the line holds bytes that are not text",
    "line_not_json": "the line can't be read: it is not valid JSON",
    "line_not_object": "the line is not a JSON object",
    "element_not_object": "the element is not a JSON object",
    "unmatched_quotes": "the line can't be read: its quotes do not match",
    "wrong_number_of_values": "the line can't be read: it has {count} values where the header has {width}",
    # a value is not of its type
    "rounded_id": "{column} is {value}: a spreadsheet has rounded it and its digits are gone; export it again as text",
    "not_whole_number": "{column} is not a whole number",
    "not_number": "{column} is not a number",
    "not_boolean": "{column} is neither true nor false",
    "not_date": "{column} is not a date (YYYY-MM-DD)",
    "not_timestamp": "{column} is not an ISO 8601 timestamp",
    # a value by itself breaks the contract
    "missing": "{column} is required and missing",
    "not_in_vocabulary": "{column} is not one of {word_list}",
    "out_of_range": "{column} is outside {low} to {high}",
    # rules between the columns of a row; contracts name these codes
    "before": "{column} is before {other}",
    "not_after": "{column} is not after {other}",
    "above": "{column} is above {other}",
    "only_where": "{column} may have a value only where {other} is {value}",
    "not_time_zone": "{column} is not an IANA time zone",
    "not_country_code": "{column} is not an ISO 3166-1 alpha-2 country code",
    "not_half_hour": "{column} is not a full or half hour",
    "not_first_of_month": "{column} is not the first day of a month",
    "deduction_without_points": "a deduction needs {column}: how many points one unit costs",
    "numerator_not_counted": "only the methods deduction and tiered can count the numerator",
    # other rows decide
    "no_current_row": "{column} names no current row of {table}",
    "already_taken": "{column} belongs to another row, whose key comes first",
    "overlaps": "{column} is before an earlier segment of the same {within} has ended",
    "replaced": "a later row with the same key counts instead",
}

#: Of whole files, code → sentence.
FILE_REASONS: Mapping[str, str] = {
    "cannot_be_opened": "it can't be opened: {error}",
    "cannot_be_read": "it can't be read as {format}: {error}",
    "unknown_format": "its name does not say what it is: expected {suffix_list} or {suffix}",
    "unknown_table": "no contract and no mapping takes it: its folders name no table that Callboard knows; files of a "
    "table belong under {folder}",
    "leads_out_of_landing": "it is a link that leads out of landing, and was not read: put the file itself there",
    "link_to_folder": "it is a link to a folder, and was not followed: put the files themselves into landing",
    "unpacks_past_limit": "it unpacks to more than {limit} bytes, the limit: if it is what it should be, raise "
    "reading.max_unpacked in callboard.toml",
    "cannot_be_old_workbook": "{suffix} is a kind of workbook that is not read: save it as .xlsx or .csv and deliver that",
    "cannot_be_macro_workbook": "{suffix} is a workbook with programs in it and is not read: save it as .xlsx or .csv and "
    "deliver that",
    "cannot_be_archive": "{suffix} is an archive of files and is not read: unpack it and deliver the files, or .gz of each",
    "no_such_sheet": "it has no sheet {sheet}; its sheets are {sheet_list}",
    "encoding_in_doubt": "its encoding is in doubt: read by code page, it says {reading_list}; say which with the key "
    "encoding, such as encoding = {encoding}, or deliver it as UTF-8",
    "numbers_in_doubt": "its decimal sign is in doubt: {value} (line {line}) is {reading_list}, and other values say no "
    "more ({other_list}); say which with the keys decimal and thousands",
    "dates_in_doubt": "the order of its dates is in doubt: {value} (line {line}) is {reading_list}; say which with the key "
    "dates: dmy or mdy",
    "mapping_without_file": "mapping {mapping} sees files together, so it must pass on the column file of delivered; it "
    "named {file}",
    "no_known_column": "none of its columns is one of {source}: expected {column_list}, found {found_list}",
    "mapping_fails": "mapping {mapping} does not run on it: {error}",
    "mapping_without_line": "mapping {mapping} must pass on the column line_number of delivered",
    "rows_not_taken": "its rows can't be taken: {error}",
}

#: What was decided in reading a file, and by which evidence, code → sentence.
NOTES: Mapping[str, str] = {
    "encoding_by_value": "read as {encoding}: as {other} it would say {value}, which makes no sense",
    "encoding_alone": "read as {encoding}, in which alone its bytes make sense",
    "encoding_by_word": "read as {encoding}: only so it says {word}, which other files say too",
    "encoding_by_country": "read as {encoding}, which is written in {country}, where a site is",
    "decimal_by_value": "numbers read with {decimal} as their decimal sign: {value} (line {line}) allows no other",
    "dates_by_value": "dates read in the order {order}: {value} (line {line}) allows no other",
    "rounded_ids": "{count} values of {name} such as {value} are numbers that a spreadsheet has rounded; they are empty now",
}

KNOWN_REASONS = frozenset({*ROW_REASONS, *FILE_REASONS})

#: How a file's reason reads among those of rows.
OF_FILE = "the file can't be used: {why}"

Params = Mapping[str, str | int | float | list[str]]


def params_text(params: Params) -> str | None:
    """Parameters as the warehouse keeps them: JSON, null where there are none."""
    return json.dumps(params, ensure_ascii=False) if params else None


def sentence(
    code: str,
    column: str | None = None,
    params: Params | None = None,
    translate: Callable[[str], str] = str,
    between: str = ", ",
) -> str:
    """The sentence of a row's or a file's reason, in English or as `translate` gives it; `between` joins lists.

    Raises KeyError where the code or a parameter is unknown.
    """
    template = ROW_REASONS.get(code) or FILE_REASONS.get(code) or NOTES[code]
    values = {name: between.join(v) if isinstance(v, list) else v for name, v in (params or {}).items()}
    return translate(template).format(column=column, **values)


def refusal(
    code: str,
    column: str | None,
    params: str | None,
    translate: Callable[[str], str] = str,
    between: str = ", ",
) -> str:
    """What quarantine says of a refused row or file, from what the warehouse keeps of it. Raises KeyError as `sentence`."""
    why = sentence(code, column, json.loads(params) if params else None, translate, between)
    return translate(OF_FILE).format(why=why) if code in FILE_REASONS else why
