"""The list of ratings to be reviewed: out as a sheet, in as a delivery; what people and spreadsheets do to it in between."""

import csv
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.deliveries.review_decisions import Taken, delivery_name, take_decisions
from orchestration.deliveries.reviews import write_sheet
from orchestration.home.errors import UsageError
from orchestration.home.files import switch_link
from orchestration.home.paths import Home
from sources.formats.options import WORDS_FOR_NOTHING
from sources.loading.load import load, waiting
from sources.loading.values_sql import BLANKS

from .conftest import SEPTEMBER, CommandResult

CRM_COLUMNS = "survey_id,contact_id,agent_id,responded_at,csat,nps,resolution,attitude,speed,ease,comment,review,review_reason"
CRM = f"""{CRM_COLUMNS}
S1,K1,A1,2026-08-03T01:00:00Z,1,0,1,2,3,4,never again,,
S2,K2,A2,2026-08-04T02:30:00.25Z,2,,,,,,,pending,
S3,K3,A1,2026-09-05T03:00:00Z,1,,,,,,,excluded,rated the courier
S4,K4,A1,2026-09-06T04:00:00Z,,10,,,,,,upheld,
S5,K5,A1,2026-09-07T05:00:00Z,5,10,,,,,,,
"""
_MART = """
create schema marts;
create schema audit;
create table marts.survey_review (month date, survey_id varchar, business_date date, employee_id varchar,
    agent_id varchar, site_id varchar, team_id varchar, business_line varchar, contact_id varchar,
    responded_at timestamp, csat bigint, nps bigint, resolution bigint, attitude bigint, speed bigint, ease bigint,
    state varchar, review varchar, review_reason varchar);
create table audit.delivery (table_name varchar, file varchar, sha256 varchar, superseded_by bigint);
"""


@dataclass(frozen=True)
class Desk:
    """A home with a published list of reviews, at which somebody decides."""

    home: Home
    scratch: Path

    def deliver(self, file: str, content: str, *, published: bool = False) -> Path:
        path = self.home.landing / "crm" / "surveys" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        if published:
            self.in_release(
                "insert into audit.delivery values ('crm.surveys', ?, ?, null)",
                [f"crm/surveys/{file}", hashlib.sha256(content.encode()).hexdigest()],
            )
        return path

    def in_release(self, statement: str, values: Sequence[object] = ()) -> None:
        with duckdb.connect(str(self.home.published_database)) as connection:
            connection.execute(statement, values)

    def publish(self, release: str = "20261001T000000Z-00000001") -> None:
        """A release of the low ratings of `CRM`; employee En has login An."""
        folder = self.home.releases / release
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "callboard.duckdb")) as connection:
            connection.execute(_MART)
        switch_link(self.home.published_database, folder / "callboard.duckdb")
        self.deliver("2026-10-01.csv", CRM, published=True)
        source = self.home.landing / "crm" / "surveys" / "2026-10-01.csv"
        self.in_release(
            f"""insert into marts.survey_review by name
            select date_trunc('month', responded_at)::date as month, survey_id, responded_at::date as business_date,
                'E' || agent_id[2:] as employee_id, agent_id, 'SHA' as site_id, 'T1' as team_id,
                'inquiry' as business_line, contact_id, responded_at, csat, nps, resolution, attitude, speed, ease,
                coalesce(review, 'open') as state, review, review_reason
            from read_csv('{source}', types = {{responded_at: TIMESTAMP}}) where csat <= 2 or review is not null"""
        )

    def sheet(self, *rows: Mapping[str, object], name: str = "decided.csv") -> Path:
        """A sheet with the three columns that there must be; the first row stands in line 2."""
        path = self.scratch / name
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, ["survey_id", "review", "review_reason"])
            writer.writeheader()
            writer.writerows(rows)
        return path

    def decide(self, survey_id: str, review: str, reason: str = "") -> Taken:
        return take_decisions(self.home, self.sheet(row(survey_id, review, reason)))

    def in_force(self) -> dict[str, tuple[object, ...]]:
        """What loading makes of landing: the last row of each survey."""
        with tempfile.TemporaryDirectory() as folder:
            warehouse = Path(folder) / "warehouse.duckdb"
            report = load(warehouse, self.home.landing)
            assert [d.unreadable_reason for d in report.loaded if d.unreadable_reason] == []
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                rows = connection.execute(
                    "select survey_id, contact_id, agent_id, responded_at, csat, nps, resolution, attitude, speed, ease, "
                    "review, review_reason from raw.crm__surveys order by delivery_order, line_number"
                ).fetchall()
        return {row[0]: row[1:] for row in rows}

    def written(self) -> list[str]:
        return sorted(
            p.name for p in (self.home.landing / "crm" / "surveys").iterdir() if "reviews" in p.name
        )


def row(survey_id: str, review: str, reason: str = "") -> dict[str, str]:
    return {"survey_id": survey_id, "review": review, "review_reason": reason}


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> Desk:
    desk = Desk(home, tmp_path)
    desk.publish()
    return desk


def test_what_is_open_or_pending_is_listed_and_on_demand_all_of_it_or_one_month(
    desk: Desk, callboard: Callable[..., CommandResult]
) -> None:
    def listed(*options: str) -> list[tuple[str, str]]:
        result = callboard("reviews", "--home", desk.home.root, "--json", *options)
        return [(r["survey_id"], r["state"]) for r in json.loads(result.out)["reviews"]]

    assert listed() == [("S1", "open"), ("S2", "pending")]
    assert listed("--all", "--month", "2026-09") == [("S3", "excluded"), ("S4", "upheld")]
    assert listed("--month", "2026-09") == []
    assert len(listed("--all")) == 4
    result = callboard("reviews", "--home", desk.home.root)
    assert "S1" in result.out
    assert "S3" not in result.out


def test_the_sheet_is_a_csv_that_excel_takes_for_utf_8_and_says_instants_in_utc(desk: Desk) -> None:
    sheet = desk.scratch / "list.csv"
    assert write_sheet(desk.home, sheet) == 2
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbfsurvey_id,")
    first, second = lines_of(sheet)
    assert (first["survey_id"], first["state"], first["review"], first["csat"]) == ("S1", "open", "", "1")
    assert (first["responded_at"], second["responded_at"]) == (
        "2026-08-03T01:00:00Z",
        "2026-08-04T02:30:00.250000Z",
    )
    assert list(first)[-2:] == ["review", "review_reason"]
    assert write_sheet(desk.home, sheet, everything=True, month=SEPTEMBER) == 2
    assert [line["review"] for line in lines_of(sheet)] == ["excluded", "upheld"]
    assert [p.name for p in desk.scratch.iterdir() if p.name.endswith(".tmp")] == []


def test_a_decision_becomes_a_delivery_with_everything_but_the_comment_as_the_release_has_it(
    desk: Desk, callboard: Callable[..., CommandResult]
) -> None:
    sheet = desk.scratch / "list.csv"
    callboard("reviews", "--home", desk.home.root, "--out", sheet)
    text = sheet.read_text(encoding="utf-8-sig")
    # Somebody overwrote the agent, the score and the time besides deciding.
    changed = text.replace("A1,K1,2026-08-03T01:00:00Z,1,", "A9,K9,2026-09-03T01:00:00Z,5,")
    sheet.write_text(changed.replace("open,,", "open,Excluded ,客户评的是快递"), encoding="utf-8")
    assert changed != text
    result = callboard("reviews", "--home", desk.home.root, "--in", sheet, "--json")
    assert result.code == 0, result.err
    said = json.loads(result.out)
    assert (said["status"], said["months"], said["undecided"], said["unchanged"]) == (
        "written",
        ["2026-08"],
        0,
        1,
    )
    assert said["decisions"] == [
        {
            "survey_id": "S1",
            "month": "2026-08",
            "before": None,
            "review": "excluded",
            "review_reason": "客户评的是快递",
        }
    ]
    (name,) = desk.written()
    assert said["file"] == str(desk.home.landing / "crm" / "surveys" / name)
    assert lines_of(Path(said["file"])) == [
        {
            "survey_id": "S1",
            "contact_id": "K1",
            "agent_id": "A1",
            "responded_at": "2026-08-03T01:00:00Z",
            "csat": "1",
            "nps": "0",
            "resolution": "1",
            "attitude": "2",
            "speed": "3",
            "ease": "4",
            "review": "excluded",
            "review_reason": "客户评的是快递",
        }
    ]
    assert [(w.table_name, w.file) for w in waiting(desk.home.warehouse, desk.home.landing)] == [
        ("crm.surveys", "crm/surveys/2026-10-01.csv"),
        ("crm.surveys", f"crm/surveys/{name}"),
    ]
    assert desk.in_force()["S1"] == (
        "K1",
        "A1",
        datetime(2026, 8, 3, 1),
        1,
        0,
        1,
        2,
        3,
        4,
        "excluded",
        "客户评的是快递",
    )


def test_the_command_prints_what_was_taken_and_what_to_do_next(
    desk: Desk, callboard: Callable[..., CommandResult]
) -> None:
    result = callboard("reviews", "--home", desk.home.root, "--in", desk.sheet(row("S1", "upheld")))
    assert "Took 1 decisions (2026-08)" in result.out
    assert f"callboard refresh --home {desk.home.root}" in result.out


def test_every_bad_row_is_named_with_its_line_and_then_nothing_is_written(
    desk: Desk, callboard: Callable[..., CommandResult]
) -> None:
    sheet = desk.sheet(
        row("S1", "upheld"),
        row("S9", "upheld"),
        row("S5", "excluded", "no low rating"),
        row("S2", "perhaps"),
        row("S1", "excluded", "twice"),
        row("", "pending"),
        row("S4", "excluded", "  "),
        row("unknown and undecided", "", "reason without review"),
        row("S2", "upheld", "***"),
    )
    with sheet.open("a", encoding="utf-8") as handle:
        handle.write("S3,upheld,one,value too many\n")
    result = callboard("reviews", "--home", desk.home.root, "--in", sheet)
    assert result.code == 2
    named = [line.strip().partition(": ") for line in result.err.splitlines() if line.startswith("  line ")]
    assert [(line, what.split(" ")[:2]) for line, _, what in named] == [
        ("line 3", ["survey", "S9"]),
        ("line 4", ["survey", "S5"]),
        ("line 5", ["review", "perhaps"]),
        ("line 6", ["survey", "S1"]),
        ("line 7", ["it", "has"]),
        ("line 8", ["survey", "S4"]),
        ("line 10", ["survey", "S2"]),
        ("line 10", ["the", "reason"]),
        ("line 11", ["the", "line"]),
    ]
    assert desk.written() == []
    assert (
        json.loads(callboard("reviews", "--home", desk.home.root, "--in", sheet, "--json").out)["exit_code"]
        == 2
    )


def as_chinese_excel_saves_it(sheet: Path) -> None:
    sheet.write_bytes(sheet.read_text(encoding="utf-8").replace("\n", "\r\n").encode("gb18030"))


def with_semicolons(sheet: Path) -> None:
    sheet.write_text(sheet.read_text(encoding="utf-8-sig").replace(",", ";"), encoding="utf-8-sig")


def as_unicode_text(sheet: Path) -> None:
    sheet.write_text(sheet.read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-16")


@pytest.mark.parametrize("saved", [as_chinese_excel_saves_it, with_semicolons, as_unicode_text])
def test_a_sheet_is_read_however_a_spreadsheet_saved_it(desk: Desk, saved: Callable[[Path], None]) -> None:
    sheet = desk.sheet(row("S1", "excluded", "客户评错了人"), row("S2", "", ""))
    saved(sheet)
    assert take_decisions(desk.home, sheet).undecided == 1
    assert desk.in_force()["S1"][-2:] == ("excluded", "客户评错了人")


def test_a_workbook_is_read_too(desk: Desk) -> None:
    path = desk.scratch / "decided.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, cells in enumerate(
            (("Survey_ID", "csat", "review", "review_reason"), ("S1", 5, "upheld", 7))
        ):
            sheet.write_row(place, 0, cells)
    take_decisions(desk.home, path)
    assert desk.in_force()["S1"][3] == 1
    assert desk.in_force()["S1"][-2:] == ("upheld", "7")


@pytest.mark.parametrize(
    ("content", "word"),
    [("survey_id,review\nS1,upheld\n", "review_reason"), ("", "no column"), ("\x00\x01\x02", "no column")],
)
def test_a_sheet_without_the_columns_is_wrong_usage(desk: Desk, content: str, word: str) -> None:
    sheet = desk.scratch / "sheet.csv"
    sheet.write_text(content)
    with pytest.raises(UsageError, match=word):
        take_decisions(desk.home, sheet)


def test_wrong_usage_is_code_2(
    desk: Desk, home: Home, callboard: Callable[..., CommandResult], tmp_path: Path
) -> None:
    for options in (
        ["--in", tmp_path / "nowhere.csv"],
        ["--in", tmp_path],
        ["--in", desk.sheet(row("S1", "upheld")), "--out", tmp_path / "o.csv"],
        ["--in", desk.sheet(row("S1", "upheld")), "--all"],
        ["--out", tmp_path / "nowhere" / "o.csv"],
        ["--out", tmp_path],
        ["--month", "August"],
    ):
        result = callboard("reviews", "--home", home.root, *options)
        assert result.code == 2, options
        assert "Traceback" not in result.out + result.err
    assert desk.written() == []


def test_without_a_release_or_with_one_made_before_there_were_lists_it_is_said_what_to_do(
    home: Home, tmp_path: Path, callboard: Callable[..., CommandResult]
) -> None:
    result = callboard("reviews", "--home", home.root)
    assert result.code == 2
    assert "callboard refresh" in result.err
    desk = Desk(home, tmp_path)
    desk.publish()
    desk.in_release("drop table marts.survey_review")
    result = callboard("reviews", "--home", home.root)
    assert result.code == 2
    assert "--month" in result.err


def test_a_decision_that_is_in_force_writes_nothing(desk: Desk) -> None:
    sheet = desk.scratch / "all.csv"
    write_sheet(desk.home, sheet, everything=True)
    taken = take_decisions(desk.home, sheet)
    assert (taken.file, taken.undecided, taken.unchanged) == (None, 1, 3)
    assert desk.decide("S3", "excluded", " rated  the\ncourier ").file is None
    assert desk.written() == []
    assert desk.decide("S3", "excluded", "rated the neighbour").file is not None


def test_an_exclusion_published_without_a_reason_may_come_back_as_it_is(desk: Desk) -> None:
    desk.in_release("update marts.survey_review set review_reason = null where survey_id = 'S3'")
    assert desk.decide("S3", "excluded").unchanged == 1
    with pytest.raises(UsageError, match="without a reason"):
        desk.decide("S1", "excluded")


def test_of_two_rounds_the_later_wins_also_where_it_takes_back_what_was_never_published(desk: Desk) -> None:
    desk.decide("S1", "excluded", "wrong agent")
    assert desk.decide("S1", "excluded", "wrong agent").file is None
    desk.decide("S1", "pending", "ask again")
    desk.decide("S2", "upheld")
    assert desk.in_force()["S1"][-2:] == ("pending", "ask again")
    # S2 is pending in the release: that it shall be so again is news all the same.
    assert desk.decide("S2", "pending").file is not None
    assert desk.in_force()["S2"][-2:] == ("pending", None)
    assert len(desk.written()) == 4


@pytest.mark.parametrize(
    "newest",
    [
        "2026-10-01.csv",
        "zz-last.csv",
        "~zz.csv",
        "调查-2026.csv",
        "～last.csv",
        "\U00020000.csv",
        "~reviews-20990101T000000.000000Z.csv",
        "～reviews-20990101T000000.000000Z.csv",
        "\U00020000~reviews-20990101T000000.000000Z.csv",
    ],
)
def test_the_delivery_sorts_after_whatever_there_is_and_its_name_does_not_grow(newest: str) -> None:
    now = datetime(2026, 10, 20, 1, 2, 3, 4, tzinfo=UTC)
    name = delivery_name(["a.csv", newest, "b.csv"], now)
    # The order of the engine, in which deliveries are taken.
    assert duckdb.sql("select $1 > $2", params=[name, newest]).fetchall() == [(True,)]
    assert name.endswith("reviews-20261020T010203.000004Z.csv")
    later = delivery_name([newest, name], now.replace(year=2027))
    assert later > name
    assert len(later) == len(name)


def test_usual_names_of_the_crm_never_sort_after_a_decision() -> None:
    name = delivery_name(["surveys-2026-10-01.csv"], datetime(2026, 10, 20, tzinfo=UTC))
    assert name == "~reviews-20261020T000000.000000Z.csv"


def test_a_decision_counts_after_a_chinese_file_too(desk: Desk) -> None:
    desk.deliver("调查-2026.csv", CRM)
    desk.decide("S1", "excluded", "wrong agent")
    assert desk.in_force()["S1"][-2:] == ("excluded", "wrong agent")


def test_a_correction_that_waits_is_not_overruled_by_the_scores_of_before(desk: Desk) -> None:
    desk.deliver("2026-10-02.csv", CRM)
    desk.decide("S1", "upheld")
    desk.deliver(
        "2026-10-03.csv", CRM.replace("S1,K1,A1,2026-08-03T01:00:00Z,1", "S1,K1,A1,2026-08-03T01:00:00Z,4")
    )
    desk.decide("S2", "upheld")
    with pytest.raises(UsageError, match=r"S1 is corrected by crm/surveys/2026-10-03.csv"):
        desk.decide("S1", "excluded", "wrong agent")
    assert len(desk.written()) == 2


def test_a_survey_in_two_months_of_the_release_waits_for_a_refresh(desk: Desk) -> None:
    desk.in_release(
        "insert into marts.survey_review select * replace (date '2026-09-01' as month) "
        "from marts.survey_review where survey_id = 'S1'"
    )
    with pytest.raises(UsageError, match="S1 stands in 2 months"):
        desk.decide("S1", "upheld")


def test_a_mapping_that_would_take_the_delivery_for_a_vendors_is_said(desk: Desk) -> None:
    desk.home.mappings.mkdir()
    mapping = "/*\ntable: crm.surveys\nfiles: crm/surveys/*\n*/\nselect * from delivered"
    (desk.home.mappings / "vendor.sql").write_text(mapping)
    with pytest.raises(UsageError, match="mapping vendor takes"):
        desk.decide("S1", "upheld")
    assert desk.written() == []


def test_nothing_half_written_is_left_where_the_disk_says_no(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("orchestration.deliveries.own_files.fsync", full)
    with pytest.raises(OSError, match="No space"):
        desk.decide("S1", "upheld")
    assert desk.written() == []


# --- odd texts -----------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@sum",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "''+1",
    "＝1",
    "＠x",
    '=cmd|" /C calc"!A0',
]
CHANGED_BY_SPREADSHEETS = ["007", "1234567890123456", "3-4", "2026-08-01", "1e5", "'007", "1.10"]
HARMLESS = [
    "'",
    "'quoted'",
    "a=b",
    "12",
    "S-1",
    '"',
    '""',
    ",;\t|",
    "王伟",
    "line\nbreak",
    "line\r\nbreak",
    "r\rr",
    "#",
    "\\",
    "null",
]


@pytest.mark.parametrize("text", [*FORMULAS, *CHANGED_BY_SPREADSHEETS])
def test_no_cell_of_a_sheet_runs_or_is_taken_for_a_number(desk: Desk, text: str) -> None:
    columns = ("survey_id", "contact_id", "agent_id", "team_id", "review_reason")
    desk.in_release(
        f"update marts.survey_review set {', '.join(f'{c} = $1' for c in columns)} where survey_id = 'S1'",
        [text],
    )
    sheet = desk.scratch / "list.csv"
    write_sheet(desk.home, sheet)
    (line,) = [line for line in lines_of(sheet) if line["csat"] == "1"]
    assert {line[column] for column in columns} == {"'" + text}


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stand_in_the_sheet_as_they_are(desk: Desk, text: str) -> None:
    desk.in_release("update marts.survey_review set review_reason = ? where survey_id = 'S1'", [text])
    sheet = desk.scratch / "list.csv"
    write_sheet(desk.home, sheet)
    assert text in [line["review_reason"] for line in lines_of(sheet)]


def as_loading_leaves_it(text: str) -> str:
    """Without blanks around it and guards against spreadsheets, and no word for nothing; in a key, no rounded number."""
    text = text.strip(BLANKS)
    is_left = not (text.startswith('="') and text.endswith('"')) and text.lower() not in WORDS_FOR_NOTHING
    return (
        text if text and is_left and not re.fullmatch(r"[+-]?\d([.,]\d+)?[eE]\+?\d{1,3}", text) else "blank"
    )


# As loading leaves texts, and nothing that no file can hold.
texts = st.one_of(
    st.sampled_from([*FORMULAS, *CHANGED_BY_SPREADSHEETS, *HARMLESS]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8),
    st.text("'=+-@\"\t\r\n,;0e.", min_size=1, max_size=6),
).map(as_loading_leaves_it)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(reasons=st.dictionaries(texts, texts.filter(lambda text: text != "***"), min_size=1, max_size=25))
def test_odd_texts_go_out_and_come_back_and_are_delivered_as_they_were(reasons: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Home(Path(folder) / "home"), Path(folder))
        desk.publish()
        with duckdb.connect(str(desk.home.published_database)) as connection:
            connection.execute("create temp table one as from marts.survey_review where survey_id = 'S1'")
            connection.execute("delete from marts.survey_review")
            connection.executemany(
                "insert into marts.survey_review select * replace ($1 as survey_id, $1 as contact_id, "
                "$2 as review_reason, 'pending' as review, 'pending' as state) from one",
                list(reasons.items()),
            )
        sheet = desk.scratch / "list.csv"
        write_sheet(desk.home, sheet)
        lines = [{**line, "review": "upheld"} for line in lines_of(sheet)]
        with sheet.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.DictWriter(handle, lines[0].keys())
            writer.writeheader()
            writer.writerows(lines)
        assert len(take_decisions(desk.home, sheet).decisions) == len(reasons)
        delivered = desk.in_force()
        assert {i: (delivered[i][0], *delivered[i][-2:]) for i in reasons} == {
            i: (i, "upheld", reason) for i, reason in reasons.items()
        }
