"""Other programs: run them with their output in a log, start them, end them."""

import contextlib
import fcntl
import os
import re
import signal
import socket
import subprocess

from .console import ToolError, uninterrupted
from .paths import LOG

_DISK_FULL = re.compile(r"No space left on device|Disk quota exceeded|DiskFull")
_UNREACHABLE = re.compile(
    r"Could not (resolve|connect)|Temporary failure|Connection (refused|timed out)"
    r"|Name or service not known|Network is unreachable|Failed to establish"
    r"|Read timed out|Failed to fetch|NewConnectionError|ConnectTimeout"
)


def run_logged(arguments, log_name, failure, script="", **options):
    """Run a program with its output in ``.odoo/log/<log_name>``.

    :param str failure: what to say first when it fails
    :param str script: what the program reads from its standard input
    :raise ToolError: with the reason, as far as the output shows one
    """
    LOG.mkdir(parents=True, exist_ok=True)
    log = LOG / log_name
    with log.open("w") as stream:
        result = subprocess.run(
            [str(argument) for argument in arguments],
            input=script,
            stdout=stream,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **options,
        )
    if result.returncode:
        raise ToolError(f"{failure}: {reason(log.read_text(errors='replace'))} ({log})")


def reason(output):
    """Return the likely reason of a failure from a program's output."""
    if _DISK_FULL.search(output):
        return "the disk is full"
    if _UNREACHABLE.search(output):
        return "the server was not reached, check the network and its proxy settings"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(E:|ERROR|error|fatal)", line)]
    return (errors or lines or ["it gave no reason"])[-1].rstrip(".")


def is_port_free(port, host="127.0.0.1"):
    """Return whether a server could listen on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_port(port):
    """Raise when another program listens on ``port``."""
    if not 0 < port < 65536:
        raise ToolError(f"{port} is not a port: give a number from 1 to 65535.")
    if not is_port_free(port):
        raise ToolError(
            f"Port {port} is not free: stop the program that uses it "
            "or choose another one with --port."
        )


def free_port():
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(arguments, log_name, **options):
    """Start a program in a group of its own and end the whole group afterwards."""
    LOG.mkdir(parents=True, exist_ok=True)
    with (LOG / log_name).open("w") as stream:
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    try:
        yield process
    finally:
        with uninterrupted():
            stop_group(process)


def stop_group(process, seconds=15):
    """End a process that leads its group, and all of the group."""
    if process.poll() is None:
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
    _signal_group(process, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def file_lock(path):
    """Hold the exclusive lock of the file ``path``; others wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _signal_group(process, number):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
