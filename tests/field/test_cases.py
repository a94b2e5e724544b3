"""Small homes with one awkward delivery each give the right numbers, or say what is in doubt (`field.py` explains cases)."""

import sys
from pathlib import Path

import pytest

from tests.field.field import run

_CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/case.json"))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_an_awkward_delivery_gives_the_right_numbers(case: Path, tmp_path: Path) -> None:
    assert run(case, Path(sys.executable).parent / "callboard", tmp_path) == []
