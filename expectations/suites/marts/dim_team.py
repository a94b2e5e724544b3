"""What must hold for `marts.dim_team`: the teams and their history."""

from expectations.suite import Suite, history, unique_key

_TABLE = "dim_team"

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, ("team_id", "valid_from")),
        *history(_TABLE, "team_id"),
    ),
)
