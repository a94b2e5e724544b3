"""What a request asks for, checked, and how it is answered: parameters in, a page in the reader's language out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import NoReturn, cast
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from orchestration.presentation.language import LANGUAGES, Language, language
from orchestration.presentation.templating import environment
from orchestration.releases.reader import SCOPES, Kpi, Scope, month_to_report
from orchestration.web.releases import NothingPublished, OpenReleases, Reading

_LAST_PAGE = 1_000_000
#: What the reader chose, which every link carries on.
CARRIED = ("month", "scope", "id", "lang")


class Refused(Exception):
    """A request that cannot be answered, in words of the reader's language."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True)
class PageRequest:
    """A request in its language; `reading` is the release that it is answered from, None where it needs none."""

    request: Request
    language: Language
    _reading: Reading | None = None

    @property
    def reading(self) -> Reading:
        """The release that this request is answered from."""
        assert self._reading is not None
        return self._reading

    def text(self, name: str) -> str:
        """A parameter of the query, trimmed; empty where it is absent."""
        return self.request.query_params.get(name, "").strip()

    def refuse(self, status: int, message: str, **values: object) -> NoReturn:
        """End the request with a page that says why."""
        raise Refused(status, self.language.text(message, **values))

    def page(self, name: str = "page") -> int:
        """Which page of a list is asked for, from 1."""
        text = self.text(name) or "1"
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= _LAST_PAGE:
            self.refuse(400, "{name} must be a number from 1, not “{given}”.", name=name, given=text[:40])
        return int(text)

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """A parameter that is one of a few words."""
        text = self.text(name) or default
        if text not in choices:
            self.refuse(
                400,
                "{name} must be one of {choices}, not “{given}”.",
                name=name,
                choices=", ".join(choices),
                given=text[:40],
            )
        return text

    def month(self) -> date:
        """The month asked for; else the newest that has ended. Refuses a text that is no month, and a month without numbers."""
        months, text = self.reading.months, self.text("month")
        if not months:
            self.refuse(404, "This release holds no numbers.")
        if not text:
            return self._newest_ended(months)
        found = as_month(text)
        if found is None:
            self.refuse(400, "month must look like 2026-09, not “{given}”.", given=text[:40])
        if found not in months:
            self.refuse(404, "This release has no numbers of {month}.", month=text)
        return found

    def _newest_ended(self, months: list[date]) -> date:
        row = self.reading.connection.execute(
            "select as_of from audit.release where release_id = ?", [self.reading.release_id]
        ).fetchone()
        return month_to_report(months, row[0]) if row else months[0]

    def scope(self) -> tuple[Scope, str]:
        """The scope asked for and its id, which is empty where the reader has yet to choose one."""
        scope = cast(Scope, self.one_of("scope", SCOPES, "centre"))
        given = self.text("id")
        if scope == "centre":
            return scope, "all"
        return scope, "" if given == "all" else given

    def kpi(self, kpi_id: str) -> Kpi:
        """A KPI of the catalogue by its id."""
        found = self.reading.catalogue(self.language).get(kpi_id)
        if found is None:
            self.refuse(404, "There is no KPI “{kpi}”.", kpi=kpi_id[:60])
        return found

    def url(self, path: str, /, **changed: object) -> str:
        """A link that carries the reader's choices on, but for what is `changed` (None leaves a choice out)."""
        query: dict[str, object | None] = {name: self.text(name) or None for name in CARRIED} | changed
        parameters = urlencode([(name, str(value)) for name, value in query.items() if value is not None])
        return quote(path) + (f"?{parameters}" if parameters else "")

    def here(self, **changed: object) -> str:
        """A link to this very page with some parameters changed."""
        return self.url(self.request.url.path, **(dict(self.request.query_params) | changed))

    def answer(self, template: str, values: Mapping[str, object], status: int = 200) -> Response:
        """The page of this template."""
        words = self.language
        page = environment().get_template(f"web/{template}")
        return HTMLResponse(
            page.render(
                {
                    "page_request": self,
                    "t": words.text,
                    "language": words,
                    "url": self.url,
                    "here": self.here,
                    "languages": LANGUAGES,
                    "release_id": self._reading.release_id if self._reading else None,
                    **values,
                }
            ),
            status_code=status,
        )


def as_month(text: str) -> date | None:
    """`2026-09` as its first day; None for any other text."""
    year, dash, month = text.partition("-")
    if not (
        dash and len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()
    ):
        return None
    try:
        return date(int(year), int(month), 1)
    except ValueError:
        return None


def endpoint(
    releases: OpenReleases, default_language: str, page: Callable[[PageRequest], Response]
) -> Callable[[Request], Response]:
    """A page as Starlette calls it, in a thread of its own: the language chosen, the release opened, refusals answered."""

    def answer(request: Request) -> Response:
        page_request = parse_request(request, default_language)
        try:
            page_request.one_of("lang", LANGUAGES, default_language)
            with releases.reading() as reading:
                return page(replace(page_request, _reading=reading))
        except Refused as refused:
            return refusal(page_request, refused.status, refused.words)
        except NothingPublished:
            return refusal(
                page_request,
                503,
                page_request.language.text(
                    "Nothing is published yet, or it cannot be opened. “callboard status” says more."
                ),
            )

    return answer


def parse_request(request: Request, default_language: str) -> PageRequest:
    """The request in its language, before any release is opened."""
    code = request.query_params.get("lang", default_language)
    return PageRequest(request, language(code if code in LANGUAGES else default_language))


def refusal(page_request: PageRequest, status: int, words: str) -> Response:
    """The page that says why there is no answer."""
    title = page_request.language.text(HTTPStatus(status).phrase)
    return page_request.answer("error.html.j2", {"status": status, "title": title, "words": words}, status)
