"""A real refresh, from landing to its release: what it knows is read once."""

import shutil
from datetime import datetime
from pathlib import Path

from orchestration.defs.refresh import refresh
from orchestration.home.paths import Home
from tests.centres import AS_OF
from tests.reads import files_read, reads_in


def test_a_real_refresh_reads_its_configuration_and_the_manifest_once(centre: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(centre.root, home.root, symlinks=True)
    newest = max((home.landing / "hr" / "requisitions").iterdir())
    newest.write_text(newest.read_text() + "\n")
    with files_read() as read:
        outcome = refresh(home, as_of=datetime.fromisoformat(AS_OF))
    assert (outcome.status, [step.name for step in outcome.steps]) == (
        "published",
        ["load", "build", "gate", "publish"],
    )
    assert [reads_in(read, home, name) for name in ("callboard.toml", "manifest.json")] == [1, 1]
