"""A session of Odoo in this process: an environment on a database of the bench."""

import contextlib
import logging

import odoo.cli  # noqa: F401  the patches of the command line, as the server has them
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


@contextlib.contextmanager
def environment(database, *addons_paths):
    """Give an environment of the superuser; what is not committed is lost."""
    open_config(*addons_paths)
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        cr.rollback()


def open_config(*addons_paths):
    """Read the configuration that ODOO_RC names; log problems only."""
    config.parse_config(["--log-level=error", "--max-cron-threads=0"])
    logging.getLogger().setLevel(logging.ERROR)
    config["addons_path"] = [*config["addons_path"], *map(str, addons_paths)]
    odoo.modules.module.initialize_sys_path()
