"""Which table a file in landing is for, and by which recipe it is read.

What belongs here: files and their tables. What does not: reading them (`inserting`).
"""

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sources.contracts.contract import Contract, load_contracts
from sources.formats.landed_file import LandedFile
from sources.formats.options import ReaderOptions
from sources.loading.landing import Fingerprint, scan
from sources.loading.order import order_key
from sources.loading.raw_schema import LoadSettings
from sources.mappings.mapping import Mapping

#: Part of every delivery's id: a change here makes every file be read again.
LOADER_VERSION = 4


@dataclass(frozen=True)
class Target:
    """A file and the table it is for; `mapping` where a vendor's export becomes canonical on the way."""

    landed: LandedFile
    table_name: str
    contract: Contract | None
    mapping: Mapping | None
    options: ReaderOptions
    max_unpacked: int

    @property
    def recipe(self) -> str:
        """What besides the file's bytes decides the rows: when it changes, the file is read again."""
        name = self.landed.path.name.lower()
        limit = self.max_unpacked if name.endswith((".gz", ".xlsx")) else 0
        how = self.mapping.sha256 if self.mapping else repr(self.options)
        parts = [
            str(LOADER_VERSION),
            _of_contract(self.table_name),
            how,
            str(limit),
            str(self.landed.is_followed),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def is_together(self) -> bool:
        return self.mapping is not None and self.mapping.together

    def delivery_id(self, content: Fingerprint, *others: str) -> int:
        """The same for the same table, file, bytes and recipe, on any machine: 48 bits, which any tool shows exactly.

        `others` is what other files say, where that decides the rows too.
        """
        text = "\n".join([self.table_name, self.landed.file, content.sha256, self.recipe, *others])
        return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


@cache
def _of_contract(table_name: str) -> str:
    contract = load_contracts().get(table_name)
    return contract.without_descriptions() if contract else ""


def targets_of(landing: Path, mappings: Sequence[Mapping], settings: LoadSettings) -> list[Target]:
    """Every file in landing with its table, in the order in which deliveries are taken."""
    contracts = load_contracts()
    found: list[Target] = []
    for landed in sorted(scan(landing), key=lambda each: order_key(each.file)):
        taken_by = [mapping for mapping in mappings if mapping.takes(landed.file)]
        for mapping in taken_by:
            contract = contracts[mapping.table]
            found.append(
                Target(landed, mapping.table, contract, mapping, mapping.options, settings.max_unpacked)
            )
        if not taken_by:
            name = _table_of(landed.file)
            options = settings.options_of(name)
            found.append(Target(landed, name, contracts.get(name), None, options, settings.max_unpacked))
    return found


def _table_of(file: str) -> str:
    """The table that a file's folders name: `acd.contact_legs`; a name of no table where they name none."""
    folders = file.split("/")[:-1]
    return ".".join(folders[:2]) if folders else file


def expected_folder(table_name: str) -> str:
    """Where files of the table belong that was probably meant."""
    alike = difflib.get_close_matches(table_name, load_contracts(), n=1, cutoff=0.7)
    return f"landing/{alike[0].replace('.', '/')}/" if alike else "landing/<system>/<table>/"
