"""``bin/odoo``: Odoo's own command line on the project's configuration."""

import configparser
import contextlib
import os
import signal
import subprocess
import sys

from . import postgres, source
from .console import command
from .paths import CONFIG, DATA, ROOT, VENV, VENV_PYTHON, caller_dir


@command
def main():
    """Run Odoo with the user's arguments, in the user's folder."""
    with postgres.session() as server:
        process = subprocess.Popen(
            odoo_command(*sys.argv[1:]), env=environment(server), cwd=caller_dir()
        )
        with _signals_for(process):
            return process.wait()


def odoo_command(*arguments):
    """Return the command line that runs Odoo."""
    return [str(VENV_PYTHON), "-m", "odoo", *(str(a) for a in arguments)]


def environment(server):
    """Write the configuration and return the variables with which Odoo finds all.

    Odoo reads ODOO_RC for each of its sub-commands; a ``-c`` of the user's wins.
    """
    write_config(server)
    values = {
        **os.environ,
        **server.environment(),
        "ODOO_RC": str(CONFIG),
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": f"{source.python_path()}{os.pathsep}{ROOT}",
        "PYTHONSAFEPATH": "1",  # the folder it is started in holds no modules
    }
    values.pop("PGDATABASE", None)  # Odoo would take it as --database
    return values


def write_config(server):
    """Write ``.odoo/odoo.conf``, in one piece because others may be reading it."""
    config = configparser.RawConfigParser()
    config["options"] = {
        "addons_path": ",".join(str(path) for path in addons_paths()),
        "data_dir": str(DATA),
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        **({"db_password": server.password} if server.password else {}),
        "http_interface": "127.0.0.1",
        "with_demo": "True",
    }
    temporary = CONFIG.with_name(f"{CONFIG.name}.{os.getpid()}")
    with temporary.open("w") as stream:
        os.fchmod(stream.fileno(), 0o600)
        config.write(stream)
    os.replace(temporary, CONFIG)


def addons_paths():
    """Return all folders with addons, the checkout last and only if it has any."""
    own = [ROOT] if any(ROOT.glob("*/__manifest__.py")) else []
    return [*source.addons_paths(), *own]


@contextlib.contextmanager
def _signals_for(process):
    """Let the program decide what a signal means while we wait for its end."""
    handlers = {
        signal.SIGINT: signal.SIG_IGN,  # the terminal gives it to the program too
        signal.SIGTERM: lambda number, _frame: process.send_signal(number),
        signal.SIGHUP: lambda number, _frame: process.send_signal(number),
    }
    previous = {number: signal.signal(number, h) for number, h in handlers.items()}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    main()
