"""The thresholds of the gate: every number a person may set, with what it decides."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GateSettings:
    """Shares are 0 to 1. Factors are against the median of the trailing months."""

    # Largest share of a source table's delivered rows that may be in quarantine.
    max_quarantined_share: float = 0.02
    # Month-against-month checks start once there are so many earlier months, and look at so many.
    trailing_months: int = 3
    # A volume (rows, contacts, seconds) may grow or shrink by this factor, chance aside. A delivery that came twice
    # under new keys makes it 2.
    max_volume_growth: float = 1.6
    max_volume_drop: float = 2.2
    # Largest share of a source's rows of a month that may equal another one in everything but their keys.
    max_doubled_share: float = 0.02
    # A local day counts as reported so many hours after it ended.
    reporting_lag_hours: int = 12
    # A day with nobody in any state is a hole once so many agents had been scheduled.
    fewest_agents_of_a_hole: int = 3
    # A day without a row is a hole once so many were to be expected.
    fewest_rows_of_a_hole: int = 20
    default_site: str = ""
    # IANA name; holds where `default_site` is not in hr.sites.
    default_time_zone: str = "UTC"
