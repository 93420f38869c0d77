"""The database server: the private cluster on demand, or the one PGHOST names."""

import contextlib
import fcntl
import getpass
import os
from dataclasses import dataclass

from . import cluster
from .console import ToolError, uninterrupted
from .process import file_lock

START_LOCK = cluster.FOLDER / "start.lock"
USERS_LOCK = cluster.FOLDER / "users.lock"


@dataclass(frozen=True)
class Server:
    """How to reach a database server."""

    host: str
    port: str
    user: str
    password: str = ""

    def environment(self):
        """Return the variables that make any client use this server."""
        values = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        return values | ({"PGPASSWORD": self.password} if self.password else {})

    @contextlib.contextmanager
    def cursor(self, database="postgres"):
        """Open a cursor in which each statement is its own transaction."""
        import psycopg2  # missing before the set-up

        try:
            connection = psycopg2.connect(
                host=self.host,
                port=self.port,
                user=self.user,
                password=self.password or None,
                dbname=database,
            )
        except psycopg2.OperationalError as error:
            why = str(error).strip().splitlines()[0].rstrip("?")
            raise ToolError(f"The database server does not answer: {why}.") from error
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        except psycopg2.Error as error:
            why = str(error).strip().splitlines()[0]
            raise ToolError(f"The database server refuses: {why}.") from error
        finally:
            connection.close()


@contextlib.contextmanager
def session():
    """Give a running server; the last of all users at a time stops the private one.

    Each user holds a shared lock, which the system frees even when it is killed.
    """
    if os.environ.get("PGHOST"):
        yield _external()
        return
    private = cluster.Cluster()
    with USERS_LOCK.open("w") as users:
        with file_lock(START_LOCK):
            fcntl.flock(users, fcntl.LOCK_SH)
            private.start()
        try:
            yield Server(str(private.socket), str(cluster.PORT), cluster.USER)
        finally:
            with uninterrupted(), file_lock(START_LOCK):
                if _is_last(users):
                    private.stop()


def _external():
    """Return the server that the usual variables of PostgreSQL name."""
    server = Server(
        host=os.environ["PGHOST"],
        port=os.environ.get("PGPORT") or "5432",
        user=os.environ.get("PGUSER") or getpass.getuser(),
        password=os.environ.get("PGPASSWORD", ""),
    )
    with server.cursor():
        return server


def _is_last(users):
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
