"""What must hold for `marts.dim_queue`: the queues, their thresholds and their history."""

from expectations.suite import Suite, history, unique_key

_TABLE = "dim_queue"

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, ("queue_id", "valid_from")),
        *history(_TABLE, "queue_id"),
    ),
)
