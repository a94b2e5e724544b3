"""Which code page a text that is no UTF-8 is written in: decided where one reading alone makes sense, else not at all.

What belongs here: candidates, what makes a reading implausible, known words as evidence. What does not: transcoding
(`encoding`). That bytes decode is no proof: nearly any bytes decode as windows-1252, and `Réclamations` in it decodes
as GB18030 too. A reading is implausible where too many of its values look like no word of any language that is
written in the code page.
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

#: How a reading's name is written in messages and keys; the order settles which name a text gets that reads the same in several.
CANDIDATES = (
    "gb18030", "big5", "euc-kr", "shift_jis", "windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254",
)  # fmt: skip

_CELL = re.compile(r"[^,;\t|\"\r\n]*[^\x00-\x7f,;\t|\"\r\n][^,;\t|\"\r\n]*")
#: A reading is implausible where this share of its distinct values is.
_TOO_MANY = 0.2
#: Signs that stand beside letters: quotes and dashes beside any, the others beside plain Latin ones (nº, m²).
_BESIDE_LETTERS = frozenset("«»“”„‘’‚‹›…–—\xa0")
_BESIDE_LATIN = frozenset("®™©°ºª²³€£")
_COMMON_HANGUL = frozenset(
    "가각간감강개거건검게결경계고공과관광교구국군권그금급기김나남내너년노는능니다단담답당대더도동되된두드든들등따라람량러레려력"
    "로록료류르른를리마만말매면명모목문물미민바반방배번법변별보복본부분불비사산상생서석선설성세소속수순스습시식신실심아안않"
    "알애야약양어업에여역연열영예오온와완외요용우운원월위유으은을음의이인일임입자작장재저적전점정제조종주준중증지직진질차"
    "참창처천청체초총최추출충치친카컴크타태택터통투트특파판팀편평포표품프피하학한할함합항해행현형호화확환활회효후훈희"
)


#: Countries in which a code page is written, as far as centres are known to stand there.
_WRITTEN_IN = {
    "gb18030": "CN SG MY",
    "big5": "TW HK MO",
    "euc-kr": "KR",
    "shift_jis": "JP",
    "windows-1252": "US GB IE FR DE ES PT BR MX AR CO CL PE EC UY CR GT DO IT NL BE LU CH AT DK NO SE FI IS CA AU NZ ZA PH IN "
    "MA TN DZ SN CI MG MU",
    "windows-1250": "PL CZ SK HU SI HR RO BA ME AL",
    "windows-1251": "RU BY UA BG RS MK KZ KG",
    "windows-1253": "GR CY",
    "windows-1254": "TR AZ",
}  # fmt: skip


class UndecidedEncoding(Exception):
    """More than one reading of the bytes makes sense, or none does; `readings` are name and a value of each."""

    def __init__(self, readings: tuple[tuple[str, str], ...]) -> None:
        self.readings = readings
        super().__init__("; ".join(f"{name}: {value}" for name, value in readings))


@dataclass(frozen=True)
class Known:
    """What files beyond doubt say: words that are more than ASCII, and the countries of the sites."""

    words: frozenset[str] = field(default_factory=frozenset[str])
    countries: frozenset[str] = field(default_factory=frozenset[str])


@dataclass(frozen=True)
class Decision:
    """The code page, and why: `value` makes no sense in the reading `other`, the known word is in this reading alone, or
    of the readings that make sense this one alone is written in the country of a site."""

    encoding: str
    other: str = ""
    value: str = ""
    known_word: str = ""
    country: str = ""


def decide(sample: bytes, known: Known | None = None) -> Decision:
    """The code page of a text's lines that are more than ASCII.

    Raises UndecidedEncoding where several readings make sense and nothing that is known speaks for one alone.
    """
    readings = {name: text for name in CANDIDATES if (text := _decoded(sample, name)) is not None}
    cells = {name: tuple(dict.fromkeys(_CELL.findall(text))) for name, text in readings.items()}
    wrong = {name: _implausible(name, values) for name, values in cells.items()}
    sensible = _different([name for name in readings if wrong[name] is None], readings)
    if len(sensible) == 1:
        other = next((name for name in ("windows-1252", *CANDIDATES) if wrong.get(name)), "")
        return Decision(sensible[0], other, wrong[other] or "" if other else "")
    known = known or Known()
    found = {name: word for name in sensible if (word := _known(cells[name], known.words))}
    if len(found) == 1:
        ((name, word),) = found.items()
        return Decision(name, known_word=word)
    homes = {
        name: here for name in sensible if (here := known.countries.intersection(_WRITTEN_IN[name].split()))
    }
    if len(homes) == 1 and not found:
        ((name, here),) = homes.items()
        return Decision(name, country=min(here))
    named = sensible or _different(list(readings), readings)[:3]
    raise UndecidedEncoding(tuple((name, _telling(name, named, cells)) for name in named))


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode("cp932" if encoding == "shift_jis" else encoding)
    except UnicodeDecodeError:
        return None


def _different(names: list[str], readings: dict[str, str]) -> list[str]:
    """One name for each text that the bytes can be read as."""
    return list({readings[name]: name for name in reversed(names)}.values())[::-1]


def _known(cells: Iterable[str], known_words: Collection[str]) -> str:
    return next((cell.strip() for cell in cells if cell.strip() in known_words), "")


def _telling(name: str, names: Collection[str], cells: dict[str, tuple[str, ...]]) -> str:
    """A value that this reading shows otherwise than the others."""
    others = {cell for other in names if other != name for cell in cells[other]}
    shown = next((cell for cell in cells[name] if cell not in others), cells[name][0] if cells[name] else "")
    return shown.strip()[:40]


def _implausible(name: str, cells: tuple[str, ...]) -> str | None:
    """A value that makes no sense in this reading, where so many make none; None where the reading is plausible."""
    makes_no_sense: Callable[[str], bool] = {
        "gb18030": _no_chinese,
        "big5": _no_traditional_chinese,
        "euc-kr": _no_korean,
        "shift_jis": _no_japanese,
    }.get(name, _no_european)
    # values that differ in their numbers alone (Team 1, Team 2) are one
    alike = {re.sub(r"[\d\s]+", " ", cell).strip(): cell for cell in reversed(cells)}
    wrong = [cell for cell in reversed(alike.values()) if makes_no_sense(cell)]
    return wrong[0].strip()[:40] if wrong and len(wrong) >= _TOO_MANY * len(alike) else None


def _pairs(cell: str) -> Iterable[tuple[str, str]]:
    return itertools.pairwise(cell)


def _no_european(cell: str) -> bool:
    """Signs or scripts mixed into words, capitals and small letters mixed, three accents in a row."""
    if any("\x80" <= char <= "\x9f" for char in cell):
        return True
    if re.search(r"[À-ɏ]{3}", cell):
        return True
    for left, right in _pairs(cell):
        letters = left.isalpha() + right.isalpha()
        if letters == 2 and _script(left) != _script(right):
            return True
        if letters == 2 and not (left + right).isascii() and left.islower() and right.isupper():
            return True
        sign = right if left.isalpha() else left
        letter = left if left.isalpha() else right
        is_odd = letters == 1 and not sign.isascii() and sign not in _BESIDE_LETTERS
        if is_odd and not (letter.isascii() and sign in _BESIDE_LATIN):
            return True
    return any(
        one.isupper() and two.isupper() and three.islower() and not (one + two + three).isascii()
        for one, two, three in zip(cell, cell[1:], cell[2:], strict=False)
    )


def _script(letter: str) -> str:
    return "cyrillic" if "Ѐ" <= letter <= "ӿ" else "greek" if "Ͱ" <= letter <= "Ͽ" else "latin"


def _lone_beside_small_letters(cell: str) -> bool:
    return re.search(r"[a-z][一-鿿](?![一-鿿])|(?<![一-鿿])[一-鿿][a-z]", cell) is not None


def _no_chinese(cell: str) -> bool:
    """A single hanzi beside small Latin letters, or mostly rare ones; other scripts; characters that nobody has assigned."""
    hanzi = [char for char in cell if "一" <= char <= "鿿"]
    others = [char for char in cell if not char.isascii() and char not in hanzi and not _is_wide_sign(char)]
    common = sum(_lead_byte(char, "gb2312") in range(0xB0, 0xD8) for char in hanzi)
    return bool(others) or _lone_beside_small_letters(cell) or common * 2 < len(hanzi)


def _no_traditional_chinese(cell: str) -> bool:
    hanzi = [char for char in cell if "一" <= char <= "鿿"]
    others = [char for char in cell if not char.isascii() and char not in hanzi and not _is_wide_sign(char)]
    common = sum(_lead_byte(char, "big5") in range(0xA4, 0xC7) for char in hanzi)
    return bool(others) or _lone_beside_small_letters(cell) or common < len(hanzi)


def _no_korean(cell: str) -> bool:
    hangul = [char for char in cell if "가" <= char <= "힣"]
    others = [char for char in cell if not char.isascii() and char not in hangul and not _is_wide_sign(char)]
    return bool(others) or sum(char in _COMMON_HANGUL for char in hangul) * 2 < len(hangul)


def _no_japanese(cell: str) -> bool:
    """Half-width kana among full-width letters or Latin ones; mostly rare kanji; characters that nobody has assigned."""
    foreign = [char for char in cell if not char.isascii()]
    half = [char for char in foreign if "｡" <= char <= "ﾟ"]
    full = [char for char in foreign if "぀" <= char <= "ヿ" or "一" <= char <= "鿿" or _is_wide_sign(char)]
    if len(half) + len(full) < len(foreign):
        return True
    kanji = [char for char in full if "一" <= char <= "鿿"]
    rare = sum(_lead_byte(char, "cp932") > 0x97 for char in kanji)
    first = cell.strip()[:1]
    odd_half = bool(half) and (
        bool(full) or first in "ﾞﾟｰ｡､･" or bool(re.search(r"[a-zA-Z][｡-ﾟ]|[｡-ﾟ][a-zA-Z]", cell))
    )
    return odd_half or rare * 2 > len(kanji)


def _is_wide_sign(char: str) -> bool:
    """Punctuation of East Asia, full-width forms, and the usual typographic signs."""
    return "　" <= char <= "〿" or "！" <= char <= "～" or char in "“”‘’…—·×℃№①②③④⑤⑥⑦⑧⑨⑩￥％"


@cache
def _lead_byte(char: str, encoding: str) -> int:
    try:
        return char.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0
