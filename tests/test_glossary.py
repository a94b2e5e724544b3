"""The glossary holds every published table and every command, and nothing that does not exist."""

import re
from pathlib import Path

import yaml

from orchestration.cli import app
from orchestration.releases.audit_schema import AUDIT_TABLES

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_the_glossary_names_exactly_the_published_tables() -> None:
    marts = {
        model["name"]
        for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.yml")
        for model in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models", [])
    }
    published = {f"marts.{name}" for name in marts} | {f"audit.{name}" for name in AUDIT_TABLES}
    assert set(re.findall(r"^\| `((?:marts|audit)\.\w+)` \|", GLOSSARY, flags=re.M)) == published


def test_the_glossary_names_exactly_the_commands() -> None:
    commands = {command.name for command in app.registered_commands} | {g.name for g in app.registered_groups}
    assert set(re.findall(r"^\| `callboard ([\w-]+)` \|", GLOSSARY, flags=re.M)) == commands


def test_every_word_of_the_glossary_stands_there_once_and_has_a_chinese_one() -> None:
    rows = [line.strip("| ").split(" | ") for line in GLOSSARY.splitlines() if line.startswith("| ")]
    words = [row[0] for row in rows if row[0] not in {"word", "table", "command"}]
    assert len(words) > 80
    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert [row[0] for row in rows if len(row) != 3 or not row[1].strip()] == []
