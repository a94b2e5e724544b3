"""Notices to people through apprise: a release is published, the gate refused, a refresh failed.

Addresses hold secrets, so `callboard.toml` names environment variables and this is the only place that reads them.
A notice never holds example keys, and one that cannot be sent never fails a refresh.
"""

import logging

from orchestration.config import resolve_secret
from orchestration.context import RefreshContext, RefreshOutcome
from orchestration.errors import UsageError

_log = logging.getLogger(__name__)


def notify(ctx: RefreshContext, outcome: RefreshOutcome | None, failure: str = "") -> bool:
    """Tell every configured address how a refresh ended; `outcome` None is a failure, told by `failure`.

    Nothing is sent where there was nothing new. Gives whether everything there was to send has been sent.
    """
    if not ctx.config.notices.urls or (outcome is not None and outcome.status == "nothing_new"):
        return True
    kind, title, body = _words(ctx, outcome, failure)
    try:
        addresses = [resolve_secret(url) for url in ctx.config.notices.urls]
    except UsageError as error:
        _log.warning("No notice was sent: %s", error)
        return False

    import apprise

    teller = apprise.Apprise()
    understood = [teller.add(address) for address in addresses]
    sent = bool(teller.notify(title=title, body=body or title, notify_type=kind))
    if not sent or not all(understood):
        # Which address it was would tell a secret.
        _log.warning("The notice '%s' did not reach every one of %d addresses.", title, len(addresses))
    return sent and all(understood)


def _words(ctx: RefreshContext, outcome: RefreshOutcome | None, failure: str) -> tuple[str, str, str]:
    """apprise's type, the title and the body."""
    import apprise

    from orchestration.language import language
    from orchestration.notice_words import release_in_words

    place = ctx.home.root.name
    if outcome is None:
        return apprise.NotifyType.FAILURE, f"Callboard: a refresh of {place} failed", failure
    months = ", ".join(f"{month:%Y-%m}" for month in outcome.months)
    if outcome.status == "published":
        notices = ctx.config.notices
        lines = [outcome.message, *release_in_words(ctx.home, language(notices.lang), notices.link)]
        return apprise.NotifyType.SUCCESS, f"Callboard: {months} published in {place}", "\n".join(lines)
    failed = [
        f"- {v.expectation} on {v.table_name}" + (f", {v.month:%Y-%m}" if v.month else "")
        for v in outcome.failed
    ]
    hint = f"See why with: callboard status --home {ctx.home.root}"
    title = f"Callboard: {months} refused in {place}"
    return apprise.NotifyType.WARNING, title, "\n".join([_first_line(outcome.message), *failed, hint])


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""
