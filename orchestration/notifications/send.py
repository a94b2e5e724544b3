"""Notices to people through apprise: a release is published, the gate refused, a refresh failed, a source is overdue.

Addresses hold secrets, so `callboard.toml` names environment variables and this is the only place that reads them.
A notice never holds example keys, and one that cannot be sent never fails a refresh.
"""

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from orchestration.deliveries.arrivals import Expected
from orchestration.home.config import Config, resolve_secret
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.outcomes import RefreshOutcome

if TYPE_CHECKING:
    from apprise.plugins.dingtalk import NotifyDingTalk

_log = logging.getLogger(__name__)

# WeCom takes 2,048 bytes of a message and drops all of a longer one, without apprise hearing of it.
_MAX_BYTES = 2000
_MAX_LINE_LENGTH = 400


class _Notice(NamedTuple):
    """apprise's type (`success`, `warning`, `failure`), the title and the body in plain text."""

    kind: str
    title: str
    body: str


class _Sent(NamedTuple):
    """How many services took a notice, and whether none was left out."""

    took: int
    is_complete: bool


def notify(ctx: RefreshContext, outcome: RefreshOutcome) -> bool:
    """Send every configured address how a refresh ended.

    Nothing is sent where there was nothing new. Gives whether everything there was to send has been sent.
    """
    if not ctx.config.notices.urls or outcome.status == "nothing_new":
        return True
    return _send(ctx.config, _words(ctx, outcome)).is_complete


def send_overdue(home: Home, config: Config, sources: Sequence[Expected]) -> bool:
    """Send every configured address one notice of the overdue sources. Gives whether it reached any."""
    from orchestration.notifications.messages import overdue_in_words
    from orchestration.presentation.language import language

    if not config.notices.urls:
        return False
    title, lines = overdue_in_words(home, language(config.notices.lang), sources, config.notices.link)
    return _send(config, _Notice("warning", title, "\n".join(lines))).took > 0


def _send(config: Config, notice: _Notice) -> _Sent:
    try:
        addresses = [resolve_secret(url) for url in config.notices.urls]
    except UsageError as error:
        _log.warning("No notice was sent: %s", error)
        return _Sent(0, is_complete=False)

    from apprise import Apprise, NotifyFormat, NotifyType
    from apprise.plugins.dingtalk import NotifyDingTalk

    everybody, plain, markdown = Apprise(), Apprise(), Apprise()
    understood = [everybody.add(address) for address in addresses]
    for service in everybody:
        if isinstance(service, NotifyDingTalk):
            _sign_once(service)
        takes_text = service.resolve_format(NotifyFormat.TEXT) != NotifyFormat.MARKDOWN
        (plain if takes_text else markdown).add(service)
    body = _shortened(notice.title, notice.body or notice.title)
    took = 0
    # The format is said: mail would take the text for HTML, and its lines would run together.
    for some, text, form in (
        (plain, body, NotifyFormat.TEXT),
        (markdown, _as_markdown(body), NotifyFormat.MARKDOWN),
    ):
        if some:
            sent = some.notify(
                title=notice.title, body=text, notify_type=NotifyType(notice.kind), body_format=form
            )
            took += sent.success_count
    is_complete = all(understood) and took == len(everybody)
    if not is_complete:
        # Which address it was would tell a secret.
        _log.warning("The notice '%s' did not reach every one of %d addresses.", notice.title, len(addresses))
    return _Sent(took, is_complete)


def _sign_once(service: "NotifyDingTalk") -> None:
    """Have a DingTalk robot's signature encoded once on its way, not twice.

    apprise 2.2.0 encodes it and has requests encode it again. DingTalk then refuses ("sign not match") with status 200,
    which apprise takes for sent. Decoding what is not encoded changes nothing: base64 has no percent sign.
    """
    sign = service.get_signature

    def signature() -> tuple[str, str]:
        timestamp, encoded = sign()
        return timestamp, unquote(encoded)

    service.get_signature = signature


def _shortened(title: str, body: str) -> str:
    """The body as every service takes it: long lines cut, and lines before the last one left out where it is too long."""
    lines = [
        line if len(line) <= _MAX_LINE_LENGTH else line[: _MAX_LINE_LENGTH - 1] + "…"
        for line in body.splitlines()
    ]
    *head, last = lines or [""]
    left = _MAX_BYTES - len(f"{title}\n…\n{last}".encode())
    kept: list[str] = []
    for line in head:
        left -= len(line.encode()) + 1
        if left < 0:
            return "\n".join([*kept, "…", last])
        kept.append(line)
    return "\n".join([*kept, last])


def _as_markdown(body: str) -> str:
    """Plain text for services that take nothing but Markdown, as Teams does: there a line of its own is a paragraph."""
    text, before = "", ""
    for line in filter(str.strip, body.splitlines()):
        is_within_list = line.startswith("- ") and before.startswith("- ")
        text += ("\n" if is_within_list else "\n\n" if text else "") + _line_as_markdown(line)
        before = line
    return text


def _line_as_markdown(line: str) -> str:
    # Signs that would be markup; an underscore within a word, as every expectation's name has, is none.
    text = re.sub(r"([\\`*\[\]<>]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", line)
    if re.fullmatch(r"https?://\S+", line):
        return f"[{text}]({line.replace('(', '%28').replace(')', '%29')})"
    return text


def _words(ctx: RefreshContext, outcome: RefreshOutcome) -> _Notice:
    from orchestration.notifications.messages import (
        asked_in_words,
        notes_in_words,
        refusal_in_words,
        release_in_words,
    )
    from orchestration.presentation.language import language

    place = ctx.home.root.name
    notices = ctx.config.notices
    speech = language(notices.lang)
    t = speech.text
    if outcome.status == "failed":
        return _Notice("failure", t("Callboard: a refresh of {home} failed", home=place), outcome.message)
    months = ", ".join(f"{month:%Y-%m}" for month in outcome.months)
    if outcome.status == "published":
        lines = [
            t("Published release {release}.", release=outcome.release_id),
            *notes_in_words(ctx.home, speech, outcome),
            *asked_in_words(ctx.home, speech, outcome),
            *release_in_words(ctx, outcome.manifest, speech),
        ]
        return _Notice(
            "success",
            t("Callboard: {months} published in {home}", months=months, home=place),
            "\n".join(lines),
        )
    title = t("Callboard: {months} refused in {home}", months=months, home=place)
    return _Notice("warning", title, "\n".join(refusal_in_words(ctx.home, speech, outcome)))
