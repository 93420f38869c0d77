"""Debian packages without touching the system: a private apt with its own state.

Signatures are verified with the archive key of the machine, from the very mirror the
machine is configured for. Nothing is installed; the files are only downloaded.
"""

import getpass
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import cache
from .console import ToolError, step
from .paths import STATE, cache_dir
from .process import run_logged

ABANDONED_AFTER = 3600  # seconds
KEYRINGS = Path("/usr/share/keyrings")
OWN_ODOO = "set ODOO_SOURCE to the folder of an Odoo 19 checkout"


def is_debian():
    """Return whether this machine runs Debian itself."""
    return _os_release().get("ID") == "debian" and bool(shutil.which("apt-get"))


def mirror():
    """Return the address from which this machine gets plain Debian.

    :raise ToolError: when it is not configured for one
    """
    fields = "$(LABEL)|$(RELEASE)|$(COMPONENT)|$(REPO_URI)"
    targets = _output(
        ["apt-get", "indextargets", "--format", fields, "Created-By: Packages"]
    )
    address = choose_mirror(targets, _os_release().get("VERSION_CODENAME", ""))
    if not address:
        raise ToolError(
            f"apt has no Debian archive configured: add one, or {OWN_ODOO}."
        )
    return address


def choose_mirror(targets, codename):
    r"""Pick the plain archive from the index targets of apt.

    The label is only known after an ``apt-get update``; without it the release decides.

    >>> choose_mirror("|trixie-security|main|x://sec/\n|trixie|main|x://deb/", "trixie")
    'x://deb/'
    """
    rows = [line.split("|") for line in targets.splitlines() if line.count("|") == 3]
    rows = [row for row in rows if row[2] == "main" and "security" not in row[1]]
    for wanted in (("Debian", codename), ("", codename)):
        for label, release, _component, address in rows:
            if (label, release) == wanted:
                return address
    return next((row[3] for row in rows if row[0] == "Debian"), None)


def fetch(packages, suites):
    """Download packages into the cache.

    :param list[str] packages: all of them from the first suite that has them
    :param tuple[str] suites: the suites to look in, the best first
    """
    if not is_debian():
        raise ToolError(f"Odoo 19 is installed from a Debian package: {OWN_ODOO}.")
    with step(f"Debian's list of packages ({suites[0]})"):
        apt, suite = _find_suite(packages[0], suites)
    others = f" and {len(packages) - 1} more packages" if packages[1:] else ""
    with step(f"Download of {packages[0]}{others}"):
        apt.download(packages, suite)


def _find_suite(package, suites):
    address = mirror()
    for suite in suites:
        apt = PrivateApt(address, suite)
        apt.update()
        if apt.has(package):
            return apt, suite
    raise ToolError(f"Debian has no package {package} any more: {OWN_ODOO}.")


class PrivateApt:
    """apt with its own lists, for one suite of one mirror."""

    def __init__(self, address, suite):
        self.folder = STATE / "apt" / suite
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        self.sources = self.folder / "sources.list"
        self.sources.write_text(f"deb {_signed_by()}{address} {suite} main\n")

    @property
    def options(self):
        """The options that keep the system's own apt out of it."""
        settings = {
            "APT::Sandbox::User": getpass.getuser(),
            "APT::Update::Error-Mode": "any",
            "Acquire::Retries": "3",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Etc::sourcelist": self.sources,
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State": self.folder,
            "Dir::State::status": self.folder / "status",
        }
        return [f"-o{name}={value}" for name, value in settings.items()]

    def update(self):
        """Read the list of packages; apt verifies its signature."""
        run_logged(
            ["apt-get", *self.options, "update"],
            "apt-update.log",
            "Debian's list of packages could not be read",
        )

    def has(self, package):
        """Return whether the suite holds a package of this name."""
        return bool(_output(["apt-cache", *self.options, "madison", package]).strip())

    def download(self, packages, suite):
        """Download into a new folder, verify, then move into the cache."""
        specs = [f"{package}/{suite}" for package in packages]
        expected = self._checksums(specs)
        cache_dir().mkdir(parents=True, exist_ok=True)
        _remove_leftovers()
        with tempfile.TemporaryDirectory(prefix="partial-", dir=cache_dir()) as folder:
            run_logged(
                ["apt-get", *self.options, "download", *specs],
                "apt-download.log",
                "Debian's packages could not be downloaded",
                cwd=folder,
            )
            for path in sorted(Path(folder).glob("*.deb")):
                _verify(path, *expected[path.name])
                cache.store(path)

    def _checksums(self, specs):
        """Return ``{file name: (algorithm, checksum)}`` from the signed lists."""
        command = ["apt-get", *self.options, "download", "--print-uris", *specs]
        rows = re.findall(r"^'.*' (\S+) \d+ (\w+):(\w+)$", _output(command), re.M)
        return {name: (kind.lower(), value) for name, kind, value in rows}


def _remove_leftovers():
    """Remove the unfinished downloads of commands that were killed."""
    for folder in cache_dir().glob("partial-*"):
        if time.time() - folder.stat().st_mtime > ABANDONED_AFTER:
            shutil.rmtree(folder, ignore_errors=True)


def _verify(path, algorithm, expected):
    if cache.checksum(path, algorithm) != expected:
        raise ToolError(
            f"The download of {path.name} is damaged: start the command again."
        )


def _signed_by():
    for name in ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"):
        if (KEYRINGS / name).exists():
            return f"[signed-by={KEYRINGS / name}] "
    return ""


def _output(arguments):
    result = subprocess.run(
        [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout


def _os_release():
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip('"') for key, value in pairs}
