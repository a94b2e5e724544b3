"""duckdb-sqlalchemy on a published release: what SQLAlchemy's reflection finds there."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy

from tests.e2e.conftest import LiveHome


@contextmanager
def _engine(centre: LiveHome) -> Iterator[sqlalchemy.Engine]:
    """While it is open, DuckDB lets nothing else in this process open the file with other settings."""
    engine = sqlalchemy.create_engine(f"duckdb:///{centre.published}", connect_args={"read_only": True})
    try:
        yield engine
    finally:
        engine.dispose()


def test_reflection_finds_every_table_and_column_of_both_schemas(centre: LiveHome) -> None:
    there = centre.query(
        "select schema_name, table_name, column_name from duckdb_columns() where schema_name in ('marts', 'audit')"
    )
    with _engine(centre) as engine:
        inspector = sqlalchemy.inspect(engine)
        assert {"callboard.marts", "callboard.audit"} <= set(inspector.get_schema_names())
        here = {
            (schema, table, column["name"])
            for schema in ("marts", "audit")
            for table in inspector.get_table_names(schema=schema)
            for column in inspector.get_columns(table, schema=schema)
        }
    assert here == set(there)


def test_reflection_gives_types_and_comments(centre: LiveHome) -> None:
    with _engine(centre) as engine:
        inspector = sqlalchemy.inspect(engine)
        columns = {column["name"]: column for column in inspector.get_columns("kpi_monthly", schema="marts")}
        months = {c["name"]: c["type"] for c in inspector.get_columns("release", schema="audit")}["months"]
        comment = inspector.get_table_comment("kpi_monthly", schema="marts")["text"]
    kinds = {
        "month": sqlalchemy.Date,
        "kpi_id": sqlalchemy.String,
        "value": sqlalchemy.Float,
        "is_provisional": sqlalchemy.Boolean,
    }
    for name, kind in kinds.items():
        assert isinstance(columns[name]["type"], kind), name
    assert isinstance(months, sqlalchemy.ARRAY)
    assert (
        columns["value"].get("comment")
        == "Numerator divided by denominator, unrounded; a ratio of 1 is 100 %."
    )
    assert comment is not None
    assert comment.startswith("One row per month, KPI, scope and scope_id")


def test_a_reflected_table_answers_a_query(centre: LiveHome) -> None:
    there = centre.query("select kpi_id, month, value from marts.kpi_monthly where scope = 'centre'")
    with _engine(centre) as engine:
        table = sqlalchemy.Table("kpi_monthly", sqlalchemy.MetaData(), schema="marts", autoload_with=engine)
        asked = sqlalchemy.select(table.c.kpi_id, table.c.month, table.c.value).where(
            table.c.scope == "centre"
        )
        with engine.connect() as connection:
            here = {tuple(row) for row in connection.execute(asked)}
    assert len(here) > 20
    assert here == set(there)
