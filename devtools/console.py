"""How the commands speak: a line for each long step, one sentence for a failure."""

import contextlib
import errno
import functools
import signal
import sys
import time


class ToolError(Exception):
    """A failure that is explained to the user in one sentence."""


def say(text=""):
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


@contextlib.contextmanager
def step(text):
    """Print ``text`` when a long step begins and its seconds when it is done."""
    print(f"{text} ...", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say()
        raise
    say(f" {time.monotonic() - start:.1f} s")


def command(main):
    """Turn ``main`` into a process: exit status, clean end on signals, no traceback."""

    @functools.wraps(main)
    def wrapper():
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _exit_on_signal)
        try:
            status = main()
        except KeyboardInterrupt:
            say()
            status = 130
        except (ToolError, OSError) as error:
            print(f"error: {explain(error)}", file=sys.stderr, flush=True)
            status = 1
        sys.exit(status or 0)

    return wrapper


def explain(error):
    """Return the one sentence that tells a person what to do about ``error``."""
    if isinstance(error, ToolError):
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full: free some space and start the command again."
    if isinstance(error, PermissionError):
        return (
            f"No permission for {error.filename}: "
            "it may have been made by another user; remove it or give it to yourself."
        )
    return f"{error}."


@contextlib.contextmanager
def uninterrupted():
    """Ignore signals while things are being stopped."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, previous, strict=True):
            signal.signal(number, handler)


def _exit_on_signal(number, _frame):
    sys.exit(128 + number)
