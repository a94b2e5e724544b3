"""Which files in landing are to be loaded: each with its table, and what besides its bytes decides its rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sources.contracts.contract import Contract, load_contracts
from sources.formats.landed_file import LandedFile
from sources.loading.landing import Fingerprint, scan
from sources.mappings.mapping import Mapping

#: Part of every delivery's id: a change here makes every file be read again.
LOADER_VERSION = 2


@dataclass(frozen=True)
class Target:
    """A file and the table it is for; `mapping` where a vendor's export becomes canonical on the way."""

    landed: LandedFile
    table_name: str
    contract: Contract | None
    mapping: Mapping | None

    @property
    def recipe(self) -> str:
        """What besides the file's bytes decides the rows: when it changes, the file is read again."""
        contract = self.contract.without_descriptions() if self.contract else ""
        parts = [str(LOADER_VERSION), contract, self.mapping.sha256 if self.mapping else ""]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def delivery_id(self, content: Fingerprint) -> int:
        """The same for the same table, file, bytes and recipe, on any machine: 48 bits, which any tool shows exactly."""
        text = "\n".join([self.table_name, self.landed.file, content.sha256, self.recipe])
        return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def targets_of(landing: Path, mappings: Sequence[Mapping]) -> list[Target]:
    """Every file in landing with its table, in the order in which deliveries are taken."""
    contracts = load_contracts()
    targets: list[Target] = []
    for landed in sorted(scan(landing), key=lambda f: (f.path.name, f.file)):
        taken_by = [mapping for mapping in mappings if mapping.takes(landed.file)]
        for mapping in taken_by:
            targets.append(Target(landed, mapping.table, contracts[mapping.table], mapping))
        if not taken_by:
            table_name = (
                ".".join(landed.file.split("/")[:2])
                if landed.file.count("/") > 1
                else landed.file.split("/")[0]
            )
            targets.append(Target(landed, table_name, contracts.get(table_name), None))
    return targets
