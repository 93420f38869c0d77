"""``bin/demo``: Odoo with the addon and demo data; mails land in ``.odoo/out/mail``."""

import argparse
import contextlib
import fcntl
import json
import os
import smtplib
import subprocess
import time
import urllib.request

from . import odoo, postgres
from .console import ToolError, command, say, step
from .database import Databases, addon_fingerprint, first_error
from .paths import LETTERS, LOG, MAIL, ROOT, STATE, VENV_PYTHON
from .process import free_port, require_port, running

PORT = 8069
SECONDS_TO_START = 180
TOUR = """
Odoo runs at {address} - login admin, password admin

Look first at
  1. a run: what is proposed today, why somebody is left out, the text of each notice
     {address}/odoo/action-payment_reminder.dunning_run_action
  2. a customer's case: what is late, which level is reached, what comes next
     {address}/odoo/action-payment_reminder.dunning_case_action
  3. a procedure: the levels, their texts, and when they are reached
     {address}/odoo/action-payment_reminder.dunning_procedure_action

Mails that Odoo sends are files in {mail}
Ctrl-C stops everything.
"""


@command
def main():
    """Prepare the database, then serve it or do one run."""
    options = _options()
    if not options.once:
        require_port(options.port)
    with postgres.session() as server, _use_of(options.db) as use:
        _prepare_database(server, options, use)
        with _mail_server() as smtp_port:
            if options.once:
                return _run_once(server, options, smtp_port)
            return _serve(server, options, smtp_port)


def _options():
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"of the web server ({PORT})"
    )
    parser.add_argument("--db", default="demo", help="name of the database (demo)")
    parser.add_argument("--reset", action="store_true", help="begin with new demo data")
    parser.add_argument(
        "--once", action="store_true", help="send today's reminders, list them and end"
    )
    return parser.parse_args()


# Database


@contextlib.contextmanager
def _use_of(name):
    """Give the lock that all who use a demo database share."""
    with (STATE / f"demo-{name}.lock").open("w") as use:
        yield use


@contextlib.contextmanager
def _alone(use, name):
    """Be the only one for a while; then share with whoever comes."""
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ToolError(
            f"Another bin/demo uses the database {name}: "
            "end it, or choose another one with --db."
        ) from None
    yield
    fcntl.flock(use, fcntl.LOCK_SH)


def _prepare_database(server, options, use):
    """Make the database, or bring the addon in it up to date."""
    databases = Databases(server)
    name, fingerprint = options.db, addon_fingerprint()
    state = _state(databases, name)
    if state == fingerprint and not options.reset:
        fcntl.flock(use, fcntl.LOCK_SH)
        return
    with _alone(use, name):
        if _is_fingerprint(state) and not options.reset:
            with step(f"Update of the addon in the database {name}"):
                databases.install(name, "-u")
        else:
            databases.drop(name)
            template = databases.template_with_addon()
            with step(f"Database {name}"):
                databases.copy(template, name)
                _set_parameter(server, name, "web.base.url", _address(options.port))
        databases.set_note(name, fingerprint)


def _state(databases, name):
    """Return what is noted about a database; never touch one that is not ours."""
    state = databases.note(name)
    if state is None and os.environ.get("PGHOST") and databases.exists(name):
        raise ToolError(
            f"The database {name} was not made by bin/demo: choose another --db."
        )
    return state


def _is_fingerprint(state):
    """Return whether the database was finished: until then its template is noted."""
    return len(state or "") == len(addon_fingerprint())


def _set_parameter(server, name, key, value):
    with server.cursor(name) as cursor:
        cursor.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )


def _get_parameter(server, name, key):
    with server.cursor(name) as cursor:
        cursor.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [key])
        return next(iter(cursor.fetchone() or ()), None)


# Servers


@contextlib.contextmanager
def _mail_server():
    port = free_port()
    sink = [VENV_PYTHON, "-m", "devtools.smtp_sink", "--port", port, "--out", MAIL]
    with running(sink, "demo-mail.log", cwd=ROOT) as process:
        _wait_until(
            lambda: _is_mail_server(port), process, "The mail server", "demo-mail.log"
        )
        yield port


def _serve(server, options, smtp_port):
    """Start Odoo and stay until it ends or the user ends it."""
    address, log = _address(options.port), f"demo-{options.db}.log"
    _set_parameter(server, options.db, "web.base.url", address)
    arguments = odoo.odoo_command(
        *("-d", options.db, "--db-filter", f"^{options.db}$", "--no-database-list"),
        *("--http-port", options.port, "--max-cron-threads", 1),
        *_smtp_options(smtp_port),
    )
    environment = odoo.environment(server)
    with running(arguments, log, env=environment, cwd=STATE) as process:
        with step("Odoo"):
            health = f"{address}/web/health"
            _wait_until(lambda: _answers(health), process, "Odoo", log)
        say(TOUR.format(address=address, mail=MAIL))
        _wait_for_end(process)
    raise ToolError(f"Odoo has ended: see {LOG / log}.")


def _wait_for_end(process):
    """Wait in short turns: a signal just before an endless wait would be lost in it."""
    while process.poll() is None:
        time.sleep(0.2)


def _run_once(server, options, smtp_port):
    """Let a process of Odoo's own do today's run and print what came of it."""
    _set_address_of_links(server, options)
    job = {"database": options.db, "mail": str(MAIL), "letters": str(LETTERS)}
    job["options"] = _smtp_options(smtp_port)
    job["log"] = str(LOG / "demo-once.log")
    return subprocess.run(
        [VENV_PYTHON, "-m", "devtools.demo_once", json.dumps(job)],
        env=odoo.environment(server),
        cwd=STATE,
        check=False,
    ).returncode


def _set_address_of_links(server, options):
    """Let links open where ``bin/demo`` serves the database now, or would by itself."""
    known = _get_parameter(server, options.db, "web.base.url")
    if not known or not _answers(f"{known}/web/health"):
        address = _address(options.port)
        _set_parameter(server, options.db, "web.base.url", address)


def _smtp_options(port):
    return ["--smtp", "127.0.0.1", "--smtp-port", str(port)]


def _address(port):
    return f"http://127.0.0.1:{port}"


def _wait_until(condition, process, name, log):
    """Wait until a server answers; raise when it ends before it does."""
    end = time.monotonic() + SECONDS_TO_START
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            why = first_error((LOG / log).read_text(errors="replace")) or "no reason"
            raise ToolError(f"{name} did not start: {why} (see {LOG / log}).")
        time.sleep(0.1)


def _answers(address):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=10) as response:
            return response.status == 200
    except OSError:
        return False


def _is_mail_server(port):
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            return client.noop()[0] == 250
    except OSError:
        return False


if __name__ == "__main__":
    main()
