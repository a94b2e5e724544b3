"""The catalogue of what the gate says: a finding's code and parameters → the sentence's template.

An expectation's name is its code; its sentences stand beside its query, in its suite. Here is the one place that looks them
up. The language of the reader and how numbers are written are the reader's (`orchestration.presentation.findings`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from expectations.suite import OUR_DEFECT, Expectation
from expectations.verdicts import Value

#: Findings that every expectation may have: the check itself could not be run.
UNCHECKED: Mapping[str, str] = {
    "unchecked": "could not be checked: {error}",
    "unjudged": "Great Expectations could not judge it",
}


@dataclass(frozen=True)
class Sentences:
    """The English templates of one expectation, the keys of their translations, and the parameters of all of them."""

    expected: str
    found: Mapping[str, str]
    ask: str
    params: Mapping[str, Value] = field(default_factory=dict[str, Value])


#: dbt's tests have no sentences of their own: their names say what they ask.
OF_DBT = Sentences("no such row", {"": "{rows} rows that should not be", "message": "{message}"}, OUR_DEFECT)
#: What a release of an older Callboard found, under a name that is gone.
_UNKNOWN = Sentences("as the check of an older release expected", {}, OUR_DEFECT)


def sentences_of(expectation: str) -> Sentences:
    """The sentences of an expectation; general ones where no suite has that name."""
    known = _by_name().get(expectation)
    if known is None:
        return _UNKNOWN
    found = {"": known.found} if isinstance(known.found, str) else known.found
    return Sentences(known.expected, {**UNCHECKED, **found}, known.ask, known.params)


def is_known(expectation: str) -> bool:
    """Whether a suite has an expectation of that name."""
    return expectation in _by_name()


def is_structure(expectation: str) -> bool:
    """Whether it is arithmetic or keys, which cannot be waived."""
    known = _by_name().get(expectation)
    return known is not None and known.is_structure


@cache
def _by_name() -> dict[str, Expectation]:
    # Late: a command starts without all suites.
    from expectations.suites import catalogue

    return {expectation.name: expectation for suite in catalogue.ALL for expectation in suite.expectations}
