"""`callboard.toml`: every key people may set, its default, and what is wrong with it in words.

Secrets never stand in the file: a key that needs one names an environment variable as `${NAME}`, which is read
when it is used (`resolve_secret`) and written nowhere.
"""

import hashlib
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from expectations.settings import GateSettings
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home
from sources.formats.options import AS_FOUND, ReaderOptions
from sources.time_zones import checked_zone

#: Former names of keys in `[gate]`, which are still read, and their names now.
_RENAMED_GATE_KEYS = {
    "fewest_agents_of_a_hole": "min_scheduled_agents_for_gap",
    "fewest_rows_of_a_hole": "min_expected_rows_for_gap",
}
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AsOfConfig(_Section):
    """The instant a refresh looks from where the command names none: now, or the last UTC midnight."""

    policy: Literal["now", "midnight"] = "now"


class ReleasesConfig(_Section):
    """How many releases are kept. The one people read is kept whatever this says."""

    keep: int = Field(default=24, ge=1)


class DriversConfig(_Section):
    """When `kpi_driver_monthly` says anything: survey answers that make an agent count, agents that make a claim."""

    min_surveys: int = Field(default=10, ge=1)
    min_agents: int = Field(default=30, ge=30)


class NoticesConfig(_Section):
    """Where notices go: apprise addresses, each as `${ENV_VAR}`; in which language, and what they link to."""

    urls: tuple[str, ...] = ()
    lang: Literal["en", "zh"] = "en"
    link: str = ""

    @field_validator("urls")
    @classmethod
    def _only_references(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not _REFERENCE.fullmatch(url):
                raise ValueError("holds secrets, so each address is given as ${ENV_VAR}")
        return urls


class ArrivalConfig(_Section):
    """A source that is expected by an hour of the default site's clock: daily, on working days, or on the month's N-th."""

    table: str
    by: str
    working_days: bool = False
    working_day: int | None = Field(default=None, ge=1, le=15)

    @field_validator("table")
    @classmethod
    def _has_a_contract(cls, table: str) -> str:
        from sources.contracts.contract import load_contracts

        if table not in load_contracts():
            raise ValueError(f"{table!r} is no source table; there are {', '.join(load_contracts())}")
        return table

    @field_validator("by")
    @classmethod
    def _an_hour(cls, by: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", by):
            raise ValueError(f"{by!r} is no hour as HH:MM, such as 08:30")
        return by

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.working_days and self.working_day is not None:
            raise ValueError("working_days and working_day exclude each other")
        return self

    @property
    def rule(self) -> str:
        """What is expected, in words: `every working day by 08:30`."""
        if self.working_day is not None:
            return f"working day {self.working_day} of the month by {self.by}"
        return f"every {'working ' if self.working_days else ''}day by {self.by}"


class ReportConfig(_Section):
    """The report pack: its language, whether a release has it as a PDF too where the machine has a browser, and whether
    `callboard report` may write people's names beside their ids."""

    lang: Literal["en", "zh"] = "en"
    pdf: bool = True
    names: bool = False


class OwnReport(_Section):
    """A report of ours that is due each month: on which working day of the month after, at which hour at the default
    site, and by whom; months before `since` are not counted."""

    report_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    name: str = Field(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")
    owner: str = Field(min_length=1)
    due_working_day: int = Field(ge=1, le=15)
    due_time: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    # Only years that a calendar has, with room for the month after.
    since: str = Field(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")


class ServeConfig(_Section):
    """The token that `callboard serve` asks of others than this machine, as `${ENV_VAR}`."""

    token: str = ""

    @field_validator("token")
    @classmethod
    def _only_a_reference(cls, token: str) -> str:
        if token and not _REFERENCE.fullmatch(token):
            raise ValueError("is a secret, so it is given as ${ENV_VAR}")
        return token


class DagsterConfig(_Section):
    """Where Dagster keeps runs and events: SQLite under the home, or PostgreSQL by `${ENV_VAR}`."""

    storage: str = "sqlite"

    @field_validator("storage")
    @classmethod
    def _sqlite_or_reference(cls, storage: str) -> str:
        if storage != "sqlite" and not _REFERENCE.fullmatch(storage):
            raise ValueError('is "sqlite" or the address of a PostgreSQL as ${ENV_VAR}')
        return storage


class RefreshConfig(_Section):
    """What a refresh may use of the machine; 0 threads is all cores, no memory limit is DuckDB's own."""

    threads: int = Field(default=0, ge=0, le=1024)
    memory_limit: str | None = Field(default=None, pattern=r"^\d+(\.\d+)?\s*(MB|GB|TB|MiB|GiB|TiB)$")


class ReadingConfig(_Section):
    """How files are read that no mapping takes: all (`encoding`, `dates` …), or those of a table; see docs/contracts.md."""

    max_unpacked: str = Field(default="4GB", pattern=r"^\d+\s*(MB|GB|TB)$")
    defaults: ReaderOptions = AS_FOUND
    tables: dict[str, ReaderOptions] = Field(default_factory=dict[str, ReaderOptions])

    @field_validator("tables")
    @classmethod
    def _have_contracts(cls, tables: dict[str, ReaderOptions]) -> dict[str, ReaderOptions]:
        from sources.contracts.contract import load_contracts

        if unknown := [name for name in tables if name not in load_contracts()]:
            raise ValueError(
                f"{', '.join(unknown)} is no source table; there are {', '.join(load_contracts())}"
            )
        return tables

    @property
    def unpacked_bytes(self) -> int:
        """How many bytes an archive may unpack to."""
        number, unit = re.findall(r"\d+|[A-Z]+", self.max_unpacked)
        return int(number) * {"MB": 10**6, "GB": 10**9, "TB": 10**12}[unit]


class _Shares(_Section):
    """Two parts of one score, which add up to 1."""

    @model_validator(mode="after")
    def _add_up_to_one(self) -> Self:
        shares = {name: value for name, value in self if name.endswith("_share")}
        if abs(sum(shares.values()) - 1) > 1e-9:
            raise ValueError(f"{' and '.join(shares)} add up to {sum(shares.values()):g}, not to 1")
        return self


class AppraisalConfig(_Shares):
    """How much of an appraisal is the employee's own score, and how much the manager's."""

    self_share: float = Field(default=0.3, ge=0, le=1)
    manager_share: float = Field(default=0.7, ge=0, le=1)


class ScorecardConfig(_Shares):
    """What a score is made of, and who is ranked by it; `docs/scorecards.md` explains each."""

    own_share: float = Field(default=0.8, ge=0, le=1)
    team_share: float = Field(default=0.2, ge=0, le=1)
    ratio_cap: float = Field(default=1.2, ge=1, le=100)
    min_people: int = Field(default=5, ge=1)
    min_days_present: int = Field(default=5, ge=0, le=31)


class Config(_Section):
    """The whole configuration of a home; an absent file is all defaults."""

    default_site: str = Field(default="SHA", min_length=1)
    default_time_zone: str | None = None
    as_of: AsOfConfig = AsOfConfig()
    gate: GateSettings = GateSettings()
    drivers: DriversConfig = DriversConfig()
    releases: ReleasesConfig = ReleasesConfig()
    notices: NoticesConfig = NoticesConfig()
    arrivals: tuple[ArrivalConfig, ...] = ()
    report: ReportConfig = ReportConfig()
    own_reports: tuple[OwnReport, ...] = ()
    dagster: DagsterConfig = DagsterConfig()
    refresh: RefreshConfig = RefreshConfig()
    reading: ReadingConfig = ReadingConfig()
    serve: ServeConfig = ServeConfig()
    appraisal: AppraisalConfig = AppraisalConfig()
    scorecard: ScorecardConfig = ScorecardConfig()
    _notes: tuple[str, ...] = PrivateAttr(default=())

    @classmethod
    def parse(cls, raw: dict[str, Any], notes: tuple[str, ...]) -> Self:
        """The configuration in `raw`, with `notes` on how it is written. Raises pydantic's ValidationError."""
        config = cls.model_validate(raw)
        config._notes = notes
        return config

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each former key name that the file still uses."""
        return self._notes

    @field_validator("default_time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        return checked_zone(name)

    @field_validator("arrivals")
    @classmethod
    def _each_table_once(cls, arrivals: tuple[ArrivalConfig, ...]) -> tuple[ArrivalConfig, ...]:
        tables = [arrival.table for arrival in arrivals]
        if twice := sorted({table for table in tables if tables.count(table) > 1}):
            raise ValueError(f"{', '.join(twice)} more than once")
        return arrivals

    @field_validator("own_reports")
    @classmethod
    def _each_once(cls, reports: tuple[OwnReport, ...]) -> tuple[OwnReport, ...]:
        ids = [report.report_id for report in reports]
        if twice := {report_id for report_id in ids if ids.count(report_id) > 1}:
            raise ValueError(f"each report_id stands once; {', '.join(sorted(twice))} stands more often")
        return reports

    def sha256(self) -> str:
        """Fingerprint of what the configuration says, defaults filled in, secrets as their names."""
        # By alias: a renamed key keeps the name that it has in the fingerprints of earlier releases.
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def load_config(home: Home) -> Config:
    """Read the home's configuration. Raises UsageError naming each key that is unknown or wrong."""
    path = home.config_file
    if not path.is_file():
        return Config()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no valid TOML: {error}") from None
    notes = _rename_former_keys(path, raw)
    try:
        return Config.parse(raw, notes)
    except ValidationError as error:
        found = "; ".join(_in_words(e["loc"], e["type"], e["msg"]) for e in error.errors())
        raise UsageError(
            f"{path}: {found}.", hint="The keys there are stand in docs/configuration.md."
        ) from None


def resolve_secret(value: str) -> str:
    """`${NAME}` → that environment variable; anything else as it is. Raises UsageError where it is not set."""
    match = _REFERENCE.fullmatch(value)
    if match is None:
        return value
    secret = os.environ.get(match[1])
    if not secret:
        raise UsageError(f"The environment variable {match[1]} is meant to hold this secret, and is not set.")
    return secret


def _rename_former_keys(path: Path, raw: dict[str, Any]) -> tuple[str, ...]:
    """Give former keys in `raw` their names of now, and say so; UsageError where both names are given."""
    gate = raw.get("gate")
    if not isinstance(gate, dict):
        return ()
    notes: list[str] = []
    for former, now in _RENAMED_GATE_KEYS.items():
        if former not in gate:
            continue
        if now in gate:
            raise UsageError(
                f"{path}: gate.{former} and gate.{now} are the former and the present name of one key.",
                hint=f"Keep gate.{now} and delete gate.{former}.",
            )
        gate[now] = gate.pop(former)
        notes.append(f"{path}: gate.{former} is now called gate.{now}; the former name is still read.")
    return tuple(notes)


def _in_words(location: tuple[int | str, ...], kind: str, message: str) -> str:
    key = ".".join(str(part) for part in location)
    if kind == "extra_forbidden":
        return f"unknown key {key!r}"
    return f"{key}: {message.removeprefix('Value error, ')}"
