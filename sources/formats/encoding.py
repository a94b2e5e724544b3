"""Compression and encodings: a delivered file as bytes that the engine can read, or as plain UTF-8 text.

Landing is never changed; whatever has to be unpacked or transcoded goes into a temporary folder.
"""

import codecs
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sources.formats.landed_file import LandedFile

CHUNK = 1 << 22


@dataclass(frozen=True)
class TextFile:
    """A delivery as UTF-8 text. `is_damaged`: some bytes were no text and now read U+FFFD."""

    path: Path
    lines: int
    is_damaged: bool


def unpacked(landed: LandedFile, temporary: Path) -> Path:
    """The file itself, or its content in `temporary` where it is gzipped. Raises OSError or EOFError if it is broken."""
    if not landed.path.name.lower().endswith(".gz"):
        return landed.path
    target = temporary / "unpacked"
    with gzip.open(landed.path, "rb") as packed, target.open("wb") as plain:
        for chunk in _chunks(cast(BinaryIO, packed)):
            plain.write(chunk)
    return target


def as_utf8(path: Path, temporary: Path) -> TextFile:
    """The file as UTF-8 without byte-order mark, transcoded into `temporary` where it is not that already.

    UTF-8, UTF-16, UTF-32 by their marks, UTF-16 also without one, and GB18030 are detected. What is
    none of them is read as UTF-8 with U+FFFD for each broken byte, and marked as damaged.
    """
    encoding = _encoding(path)
    if encoding == "utf-8":
        newlines, ends_open, has_carriage_only = _line_count(path)
        if not has_carriage_only:
            return TextFile(path, newlines + ends_open, is_damaged=False)
    target = temporary / "transcoded"
    damaged = encoding == "damaged"
    decoder = codecs.getincrementaldecoder("utf-8" if damaged else encoding)(errors="replace")
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as text:
        for chunk in _chunks(source):
            text.write(decoder.decode(chunk).replace("\0", "�"))
        text.write(decoder.decode(b"", final=True))
    newlines, ends_open, has_carriage_only = _line_count(target)
    if has_carriage_only:
        content = target.read_text(encoding="utf-8").replace("\r", "\n")
        target.write_text(content, encoding="utf-8", newline="")
        newlines, ends_open, _ = _line_count(target)
    return TextFile(target, newlines + ends_open, is_damaged=damaged)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _line_count(path: Path) -> tuple[int, int, bool]:
    """Line ends, whether a last line lacks one, and whether lines end in a lone carriage return."""
    newlines, last, returns = 0, b"\n", False
    with path.open("rb") as stream:
        for chunk in _chunks(stream):
            newlines += chunk.count(b"\n")
            returns = returns or b"\r" in chunk
            last = chunk[-1:]
    return newlines, int(last != b"\n"), returns and newlines == 0


def _encoding(path: Path) -> str:
    """utf-8, another encoding's name, or 'damaged' for UTF-8 with broken bytes in it."""
    with path.open("rb") as stream:
        head = stream.read(CHUNK)
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (codecs.BOM_UTF8, "utf-8-sig"),
    ):
        if head.startswith(mark):
            return name if name != "utf-8-sig" or _decodes(path, "utf-8") else "damaged"
    nulls = head[0::2].count(0), head[1::2].count(0)
    if max(nulls) * 5 > len(head):
        return "utf-16-be" if nulls[0] > nulls[1] else "utf-16-le"
    if _decodes(path, "utf-8"):
        return "utf-8"
    return "gb18030" if _is_mostly_foreign(path) and _decodes(path, "gb18030") else "damaged"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            for chunk in _chunks(stream):
                if b"\0" in chunk:
                    return False
                if not (chunk.isascii() and decoder.getstate()[0] == b""):
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_foreign(path: Path) -> bool:
    """Whether most lines with more than ASCII are no UTF-8: a few broken bytes do not make a file GB18030.

    Judged on the first chunk that is not plain ASCII.
    """
    with path.open("rb") as stream:
        sample = next((chunk for chunk in _chunks(stream) if not chunk.isascii()), b"")
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    broken = sum("�" in line.decode("utf-8", errors="replace") for line in lines)
    return broken * 2 > len(lines)
