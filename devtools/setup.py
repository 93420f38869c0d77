"""``bin/setup``: prepare whatever is missing; quick when nothing is."""

import argparse
import subprocess

from . import programs, source, venv
from .console import command, say
from .paths import LOG, STATE, VENV_PYTHON
from .process import file_lock


@command
def main():
    """Prepare the tools and, unless only these are asked for, the template database."""
    parser = argparse.ArgumentParser(prog="bin/setup", description=__doc__)
    parser.add_argument(
        "--tools-only", action="store_true", help="leave out the template database"
    )
    options = parser.parse_args()
    prepare(again=not options.tools_only)
    if options.tools_only:
        return 0
    status = subprocess.run(
        [VENV_PYTHON, "-m", "devtools.database"], check=False
    ).returncode
    if not status:
        say("Ready: bin/demo shows the addon, bin/test checks it.")
    return status


def prepare(again):
    """Prepare programs, Python packages and Odoo, one process at a time."""
    LOG.mkdir(parents=True, exist_ok=True)
    with file_lock(STATE / "setup.lock"):
        programs.prepare(again)
        programs.prepare_venv_module()
        venv.prepare()
        source.prepare()


if __name__ == "__main__":
    main()
