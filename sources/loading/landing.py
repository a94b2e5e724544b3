"""What lies in landing: which files there are, and the fingerprint of each.

What belongs here: finding files. What does not: their bytes (`formats`), which of them to take in (`load`).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sources.formats.landed_file import LandedFile

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", "~")


@dataclass(frozen=True)
class Fingerprint:
    """A file's SHA-256 and size in bytes, as delivered."""

    sha256: str
    size: int


def scan(landing: Path) -> list[LandedFile]:
    """All delivered files, in the order of their paths; hidden and unfinished files are left for later."""
    found = []
    for path in sorted(landing.rglob("*")):
        parts = path.relative_to(landing).parts
        if any(part.startswith((".", "_")) for part in parts) or path.name.endswith(_UNFINISHED):
            continue
        if path.is_file() and len(parts) > 1:
            stat = path.stat()
            file = path.relative_to(landing).as_posix()
            found.append(LandedFile(file, path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
    return found


def fingerprint(path: Path) -> Fingerprint:
    """The SHA-256 and size of a file. Raises OSError where it can't be read."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return Fingerprint(digest.hexdigest(), stream.tell())
