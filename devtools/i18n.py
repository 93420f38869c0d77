"""``bin/i18n``: export the addon's terms and merge them into its translations.

Terms that are gone are dropped, new ones are left empty and listed; ``bin/lint`` wants
all of them translated. Odoo's export has the terms of a database without demo data, so
the file does not change with the demo.
"""

import subprocess

from . import odoo, postgres
from .console import command
from .database import Databases
from .paths import ADDON, ROOT, STATE, VENV_PYTHON


@command
def main():
    """Export the terms from a database with the addon, then merge them."""
    exported = STATE / f"{ADDON}.pot"
    with postgres.session() as server:
        template = Databases(server).template_with_addon()
        arguments = ("-d", template, "-l", "pot", "-o", str(exported), ADDON)
        subprocess.run(
            odoo.odoo_command("i18n", "export", *arguments),
            env=odoo.environment(server),
            check=True,
        )
    merge = [VENV_PYTHON, "-m", "devtools.po_merge", exported, ROOT / ADDON / "i18n"]
    return subprocess.run(merge, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    main()
