"""Names and texts of ours inside SQL."""


def quoted(identifier: str) -> str:
    """The identifier as SQL, whatever characters it holds."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
