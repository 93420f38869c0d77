"""``bin/lint``: check the style of everything, one line for each finding."""

import argparse
import os
import subprocess
import time

from . import lint_po, lint_xml
from .console import command, say
from .paths import ADDON, ROOT, STATE, VENV_PYTHON

PYTHON_FOLDERS = (ADDON, "devtools", "tests", "benchmarks")


@command
def main():
    """Check everything, after formatting it if asked to."""
    parser = argparse.ArgumentParser(prog="bin/lint", description=__doc__)
    parser.add_argument(
        "--fix", action="store_true", help="first format what can be formatted"
    )
    if parser.parse_args().fix:
        fix()
    return 1 if report() else 0


def report():
    """Print the findings and return how many there are."""
    start = time.monotonic()
    findings = run()
    for finding in findings:
        say(finding)
    seconds = time.monotonic() - start
    say(f"Lint: {len(findings) or 'no'} findings ({seconds:.1f} s)")
    return len(findings)


def run():
    """Return a line ``path:line: message`` for each finding of each tool."""
    return [
        *_ruff(),
        *_ruff_format(),
        *_pylint(),
        *_xml(),
        *_po(),
        *_shell(),
        *_readme(),
    ]


def fix():
    """Format Python and XML, make the pages of the readme fragments."""
    folders = _python_folders()
    _tool("ruff", "check", "--quiet", "--fix", *folders)
    _tool("ruff", "format", "--quiet", *folders)
    for path in _addon_files("xml"):
        lint_xml.fix(path)
    _tool("devtools.readme")


def _ruff():
    options = ["--quiet", "--output-format=concise"]
    return _lines(_tool("ruff", "check", *options, *_python_folders()))


def _ruff_format():
    options = ["--quiet", "--check", "--output-format=concise"]
    return _lines(_tool("ruff", "format", *options, *_python_folders()))


def _pylint():
    if not (ROOT / ADDON / "__manifest__.py").exists():
        return []
    result = _tool("pylint", "--rcfile=.pylintrc", "-j", os.cpu_count() or 1, ADDON)
    lines = [line for line in _lines(result) if not line.startswith("*****")]
    return lines or ([f"{ADDON}:1: pylint failed"] if result.returncode else [])


def _xml():
    for path in _addon_files("xml"):
        yield from _findings(path, lint_xml.check(path))


def _po():
    for path in [*_addon_files("po"), *_addon_files("pot")]:
        yield from _findings(path, lint_po.check(path))


def _shell():
    for path in sorted([*(ROOT / "bin").iterdir(), ROOT / ".ci" / "run"]):
        result = subprocess.run(
            ["bash", "-n", str(path)], capture_output=True, text=True, check=False
        )
        yield from _lines(result)
        if not os.access(path, os.X_OK):
            yield f"{path.relative_to(ROOT)}:1: not executable"


def _readme():
    """Say which pages are not what the fragments in readme/ make."""
    return _lines(_tool("devtools.readme", "--check"))


def _findings(path, findings):
    name = path.relative_to(ROOT)
    return [f"{name}:{line}: {message}" for line, message in findings]


def _addon_files(extension):
    return sorted((ROOT / ADDON).rglob(f"*.{extension}"))


def _python_folders():
    return [name for name in PYTHON_FOLDERS if (ROOT / name).is_dir()]


def _tool(module, *arguments):
    return subprocess.run(
        [str(VENV_PYTHON), "-m", module, *(str(a) for a in arguments)],
        cwd=ROOT,
        env=os.environ | {"RUFF_CACHE_DIR": str(STATE / "ruff_cache")},
        capture_output=True,
        text=True,
        check=False,
    )


def _lines(result):
    output = result.stdout + result.stderr
    return [line for line in output.splitlines() if line.strip()]


if __name__ == "__main__":
    main()
