"""The asset graph as text, one asset a paragraph, for review in a diff.

Write it again with `.venv/bin/python -m tests.dagster.asset_graph` and read what changed before committing it.
"""

import tempfile
from pathlib import Path

from dagster import AssetKey

from orchestration.defs.build import build_defs
from orchestration.home.paths import Home

SNAPSHOT = Path(__file__).with_suffix(".txt")


def asset_graph() -> str:
    """Every asset with its group, whether it is by month, what it reads, and its checks (`!` where one blocks)."""
    with tempfile.TemporaryDirectory() as directory:
        graph = build_defs(Home(Path(directory))).resolve_asset_graph()
    checks: dict[AssetKey, list[str]] = {}
    for key in sorted(graph.asset_check_keys):
        blocks = "!" if graph.get(key).blocking else ""
        checks.setdefault(key.asset_key, []).append(f"    check {key.name}{blocks}")
    paragraphs: list[str] = []
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        by_month = ", by month" if node.partitions_def else ""
        reads = [f"    reads {parent.to_user_string()}" for parent in sorted(node.parent_keys)]
        head = f"{key.to_user_string()} ({node.group_name}{by_month})"
        paragraphs.append("\n".join([head, *reads, *checks.get(key, [])]))
    return "\n\n".join(paragraphs) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(asset_graph(), encoding="utf-8")
