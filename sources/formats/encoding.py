"""Compression and encodings: a delivered file as bytes that the engine can read, or as plain UTF-8 text.

Landing is never changed; whatever has to be unpacked or transcoded goes into a temporary folder.
"""

import codecs
import gzip
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from sources.formats.code_pages import Decision, Known, decide
from sources.formats.landed_file import LandedFile

CHUNK = 1 << 22
#: How much of a text's lines that are more than ASCII is looked at to find the code page.
_SAMPLE = 2 << 20
#: From here on an archive that grows so many times is no export, whatever the limit.
_SUSPICIOUS_SIZE, _SUSPICIOUS_GROWTH = 1 << 30, 250

#: UTF-8 of what makes a value another than it seems: no-break, full-width and zero-width blanks, marks of order.
_ODD_BLANKS = (
    b"\xc2\xa0",
    b"\xe3\x80\x80",
    b"\xe2\x80",
    b"\xe2\x81\x9f",
    b"\xe2\x81\xa0",
    b"\xef\xbb\xbf",
    b"\xc2\x85",
)
#: Tabs and the like, numbers as 1.79E+15, guards such as ="00123".
_ODD_ASCII = (b"\t", b"\v", b"\f", b"E+", b"e+", b'="')


class TooLarge(Exception):
    """An archive that unpacks past the limit; the message says how large the limit is."""


@dataclass(frozen=True)
class TextFile:
    """A delivery as UTF-8 text. `is_damaged`: some bytes were no text and now read U+FFFD.

    `is_odd`: some value may hold blanks that do not show, a number in scientific notation, or a guard against
    spreadsheets. `decision` is how its code page was found. `header_repeats`: how often the first line stands again.
    """

    path: Path
    lines: int
    is_damaged: bool
    is_odd: bool = True
    decision: Decision | None = None
    header_repeats: int = 0


def unpacked(landed: LandedFile, temporary: Path, limit: int) -> Path:
    """The file itself, or its content in `temporary` where it is gzipped.

    Raises OSError or EOFError if it is broken, TooLarge where it unpacks past `limit` bytes.
    """
    if landed.path.suffix.lower() == ".xlsx" and zipfile.is_zipfile(landed.path):
        with zipfile.ZipFile(landed.path) as book:
            _hold_to(limit, sum(part.file_size for part in book.infolist()), landed.size)
    if not landed.path.name.lower().endswith(".gz"):
        return landed.path
    target, size = temporary / "unpacked", 0
    with gzip.open(landed.path, "rb") as packed, target.open("wb") as plain:
        for chunk in _chunks(cast(BinaryIO, packed)):
            size += len(chunk)
            _hold_to(limit, size, landed.size)
            plain.write(chunk)
    return target


def _hold_to(limit: int, size: int, packed: int) -> None:
    if size > limit or (size > _SUSPICIOUS_SIZE and size > _SUSPICIOUS_GROWTH * packed):
        raise TooLarge(f"{limit:,}")


def as_utf8(path: Path, temporary: Path, encoding: str | None = None, known: Known | None = None) -> TextFile:
    """The file as UTF-8 without byte-order mark, transcoded into `temporary` where it is not that already.

    UTF-8, UTF-16 and UTF-32 are found without being told; a code page where one reading alone makes sense, or where a
    known word is found in one alone. A text that is UTF-8 but for a few lines has U+FFFD there, and is damaged. So is
    one that is neither that nor in the `encoding` that was told. Raises UndecidedEncoding.
    """
    decision = None
    found = _encoding(path)
    if encoding and (found is None or encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))):
        found = encoding
    if found is None:
        decision = decide(_foreign_lines(path), known)
        found = decision.encoding if _decodes(path, _codec(decision.encoding)) else "damaged"
    if found == "utf-8":
        text = _looked_through(path)
        if text is not None:
            return text
    target = temporary / "transcoded"
    damaged = found == "damaged" or (found == encoding and not _decodes(path, _codec(found)))
    codec = "utf-8" if found == "damaged" else _codec(found)
    _transcode(path, target, codec)
    text = _looked_through(target)
    if text is None:
        content = target.read_text(encoding="utf-8").replace("\r", "\n")
        target.write_text(content, encoding="utf-8", newline="")
        text = _looked_through(target)
    assert text is not None
    return replace(text, is_damaged=damaged, decision=decision)


def _transcode(path: Path, target: Path, codec: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as text:
        for chunk in _chunks(source):
            text.write(decoder.decode(chunk).replace("\0", "�"))
        text.write(decoder.decode(b"", final=True))


def _codec(name: str) -> str:
    """Vendors' Shift_JIS has more characters than the standard's."""
    return "cp932" if name.lower().replace("-", "_") in ("shift_jis", "sjis") else name


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _looked_through(path: Path) -> TextFile | None:
    """What a text is like; None where its lines end in a lone carriage return."""
    newlines, last, returns, is_odd, repeats, tail, header = 0, b"\n", False, False, 0, b"", b""
    with path.open("rb") as stream:
        for number, chunk in enumerate(_chunks(stream)):
            if number == 0:
                chunk_start = chunk.removeprefix(codecs.BOM_UTF8)
                header = b"\n" + chunk_start.split(b"\n", 1)[0].rstrip(b"\r")
                is_odd = is_odd or _is_odd(chunk_start)
            else:
                is_odd = is_odd or _is_odd(chunk)
            newlines += chunk.count(b"\n")
            returns = returns or b"\r" in chunk
            last = chunk[-1:]
            if len(header) > 4:
                repeats += chunk.count(header) + (tail + chunk[: len(header) - 1]).count(header)
                tail = chunk[-len(header) + 1 :]
    if returns and newlines == 0:
        return None
    return TextFile(path, newlines + int(last != b"\n"), False, is_odd, header_repeats=repeats)


def _is_odd(chunk: bytes) -> bool:
    # one byte is looked for many times as fast as two
    if any(mark[-1:] in chunk and mark[:1] in chunk and mark in chunk for mark in _ODD_ASCII):
        return True
    return not chunk.isascii() and any(mark in chunk for mark in _ODD_BLANKS)


def _encoding(path: Path) -> str | None:
    """utf-8, another encoding's name, 'damaged' for UTF-8 with broken bytes in it, or None for a code page."""
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
    return None if _is_mostly_foreign(path) else "damaged"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            for chunk in _chunks(stream):
                if b"\0" in chunk and not encoding.lower().startswith(
                    ("utf-16", "utf-32", "utf_16", "utf_32")
                ):
                    return False
                if not (chunk.isascii() and decoder.getstate()[0] == b""):
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_foreign(path: Path) -> bool:
    """Whether most lines with more than ASCII are no UTF-8: a few broken bytes do not make a file of a code page."""
    lines = _foreign_lines(path).split(b"\n")
    broken = sum("�" in line.decode("utf-8", errors="replace") for line in lines)
    return broken * 2 > len(lines)


def _foreign_lines(path: Path) -> bytes:
    """The first lines that are more than ASCII; a last one that is not whole is left out where there are others."""
    found, size, rest = list[bytes](), 0, b""
    with path.open("rb") as stream:
        for chunk in _chunks(stream):
            if size >= _SAMPLE:
                break
            *lines, rest = (rest + chunk).split(b"\n") if not chunk.isascii() or rest else (b"",)
            for line in lines:
                if not line.isascii():
                    found.append(line)
                    size += len(line)
    if not rest.isascii() and size < _SAMPLE:
        found.append(rest)
    return b"\n".join(found)
