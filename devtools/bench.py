"""``bin/bench``: run ``benchmarks/`` with Odoo, the database server and a template.

The benchmarks get the usual variables of PostgreSQL, ODOO_RC with the configuration,
and BENCH_TEMPLATE with the name of a database to copy: the addon, with demo data.
"""

import subprocess
import sys

from . import odoo, postgres
from .console import ToolError, command
from .database import Databases
from .paths import ROOT, VENV_PYTHON


@command
def main():
    """Pass the user's arguments on to the benchmarks."""
    if not (ROOT / "benchmarks" / "__main__.py").exists():
        raise ToolError("There is no benchmarks/__main__.py to run.")
    with postgres.session() as server:
        template = Databases(server).template_with_addon()
        environment = odoo.environment(server) | {"BENCH_TEMPLATE": template}
        return subprocess.run(
            [VENV_PYTHON, "-m", "benchmarks", *sys.argv[1:]],
            cwd=ROOT,
            env=environment,
            check=False,
        ).returncode


if __name__ == "__main__":
    main()
