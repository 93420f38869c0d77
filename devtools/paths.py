"""Where things are: the checkout, its state folder, the user's cache."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = "payment_reminder"

STATE = ROOT / ".odoo"
CONFIG = STATE / "odoo.conf"
DATA = STATE / "data"
LOG = STATE / "log"
MAIL = STATE / "out" / "mail"
LETTERS = STATE / "out" / "letters"
PREFIX = STATE / "odoo"
VENV = STATE / "venv"
VENV_PYTHON = VENV / "bin" / "python"


def cache_dir():
    """Return the folder of the user's cache where downloads are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / ADDON


def caller_dir():
    """Return the folder in which the user typed the command."""
    return Path(os.environ.get("CALLER_DIR") or Path.cwd())
