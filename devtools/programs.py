"""Programs that are not Python: PostgreSQL, PDF engine, browser, QR reader, ICU.

On Debian and Ubuntu root gets what is missing; anybody else is told the command.
"""

import contextlib
import ctypes.util
import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from .console import ToolError, say, step
from .paths import STATE, VENV
from .process import run_logged

POSTGRES_FOLDERS = Path("/usr/lib/postgresql")
OLDEST_POSTGRES = 13
PDF = ("wkhtmltopdf", ["wkhtmltopdf", "fonts-dejavu-core"])
PANGO = ("Pango", ["libpango-1.0-0", "libpangoft2-1.0-0", "fonts-dejavu-core"])
BROWSER = ("chromium", ["chromium", "fonts-dejavu-core"])
QR_READER = ("zbar", ["libzbar0"])
ICU = ["libicu-dev", "pkg-config", "g++", "python3-dev"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def prepare(again=False):
    """Install what is missing, as far as this user may.

    :param bool again: also try what could not be installed the last time
    """
    if again:
        shutil.rmtree(STATE / "missing", ignore_errors=True)
    _prepare_postgres()
    if not shutil.which("wkhtmltopdf"):
        _try(*PDF, "letters are rendered by WeasyPrint instead")
    if not ctypes.util.find_library("pangoft2-1.0"):
        _try(*PANGO, "WeasyPrint cannot render letters")
    if not any(shutil.which(name) for name in BROWSERS):
        _try(*BROWSER, "browser tests are skipped")
    if not ctypes.util.find_library("zbar"):
        _try(*QR_READER, "payment codes are not read back in tests")
    _prepare_icu()


def prepare_venv_module():
    """Make sure that this Python can make virtual environments."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        if _may_install():
            _install("Python's venv module", ["python3-venv"])
        # Otherwise making the environment fails with the sentence that says so.


def postgres_folder(version=None):
    """Return the folder with the programs of the newest PostgreSQL.

    :param str version: the major version that an existing cluster needs
    :rtype: Path or None
    """
    candidates = {_major(path): path for path in POSTGRES_FOLDERS.glob("*/bin")}
    found = shutil.which("initdb")
    if found:
        folder = Path(found).resolve().parent
        candidates.setdefault(_major(folder) or OLDEST_POSTGRES, folder)
    usable = [
        (number, folder)
        for number, folder in candidates.items()
        if number >= OLDEST_POSTGRES and (folder / "pg_ctl").exists()
    ]
    if version:
        usable = [row for row in usable if str(row[0]) == version] or usable[:0]
    return max(usable)[1] if usable else None


def _prepare_postgres():
    if os.environ.get("PGHOST") or postgres_folder():
        return
    if _may_install():
        _install("PostgreSQL", ["postgresql"])
    if not postgres_folder():
        raise ToolError(
            "PostgreSQL is missing: install it (Debian: apt-get install postgresql), "
            "or set PGHOST to a running server."
        )


def _prepare_icu():
    """Install what PyICU, which has no wheels, is compiled with."""
    if _has_icu():
        return
    if _may_install():
        _install("ICU", ICU)
    if not _has_icu():
        raise ToolError(
            "ICU's headers or a C++ compiler are missing; tests compare amounts in "
            f"words with it (Debian: apt-get install {' '.join(ICU)})."
        )


def _has_icu():
    """Return whether PyICU is installed, or can be compiled."""
    if any(VENV.glob("lib/python3*/site-packages/icu")):
        return True
    return bool(
        shutil.which("pkg-config")
        and any(shutil.which(name) for name in ("c++", "g++", "clang++"))
        and not subprocess.run(
            ["pkg-config", "--exists", "icu-i18n"], check=False
        ).returncode
    )


def _try(name, packages, otherwise):
    """Install a program one can do without; say once when that is not possible."""
    given_up = STATE / "missing" / name
    if given_up.exists():
        return
    try:
        if _may_install():
            _install(name, packages)
            return
        say(
            f"{name} is missing, {otherwise}; "
            f"to get it: apt-get install {' '.join(packages)}"
        )
    except ToolError as error:
        say(f"{name} could not be installed, {otherwise}: {error}")
    given_up.parent.mkdir(parents=True, exist_ok=True)
    given_up.touch()


def _install(name, packages):
    with step(f"Installation of {name}"):
        try:
            _apt_install(name, packages)
        except ToolError:  # the lists of packages may be missing or old
            _update_once()
            _apt_install(name, packages)


def _apt_install(name, packages):
    run_logged(
        ["apt-get", "install", "-y", "--no-install-recommends", *packages],
        "apt-install.log",
        f"{name} could not be installed",
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    )


@functools.cache
def _update_once():
    """Read the lists of packages; that a foreign source of them fails is no matter."""
    with contextlib.suppress(ToolError):
        run_logged(["apt-get", "update"], "apt-get.log", "apt could not read its lists")


def _may_install():
    return os.geteuid() == 0 and bool(shutil.which("apt-get"))


def _major(folder):
    """Return the major version that a folder of PostgreSQL's programs belongs to."""
    found = re.search(r"(\d+)/bin$", str(folder))
    return int(found[1]) if found else 0
