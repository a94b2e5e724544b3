"""What must hold for `marts.dim_site`: the sites, their time zones and their history."""

from expectations.suite import Suite, history, unique_key

_TABLE = "dim_site"

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, ("site_id", "valid_from")),
        *history(_TABLE, "site_id"),
    ),
)
