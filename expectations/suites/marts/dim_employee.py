"""What must hold for `marts.dim_employee`: where each employee belonged, and when. No name of a person is in it."""

from expectations.suite import Suite, history, unique_key

_TABLE = "dim_employee"

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, ("employee_id", "valid_from")),
        *history(_TABLE, "employee_id"),
    ),
)
