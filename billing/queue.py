"""Who may use a SQLite file of books: writers queue, and who only looks need not wait for them."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import finalize

from sqlalchemy import Connection, Engine

from billing.prepared import execute


class Queue:
    """Writers to a SQLite file take turns here, each with the connection of the one before: whoever waits is woken at
    once.

    SQLite itself waits for its lock by sleeping, longer each time, so under load a turn would wait a hundred
    times as long as the one before it lasts. The lock it keeps is still what makes a transaction safe.
    """

    def __init__(self, database: str) -> None:
        self._alone, self._here = threading.Lock(), threading.Lock()
        self._file = os.open(f"{database}-queue", os.O_RDWR | os.O_CREAT, 0o600)
        self._writing, self._looking = _Kept(), _Kept(query_only=True)
        finalize(self, os.close, self._file)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One at a time in this process. Threads that compute at once take the interpreter from each other in the midst
        of a transaction, and all other processes wait for its end."""
        with self._alone:
            yield

    @contextmanager
    def look(self, engine: Engine) -> Iterator[Connection]:
        """A transaction that sees the books as they were at its start, beside whoever writes; a change raises
        DBAPIError (SQLITE_READONLY). For one who is `alone`."""
        connection = self._looking.connection(engine)
        with connection.begin():
            yield connection

    @contextmanager
    def begin(self, engine: Engine) -> Iterator[Connection]:
        """A transaction of the next in turn. A connection on which it failed is closed."""
        with self._here:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                connection = self._writing.connection(engine)
                with connection.begin():
                    yield connection
            except BaseException:
                self._writing.close()
                raise
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def let_go(self, _engine: Engine) -> None:
        """Close the connections as soon as nobody uses them."""
        with self._alone:
            self._looking.close()
        with self._here:
            self._writing.close()


class _Kept:
    """A connection kept for the next user of this process alone: a process forked from it takes its own, and never
    touches what it inherits."""

    def __init__(self, *, query_only: bool = False) -> None:
        self._query_only = query_only
        self._connection: Connection | None = None
        self._process = os.getpid()
        self._inherited: list[Connection | None] = []

    def connection(self, engine: Engine) -> Connection:
        """The one that is kept, or a new one."""
        self._leave_inherited()
        if self._connection is None:
            self._connection = engine.connect()
            self._connection.detach()  # the pool would hold it, and with it the engine, for ever
            if self._query_only:
                self._connection = self._connection.execution_options(read_only=True)
                execute(self._connection, "PRAGMA query_only = ON")
        return self._connection

    def close(self) -> None:
        self._leave_inherited()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _leave_inherited(self) -> None:
        """SQLite's connections must not be used after a fork, nor closed: one of another process is only held."""
        if self._process != os.getpid():
            self._inherited.append(self._connection)
            self._connection, self._process = None, os.getpid()
