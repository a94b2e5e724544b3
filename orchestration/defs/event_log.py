"""Dagster's events in SQLite, as Dagster keeps them, but with the database left open between two events.

Dagster's own storage opens, compiles for and closes a database for each of the thousand events of a refresh, which
takes ten seconds of it. The files, tables and rows are the same; Dagster's own storage reads what this one wrote.

Dagster has no public class to derive a storage from, so this one derives from the private one for SQLite. What it overrides
and calls there is pinned by tests/dagster/test_private_symbols.py.
"""

import threading
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from dagster import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine

_BUSY_TIMEOUT_SECONDS = 30
# The web server looks at one run after the other; each open database is a few file handles.
_OPEN_DATABASES = 8


class KeptOpenEventLogStorage(SqliteEventLogStorage):
    """`SqliteEventLogStorage` with a connection kept per database, and a batch of events in one transaction."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._in_batch: dict[str, Connection] = {}
        self._access = threading.RLock()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "KeptOpenEventLogStorage":
        """What `dagster.yaml` asks for."""
        return cls(inst_data=inst_data, **config_value)

    @property
    def supports_asset_checks(self) -> bool:
        """Always: the tables are made by a Dagster that has them. (Dagster would look at each event.)"""
        return True

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store `events` in one transaction for each database they belong in."""
        shards = {INDEX_SHARD_NAME, *(stored.run_id for stored in events)}
        with self._access, ExitStack() as stack:
            for shard in shards - set(self._in_batch):
                self._in_batch[shard] = stack.enter_context(self._engine(shard).begin())
                stack.callback(self._in_batch.pop, shard)
            for stored in events:
                self.store_event(stored)

    def dispose(self) -> None:
        """Close every database."""
        with self._access:
            while self._engines:
                self._engines.popitem()[1].dispose()
        super().dispose()

    @contextmanager
    def _connect(self, shard: str) -> Generator[Connection]:
        with self._access:
            if shard in self._in_batch:
                yield self._in_batch[shard]
                return
            with self._engine(shard).begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                # Access is serialised by our own lock, whichever thread it comes from.
                connect_args={"timeout": _BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _do_not_wait_for_the_disk)
            self._initdb(engine)
            self._engines[shard] = engine
            if len(self._engines) > _OPEN_DATABASES:
                self._close_oldest()
        self._engines.move_to_end(shard)
        return engine

    def _close_oldest(self) -> None:
        oldest = next(shard for shard in self._engines if shard not in self._in_batch)
        self._engines.pop(oldest).dispose()


def _do_not_wait_for_the_disk(connection: Any, _record: object) -> None:
    # With a write-ahead log this loses at most the last events when the machine dies, never the file.
    connection.execute("pragma synchronous = normal")
