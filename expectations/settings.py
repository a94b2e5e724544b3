"""The thresholds of the gate: every number a home may set, with its default and its bounds.

A section of `callboard.toml` is exactly this model. Shares are 0 to 1; factors are against the median of the trailing
months. Nothing here imports Great Expectations.
"""

from pydantic import BaseModel, ConfigDict, Field


class GateSettings(BaseModel):
    """What the gate tolerates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Largest share of a source table's delivered rows that may be in quarantine.
    max_quarantined_share: float = Field(default=0.02, ge=0, le=1)
    # Month-against-month checks start once there are so many earlier months, and look at so many.
    trailing_months: int = Field(default=3, ge=1, le=12)
    # A volume (rows, contacts, seconds) may grow or shrink by this factor, chance aside. A delivery that came twice
    # under new keys makes it 2.
    max_volume_growth: float = Field(default=1.6, gt=1)
    max_volume_drop: float = Field(default=2.2, gt=1)
    # Largest share of a source's rows of a month that may equal another one in everything but their keys.
    max_doubled_share: float = Field(default=0.02, ge=0, le=1)
    # A local day counts as reported so many hours after it ended.
    reporting_lag_hours: int = Field(default=12, ge=0)
    # A day without agent states is a gap from this many scheduled agents on. The aliases are the keys' former names:
    # fingerprints of published configurations hold them.
    min_scheduled_agents_for_gap: int = Field(default=3, ge=1, serialization_alias="fewest_agents_of_a_hole")
    # A day without rows is a gap from this many expected rows on; smaller counts are not judged.
    min_expected_rows_for_gap: int = Field(default=20, ge=1, serialization_alias="fewest_rows_of_a_hole")
