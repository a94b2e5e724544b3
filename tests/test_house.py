"""The house itself: what is tracked, how it is laid out, and that docs, lock and generated models keep step."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from orchestration.home.versions import code_version

ROOT = Path(__file__).resolve().parent.parent
OURS = ("orchestration", "sources", "expectations")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: what is tracked cannot be known")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _tracked_texts() -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in _tracked():
        try:
            texts[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, or a delivery in another encoding
    return texts


def _found(pattern: str, texts: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]


def _markdown() -> dict[str, str]:
    return {name: text for name, text in _tracked_texts().items() if name.endswith(".md")}


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    places = "|".join(["work", "root", "Users", "farm"])
    assert _found(rf"(^|[^A-Za-z0-9_.])/({places})/", _tracked_texts()) == []


def test_no_tracked_file_names_the_host_of_a_package_registry() -> None:
    hosts = "|".join(
        [r"pypi\.o" + "rg", r"pythonhosted\.o" + "rg", r"registry\.npm" + "js", "index-" + r"url[ =]+\S*//"]
    )
    assert _found(hosts, _tracked_texts()) == []


def test_no_tracked_file_is_over_a_megabyte() -> None:
    assert [str(path.relative_to(ROOT)) for path in _tracked() if path.stat().st_size > 1_000_000] == []


def test_the_top_level_holds_the_rooms_that_the_readme_promises() -> None:
    rooms = ["orchestration", "dbt_project", "sources", "expectations", "tests", "docs", "benchmarks"]
    papers = [
        "pyproject.toml",
        "workspace.yaml",
        "README.md",
        "Makefile",
        "requirements.lock",
        "CHANGELOG.md",
    ]
    assert [room for room in rooms if not (ROOT / room).is_dir()] == []
    assert [
        paper
        for paper in [*papers, "LICENSE", "docs/decisions.md", ".ci/run"]
        if not (ROOT / paper).is_file()
    ] == []


def test_every_locked_package_is_pinned_and_hashed() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in lock.splitlines() if line.strip()]
    assert len(entries) > 50
    assert [
        entry[:60]
        for entry in entries
        if not re.match(r"[\w.\-\[\],]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)
    ] == []


@pytest.mark.parametrize("generator", [["-m", "sources.contracts.generate"], ["docs/kpi_page.py"]])
def test_what_is_generated_is_in_step_with_what_it_is_made_from(generator: list[str]) -> None:
    checked = subprocess.run(
        [sys.executable, *generator, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_sources_and_expectations_import_neither_orchestration_nor_each_other() -> None:
    linted = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_package_says_what_belongs_in_it_and_does_nothing_when_it_is_imported() -> None:
    inits = [
        path for path in _tracked() if path.name == "__init__.py" and path.relative_to(ROOT).parts[0] in OURS
    ]
    assert inits
    wrong: list[str] = []
    for path in inits:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = " ".join((ast.get_docstring(tree) or "").split())
        if len(tree.body) != 1 or "elongs here:" not in said or "oes not:" not in said:
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_files_and_functions_of_ours_stay_short_enough_to_read() -> None:
    long: list[str] = []
    for name, text in _tracked_texts().items():
        if name.startswith("tests/") or not name.endswith((".py", ".sql")):
            continue
        if text.count("\n") > 400:
            long.append(f"{name}: {text.count(chr(10))} lines")
        if name.endswith(".py"):
            long += [
                f"{name}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.end_lineno is not None
                and node.end_lineno - node.lineno > 50
            ]
    assert not long, "\n".join(long)


def test_every_relative_link_in_the_docs_leads_somewhere() -> None:
    dead = [
        f"{name}: {target}"
        for name, text in _markdown().items()
        for target in re.findall(r"\]\(([^)#\s]+)", text)
        if "://" not in target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert dead == []


def test_every_make_target_that_the_docs_name_exists() -> None:
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    named = {
        target
        for text in _markdown().values()
        for target in re.findall(r"\bmake ([a-z]+)(?=`|\s|$)", _code(text))
    }
    assert named - targets == set()


def test_every_callboard_command_and_option_that_the_docs_show_exists() -> None:
    import typer.main

    from orchestration.cli import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    unknown: list[str] = []
    for name, text in _markdown().items():
        for command, rest in re.findall(r"\bcallboard ([a-z]+(?:-[a-z]+)*)((?: [^\n`#|]*)?)", _code(text)):
            if command not in commands:
                unknown.append(f"{name}: callboard {command}")
                continue
            options = {option for parameter in commands[command].params for option in parameter.opts}
            unknown += [
                f"{name}: callboard {command} {o}" for o in re.findall(r"--[a-z-]+", rest) if o not in options
            ]
    assert unknown == []


_PACKAGES = "orchestration|sources|expectations|dbt_project|tests|benchmarks|docs"


def test_every_path_of_the_repository_that_the_docs_name_exists() -> None:
    missing = [
        f"{name}: {path}"
        for name, text in _markdown().items()
        for path in re.findall(rf"(?<![\w/.<-])(?:{_PACKAGES})/[\w./-]*\w/?", _code(text))
        if not (ROOT / path).exists()
    ]
    assert missing == []


def test_every_module_that_the_docs_name_exists_and_has_what_they_name_in_it() -> None:
    unknown = [
        f"{name}: {dotted}"
        for name, text in _markdown().items()
        for dotted in re.findall(
            r"(?<![\w/.])(?:orchestration|sources|expectations|tests)(?:\.[a-z_]\w*)+", _code(text)
        )
        if not _is_ours(dotted)
    ]
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    seams = re.findall(r"^([a-z_]+(?:\.[a-z_]+)+(?:\.[A-Z]\w+)?)\(", architecture, flags=re.MULTILINE)
    assert len(seams) > 10
    assert unknown + [seam for seam in seams if not _is_ours(f"orchestration.{seam}")] == []


def _is_ours(dotted: str) -> bool:
    """Whether it is a module or package of ours, or a name that stands in one."""
    path = ROOT.joinpath(*dotted.split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    module = path.parent.with_suffix(".py")
    return module.is_file() and re.search(rf"\b{path.name}\b", module.read_text(encoding="utf-8")) is not None


def _code(markdown: str) -> str:
    """Only what stands in code spans and fenced blocks, one piece a line."""
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", markdown, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*fenced, *spans])


def test_the_configuration_page_lists_exactly_the_keys_that_there_are() -> None:
    from pydantic import BaseModel

    from orchestration.home.config import Config

    def keys(model: type[BaseModel], prefix: str = "") -> set[str]:
        found: set[str] = set()
        for name, field in model.model_fields.items():
            section = field.annotation
            nested = isinstance(section, type) and issubclass(section, BaseModel)
            found |= keys(section, f"{prefix}{name}.") if nested else {prefix + name}
        return found

    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z_.]+)` \|", page, flags=re.MULTILINE)) == keys(Config)


def test_the_gate_page_lists_exactly_the_expectations_that_there_are() -> None:
    from expectations.gate import expectation_names

    page = (ROOT / "docs/gate.md").read_text(encoding="utf-8")
    names = {name for listed in expectation_names().values() for name in listed}
    assert set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)) == names


def test_the_changelog_names_every_published_table() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    published = {path.stem for path in (ROOT / "dbt_project/models/marts").glob("**/*.sql")}
    assert published
    assert {table for table in published if f"`{table}`" not in changelog} == set()


def test_releases_are_made_by_the_version_that_the_changelog_describes() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert newest is not None
    assert code_version().startswith(f"{newest[1]}+")
    assert project["version"] == newest[1]
