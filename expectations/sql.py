"""Texts of ours inside SQL."""


def literal(text: object) -> str:
    """The text, or a path, as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"
