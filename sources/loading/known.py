"""What files beyond doubt say, which settles the code page of others.

What belongs here: words and countries in the roster, the queues and the sites. What does not: settling (`code_pages`).
"""

import hashlib
import json

import duckdb

from sources.formats.code_pages import Known

_WORDS = (
    ("hr.assignments", "business_line"),
    ("hr.assignments", "team_name"),
    ("acd.queues", "business_line"),
    ("acd.queues", "queue_name"),
    ("hr.sites", "site_name"),
)


def known_of(con: duckdb.DuckDBPyConnection) -> tuple[Known, str]:
    """What current deliveries say whose own code page was not settled by others, and the SHA-256 of it."""
    words: set[str] = set()
    for table, column in _WORDS:
        words.update(_values(con, table, column, f"strlen({column}) > length({column})"))
    countries = {country.upper() for country in _values(con, "hr.sites", "country", "true")}
    text = json.dumps([sorted(words), sorted(countries)], ensure_ascii=False)
    return Known(frozenset(words), frozenset(countries)), hashlib.sha256(text.encode()).hexdigest()


def _values(con: duckdb.DuckDBPyConnection, table: str, column: str, condition: str) -> set[str]:
    rows = con.execute(
        f"""select distinct {column} from loaded.{table.replace(".", "__")}
        join raw.delivery using (delivery_id)
        where superseded_by is null and known_sha256 is null and error_code is null and {column} is not null and {condition}"""
    ).fetchall()
    return {str(value) for (value,) in rows}
