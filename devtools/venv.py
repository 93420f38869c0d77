"""The virtual environment with the pinned packages."""

import hashlib
import shutil
import subprocess
import sys

from .console import ToolError, step
from .paths import ROOT, VENV, VENV_PYTHON
from .process import run_logged

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")


def prepare():
    """Install the packages unless exactly these are installed already."""
    wanted = _fingerprint()
    stamp = VENV / ".installed"
    if stamp.exists() and stamp.read_text() == wanted and _works():
        return
    stamp.unlink(missing_ok=True)
    if not _works():
        _create()
    with step("Python packages"):
        run_logged(
            [VENV_PYTHON, "-m", "pip", "install", "-r", ROOT / REQUIREMENTS[-1]],
            "pip.log",
            "The Python packages could not be installed "
            "(is the package index reachable?)",
        )
    stamp.write_text(wanted)


def _create():
    shutil.rmtree(VENV, ignore_errors=True)
    version = "{}.{}".format(*sys.version_info)
    with step(f"Virtual environment (Python {version})"):
        run_logged(
            [_base_python(), "-m", "venv", VENV],
            "venv.log",
            "The virtual environment could not be made "
            "(Debian needs: apt-get install python3-venv)",
        )


def _base_python():
    """Return the interpreter below a virtual environment that this one may be."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _works():
    if not VENV_PYTHON.exists():
        return False
    check = [str(VENV_PYTHON), "-m", "pip", "--version"]
    try:
        return subprocess.run(check, capture_output=True, check=False).returncode == 0
    except OSError as error:
        raise ToolError(f"{VENV} does not work ({error}): remove it.") from error


def _fingerprint():
    digest = hashlib.sha256()
    for name in REQUIREMENTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()
