"""``bin/demo`` as a newcomer uses it."""

import os
import re
import signal
import subprocess
import urllib.request
from email import message_from_binary_file, policy

import pytest

from devtools.database import Databases
from devtools.paths import LETTERS, MAIL, ROOT
from devtools.process import free_port, is_port_free

pytestmark = pytest.mark.slow
DEMO = str(ROOT / "bin" / "demo")


@pytest.fixture
def name(server):
    """Give the name of a demo database that is dropped afterwards."""
    name = f"system_demo_{os.getpid()}"
    yield name
    Databases(server).drop(name)


def test_one_run_sends_everything_and_the_next_one_nothing(name):
    command = [DEMO, "--once", "--db", name]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stdout + first.stderr
    mails = re.findall(r"\S+\.eml$", first.stdout, re.M)
    letters = re.findall(r"\S+(?<!/)\.pdf$", first.stdout, re.M)
    assert_estimate_is_told(first.stdout)
    assert_plan_is_told(first.stdout)
    assert_interest_is_told(first.stdout)
    assert mails
    assert letters
    assert all((MAIL / file).stat().st_size for file in mails)
    assert all((LETTERS / file).read_bytes().startswith(b"%PDF") for file in letters)

    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stdout.splitlines()[-1] == "0 new notices"


def assert_plan_is_told(output):
    """The schedule of a plan, and the mail about the instalment that is late."""
    story = re.search(
        r"^Instalments of Kestrel Outdoor B.V., PLAN/\S+: 1,800.00 EUR open"
        r"(?:\n  [12]  \S+  300.00 EUR  paid){2}"
        r"\n  3  \S+  300.00 EUR  late"
        r"(?:\n  [4-8]  \S+  300.00 EUR  open){5}"
        r"\n  Friendly reminder: 300.00 EUR, '(?P<subject>.+)'$",
        output,
        re.M,
    )
    assert story, output
    subjects = []
    for path in MAIL.glob("*kestrel*.eml"):
        with path.open("rb") as stream:
            headers = message_from_binary_file(stream, policy=policy.default)
        subjects.append(" ".join(headers["Subject"].split()))
    assert " ".join(story["subject"].split()) in subjects


def assert_interest_is_told(output):
    """Published examples by four laws, each with its periods, come to the cent."""
    sums = re.findall(
        r"(?:\n    +\S+  +\S+  +\d+  +.+)+"
        r"\n  Interest ([\d,.]+) [A-Z]{3}.*; published: ([\d.]+) \(\S.+\)",
        output,
    )
    assert len(sums) == 4, output
    for computed, published in sums:
        assert computed.replace(",", "") == published


def assert_estimate_is_told(output):
    """The way from estimate to reminder: the same amount is invoiced and asked for."""
    story = re.search(
        r"  estimate \S+ Timetable and ticket shop: [\d,.]+ EUR, "
        r"accepted by Ingrid Dahl"
        r"\n  invoice \S+: (?P<amount>[\d,.]+ EUR), due \S.*"
        r"\n    for Concept and design, .*complexity.*"
        r"\n  reminder by email: .+, (?P=amount)\n",
        output,
        re.I,
    )
    assert story, output
    [mail] = re.findall(r"^Fjord Ferries AS .* email .* (\S+\.eml)$", output, re.M)
    with (MAIL / mail).open("rb") as stream:
        body = message_from_binary_file(stream, policy=policy.default).get_body()
    assert "Concept and design" in body.get_content()


def test_links_of_a_run_open_until_an_interrupt_stops_everything(name):
    port = free_port()
    demo = subprocess.Popen(
        [DEMO, "--port", str(port), "--db", name],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a test run in the background of a shell ignores Ctrl-C, and so would this
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with demo.stdout:
        lines = iter(demo.stdout.readline, "")
        assert any("Ctrl-C stops everything" in line for line in lines)
        assert not is_port_free(port)
        assert_links_open(name, port)
        os.killpg(demo.pid, signal.SIGINT)
        assert demo.wait(timeout=90) == 130
    assert is_port_free(port)
    assert not processes_with(name)


def assert_links_open(name, port):
    """Each notice of a run has a link below it, which opens on the running server."""
    once = [DEMO, "--once", "--db", name]
    done = subprocess.run(once, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    address = rf"http://127\.0\.0\.1:{port}/pay/\d+-[a-z2-7]{{24}}"
    files = re.findall(r"\S+\.(?:eml|pdf)\n.*", done.stdout)
    links = re.findall(rf"\S+\.(?:eml|pdf)\n  ({address})$", done.stdout, re.M)
    assert links, done.stdout
    assert len(set(links)) == len(links) == len(files) - 1  # one is the print run
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for link in links[:2]:
        with opener.open(link, timeout=60) as response:
            assert response.status == 200


def processes_with(word):
    """Return the command lines of processes that contain a word."""
    listing = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True
    )
    return [line for line in listing.stdout.splitlines() if f"-d {word}" in line]
