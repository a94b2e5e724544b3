"""Every format, encoding and shape of file gives the same rows, each with its line."""

import gzip
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import xlsxwriter

from tests.sources.delivering import Centre, leg, legs

ROWS = [("K1", "缺货", "2026-08-03T01:00:00Z"), ("K2", None, "2026-08-03T02:00:00Z")]
CASES = "case_id,category,opened_at\nK1,缺货,2026-08-03T01:00:00Z\nK2,,2026-08-03T02:00:00Z\n"
EXPECTED_IN_CSV = [("K1", "缺货", "2026-08-03 01:00:00", 2), ("K2", None, "2026-08-03 02:00:00", 3)]


def staged_cases(centre: Centre) -> list[tuple[object, ...]]:
    centre.refresh()
    return centre.rows(
        "select case_id, category, cast(opened_at as varchar), line_number from staging.stg_crm__cases order by 1"
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CASES.encode(), id="utf-8"),
        pytest.param(CASES.encode("utf-8-sig"), id="utf-8 with a byte-order mark"),
        pytest.param(CASES.encode("utf-16"), id="utf-16"),
        pytest.param(CASES.encode("utf-16-be"), id="utf-16 big-endian without a mark"),
        pytest.param(CASES.encode("gb18030"), id="gb18030"),
        pytest.param(CASES.replace("\n", "\r\n").encode(), id="carriage returns"),
        pytest.param(CASES.replace("\n", "\r").encode(), id="carriage returns alone"),
        pytest.param(CASES.rstrip("\n").encode(), id="no end to the last line"),
        pytest.param(CASES.replace(",", ";").encode(), id="semicolons"),
        pytest.param(
            CASES.replace("case_id", " Case_ID ").encode(), id="a header in other case, with blanks"
        ),
    ],
)
def test_a_csv_reads_the_same_in_every_encoding(centre: Centre, content: bytes) -> None:
    centre.deliver("crm/cases/a.csv", content)
    assert staged_cases(centre) == EXPECTED_IN_CSV


def test_columns_may_come_in_any_order_and_with_strangers_among_them(centre: Centre) -> None:
    centre.deliver(
        "crm/cases/a.csv",
        "mood,opened_at,case_id,category\n:),2026-08-03T01:00:00Z,K1,缺货\n:(,2026-08-03T02:00:00Z,K2,\n",
    )
    assert staged_cases(centre) == EXPECTED_IN_CSV
    kept = centre.rows("select row_text from raw.crm__cases order by line_number")
    assert json.loads(str(kept[0][0]))["mood"] == ":)"


def test_a_tsv_and_gzipped_files_read_as_their_plain_kin(centre: Centre) -> None:
    centre.deliver("crm/cases/a.tsv.gz", gzip.compress(CASES.replace(",", "\t").encode("gb18030")))
    assert staged_cases(centre) == EXPECTED_IN_CSV


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_json_gives_rows_one_a_line_or_in_an_array(centre: Centre, name: str) -> None:
    rows = [
        {"case_id": case, "category": what, "opened_at": at, "extra": {"deep": [1]}}
        for case, what, at in ROWS
    ]
    text = json.dumps(rows) if name == "a.json" else "\n".join(json.dumps(row) for row in rows)
    centre.deliver(f"crm/cases/{name}", text)
    assert staged_cases(centre) == [(*row[:3], n) for n, row in enumerate(EXPECTED_IN_CSV, start=1)]


def test_parquet_with_real_types_reads_as_text_does(centre: Centre) -> None:
    path = centre.deliver("crm/cases/a.parquet", b"")
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.register(
            "cases",
            pa.table({n: [row[i] for row in ROWS] for i, n in enumerate(("case_id", "category", "made"))}),
        )
        con.execute(f"copy (select case_id, category, made::timestamptz as opened_at from cases) to '{path}'")
    assert staged_cases(centre) == [(*row[:3], n) for n, row in enumerate(EXPECTED_IN_CSV, start=1)]


def test_a_workbook_reads_as_text_does_and_a_time_in_a_cell_is_local(centre: Centre, tmp_path: Path) -> None:
    path = centre.deliver("crm/cases/a.xlsx", b"")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for column, name in enumerate(("case_id", "category", "opened_at")):
            sheet.write(0, column, name)
            for row, values in enumerate(ROWS, start=1):
                sheet.write(row, column, values[column])
        sheet.write(2, 2, 46237 + 10 / 24, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        sheet.write(1, 2, 46237 + 9 / 24, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    # 46237 is 2026-08-03; nine in the morning in Shanghai is one in UTC
    assert staged_cases(centre) == EXPECTED_IN_CSV


def test_an_identifier_that_a_workbook_keeps_as_a_number_reads_as_its_digits(centre: Centre) -> None:
    path = centre.deliver("hr/employees/z.xlsx", b"")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("employee_id", "hired_on"))
        sheet.write(1, 0, 10026)
        sheet.write(1, 1, 46237, book.add_format({"num_format": "yyyy-mm-dd"}))
    centre.refresh()
    staged = centre.rows(
        "select employee_id, cast(hired_on as varchar) from staging.stg_hr__employees where employee_id like '1%'"
    )
    assert staged == [("10026", "2026-08-03")]


def test_a_text_far_down_a_column_of_numbers_is_neither_lost_nor_taken_for_missing(centre: Centre) -> None:
    path = centre.deliver("crm/surveys/a.xlsx", b"")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("survey_id", "contact_id", "agent_id", "responded_at", "csat"))
        for row in range(1, 1201):
            sheet.write_row(
                row, 0, (f"S{row}", "K1", "A1", "2026-08-03T01:00:00Z", "five" if row == 1150 else 5)
            )
    centre.refresh()
    assert centre.rows("select count(*), count(csat) from staging.stg_crm__surveys") == [(1199, 1199)]
    assert [row[1:3] for row in centre.quarantined("crm.surveys")] == [(1151, "csat")]


def test_objects_that_spell_a_key_differently_lose_no_value(centre: Centre) -> None:
    at = '"opened_at": "2026-08-03T01:00+00:00"'
    centre.deliver("crm/cases/a.jsonl", f'{{"case_id": "K1", {at}}}\n{{"CASE_ID": "K2", {at}}}\n')
    assert [(row[0], row[2]) for row in staged_cases(centre)] == [
        ("K1", "2026-08-03 01:00:00"),
        ("K2", "2026-08-03 01:00:00"),
    ]


def test_a_stray_quote_does_not_cost_later_rows_with_line_breaks(centre: Centre) -> None:
    folded = 'K{},"two\nlines",2026-08-03T01:00:00Z'
    rows = [folded.format(1), 'K2,"stray,2026-08-03T01:00:00Z', "K3,x,2026-08-03T01:00:00Z", folded.format(4)]
    centre.deliver("crm/cases/a.csv", "\n".join(["case_id,category,opened_at", *rows, ""]))
    assert [(row[0], row[3]) for row in staged_cases(centre)] == [("K1", 2), ("K3", 5), ("K4", 6)]
    assert [row[1] for row in centre.quarantined("crm.cases")] == [4]


@pytest.mark.parametrize("content", ["", "\n", "case_id,category,opened_at\n", "case_id,category,opened_at"])
def test_empty_and_header_only_files_are_deliveries_of_no_rows(centre: Centre, content: str) -> None:
    centre.deliver("crm/cases/a.csv", content)
    assert staged_cases(centre) == []
    assert centre.rows("select rows, unreadable_reason from raw.delivery where table_name = 'crm.cases'") == [
        (0, None)
    ]


def test_line_breaks_inside_quotes_keep_the_lines_of_later_rows_right(centre: Centre) -> None:
    centre.deliver(
        "crm/cases/a.csv",
        'case_id,category,opened_at\nK1,"two\r\nlines, ""quoted""",2026-08-03T01:00:00Z\nK2,x,2026-08-03T02:00:00Z\n',
    )
    assert [(row[0], row[3]) for row in staged_cases(centre)] == [("K1", 2), ("K2", 4)]
    assert '"quoted"' in str(staged_cases(centre)[0][1])


def test_a_line_that_cannot_be_read_costs_only_itself(centre: Centre) -> None:
    short, long = "L2,K1,1", leg("L3") + ",surplus"
    centre.deliver(
        "acd/contact_legs/a.csv", legs(leg("L1"), short, long, "", leg("L4", contact_id='"open'), leg("L5"))
    )
    centre.refresh()
    assert centre.rows("select leg_id, line_number from staging.stg_acd__contact_legs order by 1") == [
        ("L1", 2),
        ("L5", 7),
    ]
    reasons = centre.quarantined("acd.contact_legs")
    assert [(file, line) for file, line, *_ in reasons] == [("a.csv", 3), ("a.csv", 4), ("a.csv", 6)]
    assert [str(reason) for *_, reason in reasons] == [
        "the line can't be read: it has 3 values where the header has 14",
        "the line can't be read: it has 15 values where the header has 14",
        "the line can't be read: its quotes do not match",
    ]


def test_bytes_that_are_no_text_cost_only_their_line(centre: Centre) -> None:
    lines = [leg("L1"), leg("L2", contact_id="K?"), leg("L3", contact_id="投诉")]
    centre.deliver("acd/contact_legs/a.csv", legs(*lines).encode().replace(b"K?", b"K\xff"))
    centre.refresh()
    assert centre.rows("select leg_id, contact_id from staging.stg_acd__contact_legs order by 1") == [
        ("L1", "K1"),
        ("L3", "投诉"),
    ]
    assert [row[1] for row in centre.quarantined("acd.contact_legs")] == [3]


def test_a_line_of_jsonl_that_cannot_be_read_costs_only_itself(centre: Centre) -> None:
    good = '{"case_id": "K1", "opened_at": "2026-08-03T01:00:00Z"}'
    centre.deliver("crm/cases/a.jsonl", f'{good}\n{{"case_id": \n\n["K2"]\n{good.replace("K1", "K3")}')
    assert [row[0] for row in staged_cases(centre)] == ["K1", "K3"]
    assert [(row[1], row[3]) for row in centre.quarantined("crm.cases")] == [
        (2, "the line can't be read: it is not valid JSON"),
        (4, "the line is not a JSON object"),
    ]


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("crm/cases/a.parquet", b"PAR", "it can't be read as parquet"),
        ("crm/cases/a.xlsx", b"PK", "it can't be read as xlsx"),
        ("crm/cases/a.csv.gz", b"\x1f\x8b broken", "it can't be read as csv"),
        ("crm/cases/a.pdf", b"%PDF", "its name does not say what it is"),
        ("crm/cases/a.csv", b"1,2\n3,4\n", "none of its columns is one of crm.cases"),
        ("crm/case/a.csv", b"case_id,opened_at\n", "no contract and no mapping takes it"),
    ],
)
def test_a_file_that_cannot_be_used_is_recorded_and_stops_no_other(
    centre: Centre, file: str, content: bytes, reason: str
) -> None:
    centre.deliver(file, content)
    centre.deliver("crm/cases/z.csv", CASES)
    assert len(staged_cases(centre)) == 2
    table = ".".join(file.split("/")[:2])
    (row,) = centre.quarantined(table)
    assert row[1] is None
    assert reason in str(row[3])
    assert str(centre.landing) not in str(row[3])


def test_hidden_and_unfinished_files_are_left_for_later(centre: Centre) -> None:
    for name in (".a.csv", "_a.csv", "a.csv.part", "a.csv.tmp"):
        centre.deliver(f"crm/cases/{name}", CASES)
    assert staged_cases(centre) == []
    assert centre.quarantined("crm.cases") == []
