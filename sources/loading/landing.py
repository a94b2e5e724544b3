"""What lies in landing: which files there are, and the fingerprint of each.

What belongs here: finding files. What does not: their bytes (`formats`), which of them to take in (`load`).
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sources.formats.landed_file import LandedFile

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".download", ".opdownload", "~")
#: What operating systems and programs leave beside files, in small letters: no deliveries.
_NO_DELIVERIES = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "$recycle.bin", "system volume information"}
)
_LOCKS = (".lock", ".lck", ".ldb", ".laccdb")


@dataclass(frozen=True)
class Fingerprint:
    """A file's SHA-256 and size in bytes, as delivered."""

    sha256: str
    size: int


def scan(landing: Path) -> list[LandedFile]:
    """All delivered files, in the order of their paths; hidden, unfinished and the machine's own files are none.

    A link that leads out of landing, and one to a folder, is among them and says so.
    """
    root = landing.resolve()
    return sorted(_found(landing, landing, root), key=lambda landed: landed.file)


def _found(landing: Path, folder: Path, root: Path) -> Iterator[LandedFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _is_delivery(entry.name):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from _found(landing, path, root)
                continue
            leads_out = entry.is_symlink() and not path.resolve().is_relative_to(root)
            is_folder = entry.is_symlink() and not leads_out and path.is_dir()
            if leads_out or is_folder or entry.is_file():
                stat = entry.stat(follow_symlinks=not leads_out)
                file = path.relative_to(landing).as_posix()
                yield LandedFile(
                    file, path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, leads_out, is_folder
                )


def _is_delivery(name: str) -> bool:
    if name.startswith((".", "_", "~$")) or name.endswith(_UNFINISHED):
        return False
    return name.lower() not in _NO_DELIVERIES and not name.lower().endswith(_LOCKS)


def fingerprint(path: Path) -> Fingerprint:
    """The SHA-256 and size of a file. Raises OSError where it can't be read."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return Fingerprint(digest.hexdigest(), stream.tell())
