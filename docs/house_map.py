"""Prints the map of the house from its imports: packages, arrows between them, and whether any points upwards.

`make lint` runs it. Ends with code 1 where `orchestration` has more than 8 modules at its top, an arrow points upwards, or
modules import each other in a circle. Late imports and those for type checking count as well.
"""

import sys
import tomllib
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("orchestration", "sources", "expectations")
MAX_TOP_MODULES = 8


def main() -> int:
    """Print the map; give the exit code."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    top = sorted(path.name for path in (ROOT / "orchestration").glob("*.py"))
    floor_of = {name: floor for floor, names in enumerate(_layers()) for name in names}
    arrows: Counter[tuple[str, str]] = Counter()
    for module in sorted(graph.modules):
        for imported in graph.find_modules_directly_imported_by(module):
            if (upper := _package(module)) != (lower := _package(imported)):
                arrows[upper, lower] += 1
    inside = {pair: n for pair, n in arrows.items() if set(pair) <= floor_of.keys()}
    upwards = [pair for pair in inside if floor_of[pair[0]] >= floor_of[pair[1]]]
    circle = _circle({m: graph.find_modules_directly_imported_by(m) for m in graph.modules})

    for floor, names in enumerate(_layers()):
        for name in names:
            below = sorted(lower.removeprefix("orchestration.") for upper, lower in arrows if upper == name)
            print(f"{floor:>2}  {name.removeprefix('orchestration.'):<15} → {', '.join(below) or '-'}")
    print(
        f"{len(graph.modules)} modules; orchestration/ has {len(top)} at its top, {len(inside)} arrows between its "
        f"{len(floor_of)} rooms, {len(upwards)} upwards; circles: {' → '.join(circle) or 'none'}"
    )
    return int(len(top) > MAX_TOP_MODULES or bool(upwards) or bool(circle))


def _layers() -> list[list[str]]:
    """The rooms of `orchestration` from top to bottom, as import-linter's contract names them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(c["layers"] for c in contracts if c.get("containers") == ["orchestration"])
    return [[f"orchestration.{name.strip()}" for name in layer.split("|")] for layer in layers]


def _package(module: str) -> str:
    """The room of a module: its package in `orchestration`, else its top-level package."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "orchestration" else parts[0]


def _circle(imports: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


if __name__ == "__main__":
    sys.exit(main())
