"""Decisions about ratings: a completed sheet becomes a delivery of `crm.surveys`.

From the sheet come only the survey, the review and its reason; everything else is taken from the release, so that nobody
changes a score in passing. The delivery's name sorts after all others of the table: deliveries are taken in that order.
"""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.deliveries.landing import load_settings
from orchestration.deliveries.own_files import refuse_mapped, written_whole
from orchestration.deliveries.reviews import iso_instant, release_attached, unguarded
from orchestration.home.config import load_config
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home
from orchestration.warehouse.quarantine import JOIN_SENTENCES, write_sentences
from sources.sql import literal

TABLE = "crm.surveys"
_NEEDED = ("survey_id", "review", "review_reason")
# expectations.suites.marts.survey_review knows our files by the same pattern.
_OURS = r"reviews-\d{8}T\d{6}\.\d{6}Z\.csv$"
#: What `marts.survey_review` shows where a reason names an employee.
_HIDDEN = "***"


@dataclass(frozen=True)
class Decision:
    """One decision taken: the current decision (None: there is none) and the new one."""

    survey_id: str
    month: date
    before: str | None
    review: str
    review_reason: str | None


@dataclass(frozen=True)
class Taken:
    """What a sheet came to. `file` is the delivery written, None where nothing was to be changed; `undecided` rows
    had no review, `unchanged` ones repeat the current review."""

    file: Path | None
    decisions: tuple[Decision, ...]
    undecided: int
    unchanged: int


def is_decisions(file: str) -> bool:
    """Whether a delivery (relative to landing) holds decisions that Callboard wrote."""
    return re.search(_OURS, file) is not None


def take_decisions(home: Home, sheet: Path) -> Taken:
    """Read a filled-in list (csv, or any other format of deliveries) and write its decisions into landing.

    A decision that is current already writes nothing. Raises UsageError naming every row that cannot be taken, by its
    line; then nothing is written.
    """
    from sources.contracts.contract import load_contracts

    if not sheet.is_file():
        raise UsageError(
            f"There is no file {sheet}.", hint="Write the list with: callboard reviews --out FILE"
        )
    with (
        release_attached(home) as (connection, release_id),
        tempfile.TemporaryDirectory(prefix="callboard-") as scratch,
    ):
        _read_sheet(connection, sheet, Path(scratch))
        taken_names = _read_waiting(connection, home, Path(scratch))
        connection.execute(_SHEET_DECISIONS)
        problems = connection.execute(_PROBLEMS, {"release": release_id, "hidden": _HIDDEN}).fetchall()
        if problems:
            lines = "\n".join(f"  line {line}: {what}" for line, what in problems)
            raise UsageError(
                f"{sheet} cannot be taken, and nothing was written:\n{lines}",
                hint="Mend these and try again.",
            )
        rows = connection.execute(_CHANGES).fetchall()
        decisions = tuple(Decision(*row) for row in rows)
        counted = connection.execute(_COUNTS).fetchone() or (0, 0)
        file = None
        if decisions:
            columns = [n for n, c in load_contracts()[TABLE].columns.items() if c.pii != "direct"]
            file = _write_delivery(connection, home, columns, taken_names)
    return Taken(file, decisions, undecided=counted[0], unchanged=counted[1])


def delivery_name(taken: Sequence[str], now: datetime) -> str:
    """A file name that sorts after all of `taken`, and, but for names in the far end of Unicode, after those to come."""
    stamp = f"reviews-{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.csv"
    from sources.loading.order import order_key

    newest = max(taken, key=order_key, default="")
    # A full-width tilde comes after every Chinese name. The last of these sorts after whatever there is.
    for prefix in ("~", "～", re.sub(rf"~{_OURS}", "", newest) + "~"):
        if order_key(prefix + stamp) > order_key(newest):
            return prefix + stamp
    return f"{newest}~{stamp}"


def _read_sheet(connection: duckdb.DuckDBPyConnection, sheet: Path, scratch: Path) -> None:
    """The sheet as temporary tables `sheet_row` (typed) and `unreadable_line`."""
    from sources.contracts.contract import load_contracts
    from sources.formats.code_pages import Known
    from sources.formats.landed_file import LandedFile
    from sources.formats.reading import Limits, UnreadableFile, read
    from sources.loading.typing_sql import typed_select

    stat = sheet.stat()
    landed = LandedFile(sheet.name, sheet, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    try:
        reading = read(connection, landed, scratch, _NEEDED, limits=Limits(known=Known()), careful=True)
    except UnreadableFile as error:
        raise UsageError(f"{sheet} cannot be taken: {error}.") from None
    missing = [column for column in _NEEDED if column not in reading.columns]
    if missing:
        raise UsageError(
            f"{sheet} has no column {', '.join(missing)}; it needs at least {', '.join(_NEEDED)}.",
            hint="Write the list with: callboard reviews --out FILE, and fill in review and review_reason.",
        )
    typed = typed_select(
        load_contracts()[TABLE], reading.columns, reading.relation, line=reading.line or "null"
    )
    connection.execute(
        f"""create temp table sheet_row as
        select line_number, {unguarded("survey_id")} as survey_id, review, {unguarded("review_reason")} as review_reason
        from ({typed})"""
    )
    refused = (
        reading.refused or "(select 0 as line_number, null::varchar as code, null as params where false)"
    )
    lines = f"(select line_number, code as reason_code, null::varchar as column_name, params as reason_params from {refused})"
    write_sentences(connection, lines)
    connection.execute(
        f"create temp table unreadable_line as select line_number, reason from {lines} as refused {JOIN_SENTENCES}"
    )


def _read_waiting(connection: duckdb.DuckDBPyConnection, home: Home, scratch: Path) -> list[str]:
    """Surveys of deliveries that the release does not know, as temporary table `waiting`; names of all deliveries."""
    from sources.loading.landing import fingerprint
    from sources.loading.load import files_of, load
    from sources.mappings.mapping import MappingError

    known = set(
        connection.execute(
            "select file, sha256 from published.audit.delivery where table_name = ? and superseded_by is null",
            [TABLE],
        ).fetchall()
    )
    settings = replace(load_settings(home, load_config(home)), temporary=scratch)
    try:
        files = files_of(TABLE, home.landing, settings)
    except MappingError as error:
        raise UsageError(str(error)) from error
    landing = scratch / "landing"
    landing.mkdir()
    for landed in files:
        if (landed.file, fingerprint(landed.path).sha256) not in known:
            link = landing / landed.file
            link.parent.mkdir(parents=True, exist_ok=True)
            if landed.is_followed:
                shutil.copyfile(landed.path, link)
    load(scratch / "waiting.duckdb", landing, settings=settings)
    connection.execute(f"attach '{scratch / 'waiting.duckdb'}' as waiting_build (read_only)")
    connection.execute(_WAITING, {"ours": _OURS, "table": TABLE})
    connection.execute("detach waiting_build")
    return [landed.path.name for landed in files]


def _write_delivery(
    connection: duckdb.DuckDBPyConnection, home: Home, columns: Sequence[str], taken: Sequence[str]
) -> Path:
    """The changed surveys, whole but for what never leaves the build database, in one step."""
    file = f"crm/surveys/{delivery_name(taken, datetime.now(UTC))}"
    refuse_mapped(home, file)
    written = ", ".join(f"{iso_instant(c)} as {c}" if c == "responded_at" else c for c in columns)
    with written_whole(home, file) as temporary:
        connection.execute(
            f"copy (select {written} from changed order by survey_id) to {literal(temporary)} (format csv, header)"
        )
    return home.landing / file


_SAID = ("agent_id", "contact_id", "csat", "nps", "resolution", "attitude", "speed", "ease")

# What each waiting delivery says last of a survey, in the order in which deliveries are taken.
_WAITING = """
    create temp table waiting as
    select row.*, delivery.file, regexp_matches(delivery.file, $ours) as is_ours
    from waiting_build.raw.crm__surveys as row
    join waiting_build.raw.delivery as delivery using (delivery_id)
    where row.error_code is null and row.survey_id is not null and delivery.table_name = $table
"""

# Every decided row with its survey and the current review: the newest decision that waits in landing, else
# the published one. A spreadsheet may have broken a reason's lines elsewhere; that changes nothing.
_SHEET_DECISIONS = r"""
    create temp table sheet_decision as
    with decision as (
        select survey_id, review, review_reason from waiting where is_ours
        qualify row_number() over (partition by survey_id order by delivery_order desc, line_number desc, row_number desc) = 1
    ),
    reviewed as (
        select *, count(*) over (partition by survey_id) as months from published.marts.survey_review
        qualify row_number() over (partition by survey_id order by month desc) = 1
    )
    select
        sheet_row.line_number, sheet_row.survey_id as given_id, sheet_row.review as given_review,
        sheet_row.review_reason as given_reason, reviewed.* exclude (review, review_reason),
        if(decision.survey_id is null, reviewed.review, decision.review) as before,
        if(decision.survey_id is null, reviewed.review_reason, decision.review_reason) as before_reason,
        before is not distinct from given_review
            and regexp_replace(trim(before_reason), '\s+', ' ', 'g')
                is not distinct from regexp_replace(trim(given_reason), '\s+', ' ', 'g') as is_in_force
    from sheet_row
    left join reviewed using (survey_id)
    left join decision using (survey_id)
    where sheet_row.review is not null
"""

_PROBLEMS = f"""
    with problem as (
        select line_number, reason as what from unreadable_line
        union all
        select line_number, 'it has a review and no survey_id' from sheet_decision where given_id is null
        union all
        select line_number, 'review ' || given_review || ' is none of pending, upheld, excluded'
        from sheet_decision where given_review not in ('pending', 'upheld', 'excluded')
        union all
        select line_number, 'survey ' || given_id || ' is excluded without a reason; write it into review_reason'
        from sheet_decision where given_review = 'excluded' and given_reason is null and not is_in_force
        union all
        select line_number, 'the reason ' || $hidden || ' stands for one that names a person; write it anew'
        from sheet_decision where given_reason = $hidden and not is_in_force
        union all
        select line_number, 'survey ' || given_id || ' is not in the list of release ' || $release
            || ': it has neither a csat of 2 or less nor a review, or its month is not published'
        from sheet_decision where given_id is not null and survey_id is null
        union all
        select line_number, 'survey ' || given_id || ' is decided in line ' || earlier || ' already'
        from (select *, min(line_number) over (partition by given_id) as earlier from sheet_decision where given_id is not null)
        where line_number > earlier
        union all
        select line_number, 'survey ' || survey_id || ' stands in ' || months || ' months of the release; refresh first'
        from sheet_decision where months > 1
        union all
        select distinct sheet_decision.line_number, 'survey ' || sheet_decision.survey_id || ' is corrected by ' || waiting.file
            || ', which waits in landing; refresh first'
        from sheet_decision
        join waiting using (survey_id)
        where not waiting.is_ours and not sheet_decision.is_in_force and (
            ({", ".join(f"sheet_decision.{column}" for column in _SAID)})
                is distinct from ({", ".join(f"waiting.{column}" for column in _SAID)})
            or (waiting.local_columns is null and sheet_decision.responded_at is distinct from waiting.responded_at))
    )
    select line_number, what from problem order by all
"""

_CHANGES = """
    create temp table changed as
    select *, given_review as review, given_reason as review_reason from sheet_decision where not is_in_force;
    select survey_id, month, before, review, review_reason from changed order by month, survey_id
"""

_COUNTS = """
    select (select count(*) from sheet_row where review is null), (select count(*) from sheet_decision where is_in_force)
"""
