"""Nothing is guessed: what can be read in two ways is read by evidence, by a key, or not at all."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.formats.code_pages import CANDIDATES, Known, UndecidedEncoding, decide
from sources.formats.options import ReaderOptions
from sources.loading.load import LoadSettings, load
from sources.loading.order import order_key
from sources.time_zones import is_time_zone
from tests.sources.delivering import ASSIGNMENTS, EMPLOYEES, QUEUES, SITES, Centre, leg, legs

BUDGET = "month;category;budgeted;spent\n2026-09-01;office;{};1\n2026-09-01;travel;{};1\n"


@pytest.fixture
def landing(tmp_path: Path) -> Centre:
    """A centre to be loaded and looked at in `raw`; nothing is built."""
    made = Centre(tmp_path, [])
    made.deliver("hr/sites/sites.csv", SITES)
    return made


def reasons(centre: Centre) -> dict[str, str]:
    """Why each file that can't be used can't."""
    rows = centre.rows(
        "select file, unreadable_reason from raw.delivery "
        "where superseded_by is null and unreadable_reason is not null"
    )
    return {str(file): str(why) for file, why in rows}


def loaded(centre: Centre, **options: object) -> None:
    """Load, every file read by the options."""
    settings = LoadSettings(defaults=ReaderOptions.model_validate(options))
    load(centre.warehouse, centre.landing, settings=settings)


# --- code pages


WORDS = {
    "gb18030": [
        "投诉",
        "咨询",
        "售后",
        "物流",
        "订单",
        "客户",
        "班组",
        "张伟",
        "王芳",
        "李娜",
        "缺货",
        "退款",
    ],
    "windows-1252": [
        "Réclamations",
        "Müller",
        "Ação",
        "Règle",
        "élève",
        "São",
        "Straße",
        "Señor",
        "Fête",
        "Noël",
        "brûlée",
        "Île",
    ],
    "windows-1250": ["Škoda", "Łódź", "Žižkov", "stížnosti", "Győr", "Dąbrowski"],
    "windows-1251": ["Привет", "Жалобы", "отдел", "ПРОДАЖИ", "Иванов"],
    "euc-kr": ["고객", "상담", "김민수", "이서연", "불만"],
    "shift_jis": ["お客様", "苦情", "田中", "ﾃｽﾄ"],
    "big5": ["客訴", "陳小明", "王大明", "退款"],
}


@given(st.data())
def test_a_code_page_is_never_taken_for_another(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(sorted(WORDS)))
    words = data.draw(st.lists(st.sampled_from(WORDS[encoding]), min_size=1, max_size=6))
    text = "\n".join(f"E{n},{word},x" for n, word in enumerate(words))
    codec = "cp932" if encoding == "shift_jis" else encoding
    content = text.encode(codec)
    try:
        decision = decide(content)
    except UndecidedEncoding:
        return
    read = content.decode("cp932" if decision.encoding == "shift_jis" else decision.encoding)
    assert read == text


def test_every_candidate_is_a_codec() -> None:
    for name in CANDIDATES:
        codecs.lookup(name)


def test_a_known_word_settles_a_code_page_and_the_country_of_a_site_where_no_word_does() -> None:
    content = "E1,Règle\n".encode("windows-1252")
    with pytest.raises(UndecidedEncoding) as undecided:
        decide(content)
    assert dict(undecided.value.readings) == {"windows-1252": "Règle", "windows-1250": "Rčgle"}
    assert decide(content, Known(words=frozenset({"Règle"}))).encoding == "windows-1252"
    assert decide(content, Known(words=frozenset({"Rčgle"}))).encoding == "windows-1250"
    assert decide(content, Known(countries=frozenset({"FR"}))).country == "FR"
    assert decide(content, Known(countries=frozenset({"CZ"}))).encoding == "windows-1250"


def test_a_file_in_doubt_says_both_readings_until_a_key_or_a_delivered_word_settles_it(
    landing: Centre,
) -> None:
    landing.deliver("hr/sites/sites.csv", SITES.splitlines()[0] + "\nSHA,Shanghai,Asia/Shanghai,CN\n")
    line = "E1,2024-01-01,SHA,T1,Équipe,Règle,agent\n"
    landing.deliver("hr/assignments/a.csv", (ASSIGNMENTS.splitlines()[0] + "\n" + line).encode("cp1252"))
    landing.load()
    (why,) = reasons(landing).values()
    assert "Règle" in why or "Équipe" in why
    assert "encoding" in why
    landing.deliver("acd/queues/q.csv", QUEUES.replace("inquiry", "Règle"))
    landing.load()
    assert reasons(landing) == {}
    assert landing.rows("select business_line from raw.hr__assignments") == [("Règle",)]
    ((notes,),) = landing.rows(
        "select notes from raw.delivery where table_name = 'hr.assignments' and superseded_by is null"
    )
    assert "encoding_by_word" in str(notes)
    (landing.landing / "acd/queues/q.csv").unlink()
    landing.load()
    assert len(reasons(landing)) == 1
    loaded(landing, encoding="windows-1252")
    assert landing.rows("select business_line from raw.hr__assignments") == [("Règle",)]


def test_a_key_for_code_pages_leaves_utf_8_as_it_is(landing: Centre) -> None:
    header = ASSIGNMENTS.splitlines()[0]
    for name, encoding in (("a.csv", "utf-8"), ("b.csv", "utf-16"), ("c.csv", "cp1252")):
        line = f"{name},2024-01-01,SHA,T1,Équipe,Règle,agent\n"
        landing.deliver(f"hr/assignments/{name}", f"{header}\n{line}".encode(encoding))
    loaded(landing, encoding="windows-1252")
    assert landing.rows("select distinct business_line, team_name from raw.hr__assignments") == [
        ("Règle", "Équipe")
    ]


# --- numbers and dates


def budget(landing: Centre, *values: str) -> list[object]:
    landing.deliver("hr/budget_lines/b.csv", BUDGET.format(*values))
    landing.load()
    return [
        row[0]
        for row in landing.rows(
            "select cast(budgeted as double) from raw.hr__budget_lines order by line_number"
        )
    ]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (("3.047,00", "3.204"), [3047, 3204]),
        (("12,5", "3.204"), [12.5, 3204]),
        (("12.5", "3.204"), [12.5, 3.204]),
        (("1,234.50", "3,204"), [1234.5, 3204]),
        (("1 234,5", "7"), [1234.5, 7]),
        (("1'234.5", "7"), [1234.5, 7]),
        (("1.234.567", "3.204"), [1234567, 3204]),
        (("950", "7"), [950, 7]),
    ],
)
def test_one_value_that_allows_no_other_sign_settles_the_file(
    landing: Centre, values: tuple[str, str], read: list[float]
) -> None:
    assert budget(landing, *values) == read


@pytest.mark.parametrize(
    "values", [("3.204", "950"), ("3,204", "950"), ("2.5", "3.047,00", "3.204")[:2][::-1]]
)
def test_numbers_that_can_be_two_refuse_the_file(landing: Centre, values: tuple[str, str]) -> None:
    if "2.5" in values:
        landing.deliver("hr/budget_lines/b.csv", BUDGET.format("2.5", "3.204") + "2026-09-01;x;3.047,00;1\n")
        landing.load()
    else:
        budget(landing, *values)
    (why,) = reasons(landing).values()
    assert "decimal" in why
    loaded(landing, decimal=",", thousands=".")
    assert reasons(landing) == {}


def test_a_point_in_a_list_parted_by_commas_is_a_decimal_sign(landing: Centre) -> None:
    landing.deliver("hr/budget_lines/b.csv", BUDGET.format("3.204", "950").replace(";", ","))
    landing.load()
    assert landing.rows("select cast(budgeted as double) from raw.hr__budget_lines order by 1") == [
        (3.204,),
        (950,),
    ]


def hired(landing: Centre, *dates: str, **options: object) -> list[str]:
    lines = [f"E{n},{date}" for n, date in enumerate(dates)]
    landing.deliver("hr/employees/e.csv", "\n".join(["employee_id,hired_on", *lines]) + "\n")
    loaded(landing, **options)
    return [
        str(row[0]) for row in landing.rows("select hired_on from raw.hr__employees order by line_number")
    ]


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (("03/08/2026", "13/08/2026"), ["2026-08-03", "2026-08-13"]),
        (("03/08/2026", "08/13/2026"), ["2026-03-08", "2026-08-13"]),
        (("3.8.2026", "31.8.2026"), ["2026-08-03", "2026-08-31"]),
        (("2026/8/3", "2026/12/1"), ["2026-08-03", "2026-12-01"]),
        (("2026-08-03", "2026-12-01"), ["2026-08-03", "2026-12-01"]),
    ],
)
def test_one_date_that_allows_no_other_order_settles_the_file(
    landing: Centre, dates: tuple[str, ...], read: list[str]
) -> None:
    assert hired(landing, *dates) == read


@pytest.mark.parametrize("dates", [("03/08/2026", "04/08/2026"), ("13/08/2026", "08/13/2026")])
def test_dates_that_can_be_two_refuse_the_file(landing: Centre, dates: tuple[str, ...]) -> None:
    hired(landing, *dates)
    (why,) = reasons(landing).values()
    assert "dmy or mdy" in why
    assert dates[0] in why


def test_keys_say_the_order_or_the_format_of_dates(landing: Centre) -> None:
    assert hired(landing, "03/08/2026", dates="dmy") == ["2026-08-03"]
    assert hired(landing, "03/08/2026", dates="mdy") == ["2026-03-08"]
    assert hired(landing, "03-Aug-26", dates="%d-%b-%y") == ["2026-08-03"]


# --- texts


@pytest.mark.parametrize("blank", ["\t", "\u00a0", "\u3000", "\u200b", "\ufeff", " \t "])
def test_blanks_of_every_kind_around_a_value_are_no_part_of_it(landing: Centre, blank: str) -> None:
    landing.deliver(
        "acd/contact_legs/a.csv",
        legs(leg(f"{blank}L1{blank}", agent_id=f"A1{blank}", outcome=f"{blank}answered")),
    )
    landing.load()
    assert landing.rows("select leg_id, agent_id, outcome, error_code from raw.acd__contact_legs") == [
        ("L1", "A1", "answered", None)
    ]


def test_a_blank_that_does_not_show_is_shown_in_the_row_as_it_came(landing: Centre) -> None:
    landing.deliver("acd/contact_legs/a.csv", legs(leg("L1", agent_id="A1\t")))
    landing.load()
    ((text,),) = landing.rows("select row_text from raw.acd__contact_legs")
    assert "A1␉" in str(text)


@pytest.mark.parametrize(
    "word", ["N/A", "na", "NULL", "None", "nil", "n.a.", "-", "--", "#N/A", "无", "空", " Null "]
)
def test_words_for_nothing_are_empty_in_every_column(landing: Centre, word: str) -> None:
    landing.deliver(
        "acd/contact_legs/a.csv", legs(leg("L1", agent_id=word, answered_at=word, talk_seconds=word))
    )
    landing.load()
    assert landing.rows(
        "select agent_id, answered_at, talk_seconds, error_code from raw.acd__contact_legs"
    ) == [(None, None, None, None)]


def test_a_key_takes_the_place_of_the_words_for_nothing(landing: Centre) -> None:
    landing.deliver("acd/contact_legs/a.csv", legs(leg("L1", agent_id="keiner", customer_id="x")))
    loaded(landing, nothing=["keiner"])
    assert landing.rows("select agent_id from raw.acd__contact_legs") == [(None,)]


@pytest.mark.parametrize("rounded", ["1.79E+15", "8.61381E+12", "1,79E+15", "1e+16"])
def test_a_rounded_id_is_refused_where_it_is_needed(landing: Centre, rounded: str) -> None:
    landing.deliver("acd/contact_legs/a.csv", legs(leg(f'"{rounded}"'), leg("L2")))
    landing.load()
    assert landing.rows(
        "select leg_id, error_column, error_code from raw.acd__contact_legs order by line_number"
    ) == [
        (None, "leg_id", "rounded_id"),
        ("L2", None, None),
    ]


def test_a_rounded_id_that_nobody_needs_is_empty_with_a_note(landing: Centre) -> None:
    landing.deliver(
        "crm/cases/a.csv",
        "case_id,contact_id,customer_id,opened_at\nK1,1.79E+15,8.6E+12,2026-08-03T01:00:00Z\n",
    )
    landing.load()
    assert landing.rows("select contact_id, error_code from raw.crm__cases") == [(None, None)]
    ((notes,),) = landing.rows("select notes from raw.delivery where table_name = 'crm.cases'")
    assert "1.79E+15" in str(notes)


# --- lines


def test_lines_of_a_csv_that_are_no_rows_leave_the_others_their_numbers(landing: Centre) -> None:
    header, first, second = legs(leg("L1"), leg("L2")).splitlines()
    text = "\n".join(["Export of August", "", header, first, ",,,,,,,,,,,,,", header, second + ",,"]) + "\n"
    landing.deliver("acd/contact_legs/a.csv", text)
    landing.load()
    assert landing.rows("select leg_id, line_number, error_code from raw.acd__contact_legs order by 2") == [
        ("L1", 4, None),
        ("L2", 7, None),
    ]


def test_objects_end_to_end_are_rows_each(landing: Centre) -> None:
    one = '{"case_id": "K%s", "opened_at": "2026-08-03T01:00:00Z"}'
    landing.deliver("crm/cases/a.json", (one % 1) + (one % 2) + "\n" + (one % 3))
    landing.load()
    assert landing.rows("select case_id from raw.crm__cases order by 1") == [("K1",), ("K2",), ("K3",)]


def test_a_key_leaves_out_totals(landing: Centre) -> None:
    landing.deliver("hr/budget_lines/b.csv", BUDGET.format("1", "2") + "Total;;3;2\n合计;;3;2\n")
    loaded(landing, skip_totals=True)
    assert landing.rows("select count(*), count(error_code) from raw.hr__budget_lines") == [(2, 0)]


# --- landing


def test_what_is_no_delivery_is_left_alone_and_what_is_misplaced_is_named(landing: Centre) -> None:
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "~$book.xlsx", "a.csv.lock", ".~lock.a.csv#"):
        landing.deliver(f"hr/employees/{name}", b"x")
    landing.deliver("hr/employes/a.csv", EMPLOYEES)
    landing.deliver("stray.csv", EMPLOYEES)
    landing.deliver("hr/employees/a.xls", b"x")
    landing.deliver("hr/employees/a.xlsm", b"x")
    landing.load()
    said = reasons(landing)
    assert sorted(said) == ["hr/employees/a.xls", "hr/employees/a.xlsm", "hr/employes/a.csv", "stray.csv"]
    assert "landing/hr/employees/" in said["hr/employes/a.csv"]
    assert ".xlsx or .csv" in said["hr/employees/a.xls"]
    assert ".xlsx or .csv" in said["hr/employees/a.xlsm"]


def test_a_link_that_leads_out_of_landing_is_not_read(landing: Centre, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.csv").write_text("root:hunter2\n")
    folder = landing.landing / "hr" / "employees"
    folder.mkdir(parents=True)
    (folder / "a.csv").symlink_to(secret / "s.csv")
    (landing.landing / "crm").symlink_to(secret)
    landing.load()
    said = reasons(landing)
    assert sorted(said) == ["crm", "hr/employees/a.csv"]
    assert all("leads out of landing" in why and "hunter2" not in why for why in said.values())


def test_an_archive_that_unpacks_past_the_limit_is_refused(landing: Centre) -> None:
    import gzip

    landing.deliver("hr/employees/a.csv.gz", gzip.compress(b"0" * 3_000_000))
    load(landing.warehouse, landing.landing, settings=LoadSettings(max_unpacked=2_000_000))
    assert "max_unpacked" in reasons(landing)["hr/employees/a.csv.gz"]


# --- order


def test_files_are_ordered_as_people_count() -> None:
    names = [
        "export.csv", "export (1).csv", "export (2).csv", "export (10).csv", "part-2.csv.gz", "part-10.csv",
        "queue_log-9", "queue_log-10",
    ]  # fmt: skip
    assert sorted(set(names), key=order_key) == names


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.text("ab -_()", max_size=4),
    st.text("ab -_()", max_size=4),
)
def test_runs_of_digits_are_ordered_by_their_value(one: int, two: int, before: str, after: str) -> None:
    names = [f"{before}{n}{after}.csv" for n in (one, two)]
    assert (order_key(names[0]) < order_key(names[1])) == (one < two)


# --- time zones


@pytest.mark.parametrize(
    "name", ["CST", "BST", "IST", "EST", "SystemV/CST6", "GMT", "Etc/GMT+8", "asia/shanghai", "", "PRC"]
)
def test_a_name_that_is_no_area_and_city_is_no_time_zone(name: str) -> None:
    assert not is_time_zone(name)


@pytest.mark.parametrize("name", ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Europe/London"])
def test_a_name_of_the_database_is_a_time_zone(name: str) -> None:
    assert is_time_zone(name)
