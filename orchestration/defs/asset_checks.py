"""The gate as Dagster sees it: every expectation a blocking check on the table it judges.

One step runs the whole gate. What is expected of a table stands in `expectations`; whether a build may be published
is decided by the stored verdicts, which the release looks at again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import dagster as dg

from expectations.items import Entry
from expectations.verdicts import Verdict
from orchestration.defs.assets import as_dagster_failure
from orchestration.defs.translator import raw_key
from orchestration.presentation.findings import expected_in_words, found_in_words, settled_in_words
from orchestration.presentation.language import Language, language
from orchestration.refresh.run import RefreshRun
from orchestration.releases.findings import entries_of

_MAX_FINDINGS = 5


def gate_checks(
    names: Mapping[str, Sequence[str]], models: Collection[dg.AssetKey]
) -> dg.AssetChecksDefinition:
    """The gate's checks. `names` are its expectations by table, as `expectations.gate.expectation_names` gives them."""
    judged = {table: _judged(table, models) for table in names}
    specs = [
        # Were a check on a raw table to block, dbt, which the gate waits for, would wait for the gate.
        dg.AssetCheckSpec(name=expectation, asset=judged[table], blocking=judged[table] in models)
        for table, expectations in names.items()
        for expectation in expectations
    ]

    @dg.multi_asset_check(specs=specs, name="gate", can_subset=True)
    def gate(
        context: dg.AssetCheckExecutionContext, refresh: dg.ResourceParam[RefreshRun]
    ) -> Iterator[dg.AssetCheckResult]:
        verdicts: dict[dg.AssetCheckKey, list[Verdict]] = defaultdict(list)
        outcome = as_dagster_failure(refresh.gate)
        if not outcome.verdicts:
            raise dg.Failure(
                "The newest build is published, so there is nothing to judge.", allow_retries=False
            )
        for verdict in outcome.verdicts:
            key = dg.AssetCheckKey(judged[verdict.table_name], verdict.expectation)
            verdicts[key].append(verdict)
        wanted = context.selected_asset_check_keys
        for key in sorted(wanted & set(verdicts)):
            yield _result(key, verdicts[key])
        # Dagster takes a check without a verdict for one that does not block.
        if missing := sorted(key.name for key in wanted - set(verdicts)):
            raise dg.Failure(f"The gate gave no verdict on {', '.join(missing)}.", allow_retries=False)
        if outcome.refused:
            raise dg.Failure("The gate refused this build; its failed checks say why.", allow_retries=False)

    return gate


def _judged(table: str, models: Collection[dg.AssetKey]) -> dg.AssetKey:
    """The asset that an expectation is of: a model by its name, a source (`acd.contact_legs`, `delivery`) raw."""
    found = sorted(key for key in models if key.path[-1] == table)
    return found[0] if found else raw_key(table)


def _result(key: dg.AssetCheckKey, verdicts: Sequence[Verdict]) -> dg.AssetCheckResult:
    failed = [verdict for verdict in verdicts if not verdict.passed]
    blocks = any(verdict.blocks for verdict in failed)
    english = language("en")
    entries = [entry for verdict in failed for entry in entries_of(verdict)]
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not failed,
        # Blocking checks stop a run by failed errors only, so what is odd, or settled, warns.
        severity=dg.AssetCheckSeverity.WARN if failed and not blocks else dg.AssetCheckSeverity.ERROR,
        description="; ".join(_in_words(entry, english) for entry in entries[:_MAX_FINDINGS])
        or expected_in_words(key.name, english),
        metadata={
            "judged": ", ".join(f"{v.month:%Y-%m}" if v.month else "whole table" for v in verdicts),
            **(
                {
                    "keys": dg.MetadataValue.json(
                        [dict(entry.finding.keys) for entry in entries[:_MAX_FINDINGS]]
                    )
                }
                if failed
                else {}
            ),
        },
    )


def _in_words(entry: Entry, english: Language) -> str:
    month = f"{entry.month:%Y-%m}: " if entry.month else ""
    settled = f" ({settled_in_words(entry, english)})" if entry.finding.settled else ""
    expected = expected_in_words(entry.expectation, english)
    return f"{month}expected {expected}, found {found_in_words(entry, english)}{settled}"
