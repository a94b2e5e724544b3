"""Suggestions for an unknown name: the known names that resemble it."""

from collections.abc import Sequence


def did_you_mean(name: str, known: Sequence[str], otherwise: str) -> str:
    """A hint with up to three known names near `name`, the nearest first; `otherwise` where none is near."""
    # Late: only wrong usage needs it.
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3, cutoff=0.4)
    return f"Did you mean: {', '.join(near)}?" if near else otherwise
