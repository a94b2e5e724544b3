"""callboard.toml: what it may say, and what is said of what it may not."""

import pytest

from orchestration.home.config import Config, load_config, resolve_secret
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home


def test_a_home_without_a_configuration_runs_on_defaults(home: Home) -> None:
    config = load_config(home)
    assert config.default_site == "SHA"
    assert config.gate.max_quarantined_share == 0.02


def test_what_the_file_says_counts(home: Home) -> None:
    home.config_file.write_text(
        'default_site = "TLV"\ndefault_time_zone = "Asia/Jerusalem"\n[releases]\nkeep = 3\n'
    )
    config = load_config(home)
    assert (config.default_site, config.default_time_zone, config.releases.keep) == (
        "TLV",
        "Asia/Jerusalem",
        3,
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("defualt_site = 'SHA'", "unknown key 'defualt_site'"),
        ("[gate]\nmax_share = 1", "unknown key 'gate.max_share'"),
        ("[gate]\nmax_quarantined_share = 2", "gate.max_quarantined_share"),
        (
            "[gate]\nfewest_rows_of_a_hole = 5\nmin_expected_rows_for_gap = 5",
            "gate.fewest_rows_of_a_hole and gate.min_expected_rows_for_gap are the former and the present name",
        ),
        ("[gate]\nfewest_rows_of_a_hole = 0", "gate.min_expected_rows_for_gap"),
        ("gate = 3", "gate"),
        ("[scorecard]\nown_share = 0.9", "own_share and team_share add up to 1.1, not to 1"),
        ("[appraisal]\nmanager_share = 0.6", "self_share and manager_share add up to 0.9, not to 1"),
        ("default_time_zone = 'Shanghai'", "no IANA time zone"),
        ("[notices]\nurls = ['mailto://u:p@example.org']", "${ENV_VAR}"),
        ("[dagster]\nstorage = 'postgresql://u:p@db/x'", "${ENV_VAR}"),
        ("[drivers]\nmin_agents = 29", "drivers.min_agents"),
        ("[refresh]\nmemory_limit = 'much'", "refresh.memory_limit"),
        ("[[arrivals]]\ntable = 'acd.legs'\nby = '08:00'", "arrivals.0.table: 'acd.legs' is no source table"),
        ("[[arrivals]]\ntable = 'acd.contact_legs'\nby = '8am'", "arrivals.0.by: '8am' is no hour as HH:MM"),
        ("[[arrivals]]\ntable = 'acd.contact_legs'\nby = '24:00'", "arrivals.0.by: '24:00' is no hour"),
        ("[[arrivals]]\ntable = 'acd.contact_legs'", "arrivals.0.by"),
        (
            "[[arrivals]]\ntable = 'hr.budget_lines'\nby = '08:00'\nworking_days = true\nworking_day = 3",
            "arrivals.0: working_days and working_day exclude each other",
        ),
        (
            "[[arrivals]]\ntable = 'hr.sites'\nby = '08:00'\n[[arrivals]]\ntable = 'hr.sites'\nby = '09:00'",
            "arrivals: hr.sites more than once",
        ),
        ("default_site = ", "no valid TOML"),
    ],
)
def test_a_wrong_key_is_named_with_its_file_and_is_wrong_usage(home: Home, text: str, named: str) -> None:
    home.config_file.write_text(text)
    with pytest.raises(UsageError) as raised:
        load_config(home)
    assert named in raised.value.message
    assert str(home.config_file) in raised.value.message
    assert raised.value.exit_code == 2
    assert "u:p@" not in raised.value.message


def test_the_fingerprint_is_of_what_the_file_says_and_not_of_how_it_is_written(home: Home) -> None:
    home.config_file.write_text("# the default, written out\ndefault_site='SHA'\n[gate]\ntrailing_months=3\n")
    assert load_config(home).sha256() == Config().sha256()
    home.config_file.write_text("default_site = 'HAM'\n")
    assert load_config(home).sha256() != Config().sha256()


def test_a_former_key_is_read_named_once_and_no_change_of_the_configuration(home: Home) -> None:
    home.config_file.write_text("[gate]\nfewest_agents_of_a_hole = 7\n")
    former = load_config(home)
    assert former.gate.min_scheduled_agents_for_gap == 7
    [note] = former.notes
    assert "gate.fewest_agents_of_a_hole is now called gate.min_scheduled_agents_for_gap" in note
    home.config_file.write_text("[gate]\nmin_scheduled_agents_for_gap = 7\n")
    present = load_config(home)
    assert present.notes == ()
    assert present.sha256() == former.sha256() != Config().sha256()


def test_the_fingerprint_keeps_the_names_that_published_releases_were_made_with() -> None:
    said = Config().model_dump(mode="json", by_alias=True)["gate"]
    assert {"fewest_agents_of_a_hole", "fewest_rows_of_a_hole"} <= set(said)
    assert not any("_for_gap" in key for key in said)


def test_a_secret_comes_from_the_environment_and_from_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTICE_URL", "json://localhost")
    assert resolve_secret("${NOTICE_URL}") == "json://localhost"
    assert resolve_secret("sqlite") == "sqlite"
    monkeypatch.delenv("NOTICE_URL")
    with pytest.raises(UsageError, match="NOTICE_URL"):
        resolve_secret("${NOTICE_URL}")
