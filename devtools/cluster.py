"""The private PostgreSQL cluster: where it lives, who runs it, start and stop.

The server refuses to run as root, so for root it belongs to an unprivileged user; and
that user may be unable to reach the checkout, so the files may have to live elsewhere.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import programs
from .console import ToolError, step
from .paths import ADDON, STATE
from .process import reason

FOLDER = STATE / "postgres"
USER = "odoo"
PORT = 5432  # only names the socket: the server does not listen on the network
LONGEST_SOCKET = 107
SERVICE_USERS = ("postgres", "nobody")
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
checkpoint_timeout = 30min
random_page_cost = 1.1
fsync = off                 # a development database may be lost with the machine
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


class Cluster:
    """The database server of this checkout."""

    def __init__(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.owner = _owner()

    @property
    def home(self):
        """The folder that holds the data and the log; made when it is missing."""
        return self._remembered("home", self._is_reachable, Path("/var/tmp"))

    @property
    def socket(self):
        """The folder of the socket, whose path may only have 107 characters."""
        return self._remembered("socket", self._is_socket_folder, Path("/tmp"))

    @property
    def data(self):
        """The folder that ``initdb`` made."""
        return self.home / "data"

    def start(self):
        """Start the server unless it runs; make the cluster the first time."""
        if not self._exists():
            self._create()
        if self._call("pg_ctl", "status", "-D", self.data).returncode == 0:
            return
        log = self.home / "server.log"
        started = self._call(
            *("pg_ctl", "start", "-w", "-s", "-D", self.data, "-l", log),
            *("-o", f"-k '{self.socket}' -p {PORT}"),
        )
        if started.returncode:
            text = log.read_text(errors="replace") if log.exists() else started.stdout
            raise ToolError(f"PostgreSQL did not start: {reason(text)} (see {log}).")

    def stop(self):
        """Stop the server and end its connections."""
        self._call("pg_ctl", "stop", "-s", "-m", "fast", "-D", self.data)

    def _exists(self):
        return (self.home / "data" / "PG_VERSION").exists()

    def _create(self):
        fresh = self.home / "data.new"
        with step("PostgreSQL cluster"):
            shutil.rmtree(fresh, ignore_errors=True)
            made = self._call(
                *("initdb", "-D", fresh, "-U", USER, "-A", "trust", "-E", "UTF8"),
                *("--locale=C.UTF-8", "--no-sync"),
            )
            if made.returncode:
                why = reason(made.stdout)
                raise ToolError(f"The PostgreSQL cluster could not be made: {why}.")
            with (fresh / "postgresql.conf").open("a") as stream:
                stream.write(SETTINGS)
            fresh.rename(self.data)

    def _call(self, program, *arguments):
        """Run one of PostgreSQL's programs as the owner of the cluster."""
        command = [self._programs() / program, *arguments]
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **_as_user(self.owner),
        )

    def _programs(self):
        version_file = self.home / "data" / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else None
        folder = programs.postgres_folder(version)
        if not folder:
            raise ToolError(
                f"PostgreSQL {version or 'from version 13'} is missing: install it, "
                f"or remove {FOLDER} to begin with the version that is there."
            )
        return folder

    def _remembered(self, name, is_good, elsewhere):
        """Return a folder of the server's: under ``.odoo/`` if it is good there."""
        link = FOLDER / f"{name}.path"
        if link.exists() and Path(link.read_text()).is_dir():
            return Path(link.read_text())
        folder = FOLDER / name
        folder.mkdir(mode=0o700, exist_ok=True)
        self._give(folder)
        if not is_good(folder):
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix=f"{ADDON}-", dir=elsewhere))
            self._give(folder)
        link.write_text(str(folder))
        return folder

    def _is_socket_folder(self, folder):
        path = os.fsencode(folder / f".s.PGSQL.{PORT}")
        return len(path) <= LONGEST_SOCKET and self._is_reachable(folder)

    def _give(self, folder):
        if self.owner:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)

    def _is_reachable(self, folder):
        """Return whether the owner can enter a folder, through all those above."""
        probe = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
            cwd="/",
            stderr=subprocess.DEVNULL,
            check=False,
            **_as_user(self.owner),
        )
        return probe.returncode == 0


def _owner():
    """Return the account that the server runs as, or None for the present user."""
    if os.geteuid():
        return None
    for name in SERVICE_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ToolError("PostgreSQL needs a user other than root: add one named postgres.")


def _as_user(account):
    """Return the options of ``subprocess`` that make a program run as ``account``."""
    if not account:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
