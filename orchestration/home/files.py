"""Files that survive a power cut: fsync, fingerprints, links switched in one step."""

import hashlib
import os
from pathlib import Path


def fsync_tree(directory: Path) -> None:
    """Make every file and directory below `directory`, itself included, durable."""
    for path in sorted(directory.rglob("*")):
        fsync(path)
    fsync(directory)


def fsync(path: Path) -> None:
    """Make one file or directory durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Fingerprint of a file, hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees either the old text or the new one, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def switch_link(link: Path, target: Path) -> None:
    """Point `link` at `target`, by a relative path, in one atomic step; a reader finds the old or the new."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent))
    temporary.replace(link)
    fsync(link.parent)
