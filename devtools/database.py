"""Databases: a template with Odoo's modules, one with the addon, and copies of them.

Making the first takes a minute, a copy two seconds. A copy takes the folder of the
filestore along: without it the web client misses its assets.
"""

import contextlib
import hashlib
import os
import re
import shutil
from pathlib import Path

from . import odoo, postgres, source
from .console import ToolError, command, step
from .paths import ADDON, DATA, LOG, ROOT, STATE
from .process import file_lock, run_logged

MODULES = (
    "account",
    "account_payment",
    "portal",
    "phone_validation",
    "resource",
    "payment_custom",
    "payment_demo",
)
LANGUAGES = ("en_US", "ru_RU", "de_DE")  # the first one becomes the default
MARK = "made by payment_reminder/devtools"
BATCH = ("--stop-after-init", "--no-http", "--max-cron-threads=0")
# Half a minute that each browser test of a copy would spend again.
WARM_UP = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()"
# Changes here do not change the database that an installation makes.
NOT_INSTALLED = ("tests", "readme", "__pycache__")


@command
def main():
    """Prepare the template databases."""
    with postgres.session() as server:
        databases = Databases(server)
        databases.template()


def addon_fingerprint():
    """Return a short hash of all files of the addon that matter to a database."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / ADDON).rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(p in NOT_INSTALLED or p[0] == "." for p in parts):
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:10]


class Databases:
    """The databases of this checkout on one server."""

    def __init__(self, server):
        self.server = server
        self.lock = STATE / "databases.lock"

    # Templates

    def template(self):
        """Return the name of the database with Odoo's modules and demo data."""
        key = _hash(source.version(), ROOT, MODULES, LANGUAGES)
        return self._template(
            f"template_odoo_{key}",
            f"Template database ({', '.join(MODULES)})",
            self._build_template,
        )

    def _build_template(self, name):
        languages = f"--load-language={','.join(LANGUAGES)}"
        self.run_odoo("-d", name, "-i", ",".join(MODULES), languages, *BATCH)
        self.run_odoo("shell", "-d", name, "--no-http", script=WARM_UP)

    def template_with_addon(self):
        """Return the name of the database with the addon as well."""
        if not (ROOT / ADDON / "__manifest__.py").exists():
            raise ToolError(f"The addon {ADDON} has no __manifest__.py to install.")
        base = self.template()

        def build(name):
            self._copy(base, name)
            self.install(name)

        key = _hash(base, addon_fingerprint())
        return self._template(
            f"template_addon_{key}", f"Template database with {ADDON}", build
        )

    def _template(self, name, title, build):
        """Return the template ``name``; it has another name until it is whole."""
        with file_lock(self.lock):
            if self.exists(name):
                return name
            with step(title):
                unfinished = f"unfinished_{name}"
                self.drop(unfinished)
                build(unfinished)
                self.set_note(unfinished, str(ROOT))
                self.rename(unfinished, name)
                self._drop_old_templates(name)
        return name

    def _drop_old_templates(self, name):
        """Drop the templates of this kind and checkout that ``name`` replaces."""
        kind = name.rpartition("_")[0]
        for old in self.names(f"{kind}_%"):
            if old != name and self.note(old) == str(ROOT):
                self.drop(old)

    # Databases

    def copy(self, template, name):
        """Make a database that equals ``template``, with its files."""
        with file_lock(self.lock):
            self._copy(template, name)

    def install(self, name, option="-i"):
        """Install the addon in a database, or update it with ``-u``."""
        self.run_odoo("-d", name, option, ADDON, *BATCH)
        query = "SELECT state, demo FROM ir_module_module WHERE name = %s"
        with self.server.cursor(name) as cursor:
            cursor.execute(query, [ADDON])
            row = cursor.fetchone()
        if row != ("installed", True):
            what = "was not installed" if row[0] != "installed" else "has no demo data"
            raise ToolError(f"{ADDON} {what}, see {LOG}/database.log.")

    def run_odoo(self, *arguments, script=""):
        """Let Odoo change a database; raise with the first error of its log."""
        log, failure = LOG / "database.log", "Odoo failed to prepare a database"
        try:
            run_logged(
                odoo.odoo_command(*arguments),
                log.name,
                failure,
                script=script,
                env=odoo.environment(self.server),
                cwd=STATE,
            )
        except ToolError as error:
            why = first_error(log.read_text(errors="replace")) or error
            raise ToolError(f"{failure}: {why} ({log})") from error

    def exists(self, name):
        """Return whether the server has a database of this name."""
        return bool(self.names(name.replace("_", r"\_")))

    def names(self, pattern):
        """Return the names of databases that match a LIKE pattern."""
        query = "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY 1"
        with self.server.cursor() as cursor:
            cursor.execute(query, [pattern])
            return [row[0] for row in cursor.fetchall()]

    def note(self, name):
        """Return what was noted when we made a database, None for a foreign one."""
        query = (
            "SELECT shobj_description(oid, 'pg_database') "
            "FROM pg_database WHERE datname = %s"
        )
        with self.server.cursor() as cursor:
            cursor.execute(query, [name])
            row = cursor.fetchone()
        found = row and re.fullmatch(rf"{re.escape(MARK)}: (.*)", row[0] or "")
        return found[1] if found else None

    def set_note(self, name, text):
        """Note something about a database that we made."""
        with self.server.cursor() as cursor:
            cursor.execute(
                f'COMMENT ON DATABASE "{_checked(name)}" IS %s', [f"{MARK}: {text}"]
            )

    def drop(self, name):
        """Remove a database and its files, whoever is connected."""
        with self.server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{_checked(name)}" WITH (FORCE)')
        shutil.rmtree(filestore(name), ignore_errors=True)

    def rename(self, old, new):
        """Give a database and its files another name."""
        with self.server.cursor() as cursor:
            cursor.execute(
                f'ALTER DATABASE "{_checked(old)}" RENAME TO "{_checked(new)}"'
            )
        shutil.rmtree(filestore(new), ignore_errors=True)
        if filestore(old).is_dir():
            filestore(old).rename(filestore(new))

    @contextlib.contextmanager
    def temporary(self, template, purpose):
        """Give a copy of ``template`` that is dropped afterwards."""
        self._drop_leftovers(purpose)
        name = f"{purpose}_{os.getpid()}"
        self.copy(template, name)
        try:
            yield name
        finally:
            self.drop(name)

    def _drop_leftovers(self, purpose):
        """Drop the temporary databases of processes that were killed."""
        for name in self.names(f"{purpose}\\_%"):
            pid = name.rpartition("_")[2]
            if pid.isdigit() and self.note(name) and not Path("/proc", pid).exists():
                self.drop(name)

    def _copy(self, template, name):
        with self.server.cursor() as cursor:
            cursor.execute(
                f'CREATE DATABASE "{_checked(name)}" TEMPLATE "{_checked(template)}"'
            )
        self.set_note(name, template)
        shutil.rmtree(filestore(name), ignore_errors=True)
        if filestore(template).is_dir():
            shutil.copytree(filestore(template), filestore(name), copy_function=_link)


def filestore(name):
    """Return the folder with the files of a database."""
    return DATA / "filestore" / name


def first_error(log):
    r"""Return the message of the first error in Odoo's log, with its exception.

    >>> first_error("2026-11-23 06:55:00,123 7 CRITICAL db odoo.x: Failed\n"
    ...             "Traceback (most recent call last):\nValueError: no\n")
    'Failed ValueError: no'
    """
    start = r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ "
    found = re.search(
        rf"{start}(?:ERROR|CRITICAL) \S+ \S+ (.*(?:\n(?!\d{{4}}-).*)*)", log, re.M
    )
    if not found:
        return ""
    lines = [line for line in found[1].splitlines() if line.strip()]
    raised = [
        line for line in lines[1:] if re.match(r"[\w.]+(Error|Exception)\b", line)
    ]
    return " ".join([lines[0].strip(), *raised[-1:]])


def _hash(*values):
    return hashlib.sha256(repr(values).encode()).hexdigest()[:10]


def _checked(name):
    """Return a database name that needs no further quoting."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,63}", name):
        raise ToolError(
            f"{name} is no name for a database: use letters, digits and underscores."
        )
    return name


def _link(origin, target):
    """Hard-link a file of the filestore: Odoo never changes one in place."""
    try:
        os.link(origin, target)
    except OSError:
        shutil.copy2(origin, target)


if __name__ == "__main__":
    main()
