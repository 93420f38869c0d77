"""Odoo itself: from Debian's package under ``.odoo/odoo``, or from ODOO_SOURCE."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import cache, debian
from .console import ToolError, say, step
from .paths import LOG, PREFIX
from .process import run_logged

SERIES = "19.0"
SUITES = ("sid", "testing", "stable")
PACKAGE = "odoo-19"
# Debian replaces fonts and libraries inside Odoo by links to these packages.
LINKED = (
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# The web client needs the file names of version 4.7, which is the one of this suite.
FONT_AWESOME, FONT_AWESOME_SUITES = "fonts-font-awesome", ("bookworm", "stable")
# Left out by Debian; without any file there each browser test fails on a 404.
PLACEHOLDER = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def python_path():
    """Return the folder from which ``import odoo`` works."""
    own = os.environ.get("ODOO_SOURCE")
    if not own:
        return PREFIX / "usr" / "lib" / "python3" / "dist-packages"
    folder = Path(own).expanduser().resolve()
    if not (folder / "odoo" / "release.py").is_file():
        raise ToolError(
            f"ODOO_SOURCE is {own}, but there is no Odoo: "
            "name the folder that contains odoo/release.py."
        )
    return folder


def addons_paths():
    """Return the folders with Odoo's own addons.

    Debian's package also has a folder of addons without their data: not usable.
    """
    folder = python_path()
    candidates = (folder / "addons", folder / "odoo" / "addons")
    return [
        path
        for path in candidates
        if any((path / name / "static").is_dir() for name in ("base", "web"))
    ]


def version():
    """Return what identifies this Odoo: package files, or checkout and commit."""
    if not os.environ.get("ODOO_SOURCE"):
        return _stamp().read_text()
    folder = python_path()
    commit = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{folder} {commit.stdout.strip()}"


def prepare():
    """Make sure that an Odoo of the right series is there."""
    if not os.environ.get("ODOO_SOURCE"):
        _install()
    release = (python_path() / "odoo" / "release.py").read_text()
    found = re.search(r"version_info = \((\d+), (\d+)", release)
    if not found or ".".join(found.groups()) != SERIES:
        raise ToolError(
            f"{python_path()} is not Odoo {SERIES}: set ODOO_SOURCE to one that is."
        )


def _install():
    if _stamp().exists():
        return
    files = _cached(PACKAGE, *LINKED, suites=SUITES)
    files += _cached(FONT_AWESOME, suites=FONT_AWESOME_SUITES)
    with step("Unpacking Odoo"):
        fresh = PREFIX.with_name(f"{PREFIX.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for path in files:
            run_logged(
                ["dpkg-deb", "-x", path, fresh],
                "unpack.log",
                f"{path.name} could not be unpacked",
            )
        _complete(fresh)
        shutil.rmtree(PREFIX, ignore_errors=True)
        (fresh / ".installed").write_text("\n".join(path.name for path in files))
        fresh.rename(PREFIX)


def _cached(*packages, suites):
    """Return the package files, downloading those that are missing or damaged."""
    missing = []
    for package in packages:
        path, damaged = cache.find(package)
        for file in damaged:
            say(f"{file.name} in the cache is damaged: it is downloaded again")
        if not path:
            missing.append(package)
    if missing:
        debian.fetch(missing, suites)
    return [_require(package) for package in packages]


def _require(package):
    path, _damaged = cache.find(package)
    if not path:
        raise ToolError(f"{package} was not downloaded: see {LOG}/apt-download.log.")
    return path


def _complete(prefix):
    addons = prefix / "usr/lib/python3/dist-packages/odoo/addons"
    placeholder = addons / PLACEHOLDER
    placeholder.parent.mkdir(parents=True, exist_ok=True)
    placeholder.touch()


def _stamp():
    return PREFIX / ".installed"
