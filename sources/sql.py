"""Names and texts of ours inside SQL."""


def quoted(*parts: str) -> str:
    """A qualified identifier as SQL, each part quoted, whatever characters it holds."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def literal(text: object) -> str:
    """The text, or a path, as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"
