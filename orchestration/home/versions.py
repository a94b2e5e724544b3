"""Which code made a number: the version people know and a fingerprint of the files that decide it."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_ROOMS = ("sources", "expectations", "orchestration", "dbt_project")
_KINDS = {".py", ".sql", ".yml", ".yaml", ".csv"}
#: What dbt leaves behind in its project is made from the code, not code.
NOT_CODE = {"target", "logs", "dbt_packages", "__pycache__"}
_LIBRARIES = (
    "duckdb",
    "dbt-core",
    "dbt-duckdb",
    "dagster",
    "dagster-dbt",
    "great-expectations",
    "pandas",
    "pyarrow",
)


@cache
def code_version() -> str:
    """`0.3.0+3f2a…`: the package's version and the first 16 hex digits of a SHA-256 over all code and SQL."""
    digest = hashlib.sha256()
    files = sorted(
        path
        for room in _ROOMS
        for path in (PROJECT_ROOT / room).rglob("*")
        if path.suffix in _KINDS and not NOT_CODE.intersection(path.parts)
    )
    for path in files:
        digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return f"{_installed('callboard') or '0'}+{digest.hexdigest()[:16]}"


def library_versions() -> dict[str, str]:
    """The versions of the libraries that compute, check and write."""
    return {name: found for name in _LIBRARIES if (found := _installed(name))}


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
