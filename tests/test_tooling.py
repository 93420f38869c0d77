"""The tooling itself: what it counts, checks, says and leaves behind."""

import contextlib
import os
import re
import socket
import subprocess
import time

import pytest

from devtools import (
    cache,
    cluster,
    console,
    database,
    debian,
    lint_po,
    lint_xml,
    odoo_log,
    process,
    programs,
    selection,
    source,
)
from devtools.outcome import Outcome, from_junit
from devtools.paths import ROOT


def wait_for(condition, seconds=5):
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


# --- What a test run says ---

TIME = "2026-11-23 06:55:00,123 7"
TESTS = "odoo.addons.payment_reminder.tests.test_run"
PASSED = f"{TIME} INFO db {TESTS}: Starting TestRun.test_{{}} ...\n"
SUM = f"{TIME} INFO db odoo.tests.result: {{}} failed, {{}} error(s) of {{}} tests "
SUM += "when loading database 'db'\n"


def outcome_of(log):
    """Return what the parser makes of a log."""
    return odoo_log.TestLog(log).outcome()


def test_log_of_passing_tests():
    log = PASSED.format("a") + PASSED.format("b") + SUM.format(0, 0, 2)
    assert outcome_of(log) == Outcome(passed=2)


def test_log_with_failed_subtests_counts_the_test_once():
    fail = (
        f"{TIME} ERROR db {TESTS}: FAIL: Subtest TestRun.test_a (n={{}})\nTraceback\n"
    )
    log = PASSED.format("a") + fail.format(1) + fail.format(2) + SUM.format(2, 0, 1)
    assert outcome_of(log) == Outcome(failed=1)


def test_log_with_an_error_in_the_set_up_of_a_class_is_a_failure():
    log = f"{TIME} ERROR db odoo.tests.suite: ERROR: setUpClass ({TESTS}.TestRun)\n"
    log += PASSED.format("b") + SUM.format(0, 1, 1)
    assert outcome_of(log) == Outcome(passed=1, failed=1)


def test_log_with_skipped_tests():
    log = PASSED.format("a") + f"{TIME} INFO db {TESTS}: skipped TestRun.test_a : no\n"
    assert outcome_of(log + SUM.format(0, 0, 1)) == Outcome(skipped=1)


def test_log_that_ends_early_is_a_failure():
    assert outcome_of(PASSED.format("a")).failed == 1
    assert outcome_of("").failed == 1


def test_log_whose_sum_shows_more_than_its_lines_is_a_failure():
    assert outcome_of(PASSED.format("a") + SUM.format(0, 1, 1)).failed == 1


def test_first_error_of_a_log_is_the_reason():
    log = f"{TIME} CRITICAL db odoo.service.server: Failed to initialize\n"
    log += "Traceback (most recent call last):\n  File x\nValueError: no such model\n"
    assert database.first_error(log) == "Failed to initialize ValueError: no such model"


def test_last_line_of_a_run():
    assert str(Outcome(3, 1)) == "3 passed, 1 failed"
    assert str(Outcome(3, 0, 2)) == "3 passed, 0 failed, 2 skipped"


def test_report_of_pytest_is_read_and_a_missing_one_is_empty(tmp_path):
    report = tmp_path / "report.xml"
    assert not from_junit(report).ran
    report.write_text(
        '<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1"/>'
        "</testsuites>"
    )
    assert from_junit(report) == Outcome(2, 2, 1)


def test_selection_by_name(tmp_path, monkeypatch):
    tests = tmp_path / "payment_reminder" / "tests"
    tests.mkdir(parents=True)
    (tests / "test_run.py").write_text("class TestPlan:\n def test_gap(self): pass\n")
    (tests / "common.py").write_text("class Mixin:\n def test_shared(self): pass\n")
    monkeypatch.setattr(selection, "ROOT", tmp_path)
    assert selection.tags_for("test_run") == "/payment_reminder/tests/test_run.py"
    assert selection.tags_for("testplan") == "/payment_reminder:TestPlan"
    assert selection.tags_for("gap") == "/payment_reminder.test_gap"
    assert selection.tags_for("SHARED") == "/payment_reminder.test_shared"
    assert selection.tags_for("nothing") is None
    assert selection.tags_for(fast=True).endswith(",-payment_reminder_slow")


# --- The set-up ---


@pytest.fixture
def cached_deb(tmp_path, monkeypatch):
    """Give a package file in a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    download = tmp_path / "odoo-19_19.0_all.deb"
    download.write_bytes(b"content")
    cache.cache_dir().mkdir(parents=True)
    return cache.store(download)


def test_cached_download_is_found_with_its_checksum(cached_deb):
    assert cache.find("odoo-19") == (cached_deb, [])
    assert cache.sidecar(cached_deb).read_text().endswith("  odoo-19_19.0_all.deb\n")


def test_cached_download_of_another_package_is_not_taken(cached_deb):
    assert cache.find("odoo") == (None, [])


@pytest.mark.parametrize("damage", ["content", "checksum"])
def test_damaged_download_is_noticed_and_removed(cached_deb, damage):
    if damage == "content":
        cached_deb.write_bytes(b"cont")
    else:
        cache.sidecar(cached_deb).unlink()
    assert cache.find("odoo-19") == (None, [cached_deb])
    assert not cached_deb.exists()


def test_mirror_is_the_plain_archive():
    targets = (
        "Debian-Security|bookworm-security|main|x://security/\n"
        "|bookworm|contrib|x://other/\nDebian|bookworm|main|x://debian/\n"
    )
    assert debian.choose_mirror(targets, "bookworm") == "x://debian/"
    assert debian.choose_mirror("||main|x://vendor/", "bookworm") is None


def test_own_odoo_that_is_none_is_explained(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
    with pytest.raises(console.ToolError, match="contains odoo/release.py"):
        source.python_path()


def test_missing_postgresql_is_explained(tmp_path, monkeypatch):
    monkeypatch.delenv("PGHOST", raising=False)
    monkeypatch.setattr(programs, "POSTGRES_FOLDERS", tmp_path)
    monkeypatch.setattr(programs, "_may_install", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(console.ToolError, match="apt-get install postgresql"):
        programs.prepare()


def test_missing_icu_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "VENV", tmp_path)
    monkeypatch.setattr(programs, "_may_install", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(console.ToolError, match="apt-get install libicu-dev"):
        programs._prepare_icu()
    (tmp_path / "lib/python3.11/site-packages/icu").mkdir(parents=True)
    programs._prepare_icu()


def test_newest_postgresql_is_taken_and_an_old_one_is_not(tmp_path, monkeypatch):
    for version in ("9.6", "12", "13", "17"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        (folder / "pg_ctl").touch()
    monkeypatch.setattr(programs, "POSTGRES_FOLDERS", tmp_path)
    monkeypatch.setenv("PATH", "")
    assert programs.postgres_folder() == tmp_path / "17" / "bin"
    assert programs.postgres_folder("13") == tmp_path / "13" / "bin"
    assert programs.postgres_folder("12") is None


def test_socket_with_a_long_path_moves(tmp_path, monkeypatch):
    deep = tmp_path / ("long" * 25)
    monkeypatch.setattr(cluster, "FOLDER", deep)
    monkeypatch.setattr(cluster, "_owner", lambda: None)
    private = cluster.Cluster()
    try:
        assert len(str(private.socket)) < 90
        assert private.socket == private.socket
        assert private.home == deep / "home"
    finally:
        private.socket.rmdir()


def test_taken_port_is_explained():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(console.ToolError, match=f"Port {port} is not free"):
            process.require_port(port)
    process.require_port(port)


@pytest.mark.parametrize(
    "output, reason",
    [
        ("x\ntar: write error: No space left on device\ny", "the disk is full"),
        (
            "E: Failed to fetch x  Could not resolve 'host'",
            "the server was not reached",
        ),
        ("ERROR: No matching distribution found.\nnote", "ERROR: No matching dist"),
        ("", "it gave no reason"),
    ],
)
def test_reason_of_a_failed_program(output, reason):
    assert process.reason(output).startswith(reason)


def test_full_disk_is_explained():
    assert console.explain(OSError(28, "ENOSPC")).startswith("The disk is full")


def test_failure_is_one_sentence_and_status_one(capsys):
    @console.command
    def main():
        raise console.ToolError("Nothing works.")

    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert capsys.readouterr().err == "error: Nothing works.\n"


def test_stopped_program_takes_its_children_along(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LOG", tmp_path)
    with process.running(["sh", "-c", "sleep 60 & echo $!; wait"], "x.log"):
        log = tmp_path / "x.log"
        wait_for(lambda: log.read_text().strip())
        child = int(log.read_text())
    wait_for(lambda: not is_alive(child))


def is_alive(pid):
    """Return whether a process runs; one that nobody waited for does not."""
    with contextlib.suppress(FileNotFoundError):
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    return False


# --- The style ---


def messages(path):
    """Return what the check of an XML file says, without line numbers."""
    return [message for _line, message in lint_xml.check(path)]


def test_clean_xml_with_mixed_content_has_no_findings(tmp_path):
    path = tmp_path / "view.xml"
    path.write_text(
        '<odoo>\n    <template id="a">\n        <p>Dear <b>you</b>,\n'
        "            <!-- <b>\n  <i> -->\n            <t\n                t-out='x'\n"
        "            /> and <i>x</i></p>\n    </template>\n</odoo>\n"
    )
    assert messages(path) == []


@pytest.mark.parametrize(
    "text, message",
    [
        ("<odoo>", "not well-formed"),
        ("<odoo>\n  <data/>\n</odoo>\n", "<data> is indented by 2 spaces, not 4"),
        ("<odoo>\n\t<data/>\n</odoo>\n", "a tab"),
        ("<odoo> \n</odoo>\n", "trailing white space"),
        ("<odoo></odoo>", "the file does not end with one newline"),
        (
            '<odoo>\n    <record id="a"/>\n    <record id="a"/>\n</odoo>\n',
            "the id a is used twice",
        ),
    ],
)
def test_finding_in_xml(tmp_path, text, message):
    path = tmp_path / "view.xml"
    path.write_text(text)
    assert messages(path)[0].startswith(message)


def test_fixed_xml_is_clean_and_reads_the_same(tmp_path):
    path = tmp_path / "view.xml"
    path.write_text(
        "<odoo>\n <template>\n <p\n  class='x'> \n\tHello <b>you</b>\n </p>\n"
        "<pre>\n  as\n is\n</pre>\n<![CDATA[\nif x:\n  y\n]]>\n</template></odoo>"
    )
    lint_xml.fix(path)
    assert messages(path) == []
    assert path.read_text() == (
        "<odoo>\n    <template>\n        <p\n         class='x'>\n"
        "           Hello <b>you</b>\n        </p>\n"
        "        <pre>\n  as\n is\n</pre>\n        <![CDATA[\nif x:\n  y\n]]>\n"
        "    </template></odoo>\n"
    )


def test_translations_are_complete_and_keep_placeholders(tmp_path):
    path = tmp_path / "ru.po"
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "one"\nmsgstr ""\n\n#, fuzzy\nmsgid "two"\nmsgstr "2"\n\n'
        'msgid "%(n)s days"\nmsgstr "%(m)s дней"\n\nmsgid "four"\nmsgstr "4"\n'
    )
    found = [message.split(":")[0] for _line, message in lint_po.check(path)]
    assert found == [
        "not translated",
        "fuzzy",
        "other placeholders than the original",
    ]


# --- The repository ---


def tracked_files():
    """Return the files of the repository, with those that are not committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("this is no Git checkout")
    names = os.fsdecode(listing.stdout).splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_repository_names_no_mirror_and_no_path_of_a_machine():
    forbidden = re.compile(
        r"https?://[\w.-]*(deb\.debian\.org|ftp\.\w+\.debian|pypi\.org|pythonhosted)"
        r"|--(extra-)?index-url|/root/|/home/\w+/"
    )
    this_file = ROOT / "tests" / "test_tooling.py"
    for path in tracked_files():
        if path == this_file or path.suffix in {".png", ".jpg", ".pdf", ".ttf"}:
            continue
        found = forbidden.search(path.read_text(errors="replace"))
        assert not found, f"{path}: {found[0]}"


def test_requirements_are_exact():
    exact = r"[\w.-]+==[\w.]+( ; python_version .*)?|#.*|-r requirements.txt|"
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert re.fullmatch(exact, line), line
