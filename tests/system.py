"""The world of the system tests: customers who owe, workers that can be killed.

Everything is real: the database, Odoo's own processes, SMTP. What a process must do at
a certain point (stop, fail) is said in the script that it runs; the addon has no hooks
for tests.
"""

import contextlib
import email
import os
import signal
import subprocess
import time
from collections import Counter
from email import policy
from pathlib import Path

from devtools import odoo
from devtools.database import Databases

MANY = 200

#: The condition that a contact is one of ours and not of the demo data.
OURS = "contact.email LIKE 'c___@customer.example.com'"

#: Half of the customers can be reached by letter too.
WORLD = (
    f"MANY = {MANY}\n"
    + """
from datetime import timedelta
today = env.company._get_dunning_today()
env["dunning.procedure"].search([]).level_ids.attach_invoices = False
env["account.move"].search([("move_type", "=", "out_invoice")]).no_followup = True
country = env.ref("base.de").id
partners = env["res.partner"].create([{
    "name": f"Customer {number:03d}",
    "email": f"c{number:03d}@customer.example.com",
    "company_id": False,
    **({"street": "1 Road", "city": "Town", "country_id": country}
       if number % 2 else {}),
} for number in range(MANY)])
moves = env["account.move"].create([{
    "move_type": "out_invoice",
    "partner_id": partner.id,
    "invoice_date": today - timedelta(days=20),
    "invoice_payment_term_id": False,
    "invoice_date_due": today - timedelta(days=5),
    "invoice_line_ids": [(0, 0, {"name": "Work", "price_unit": 100, "tax_ids": []})],
} for partner in partners])
moves.action_post()
env["ir.mail_server"].create(
    {"name": "sink", "smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_encryption":
     "none", "smtp_authentication": "login", "from_filter": False})
env.ref("payment_reminder.ir_cron_dunning_send").active = True
env.cr.commit()
"""
)

PLAN = """
run = env["dunning.run"].create({})
run.action_plan()
run.action_approve()
run.action_send()
env.cr.commit()
"""

WORK = 'env["dunning.notice"]._cron_send_queued()\n'

#: Give ``stop_before(model, method, file, number)``: the process makes a file appear
#: when it comes to a method for the n-th time, and goes no further.
STOP = """
import pathlib, time

def stop_before(model, method, file, number=1):
    cls = type(env[model])
    original = getattr(cls, method)
    calls = []

    def stop(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == number:
            pathlib.Path(file).touch()
            time.sleep(600)
        return original(self, *args, **kwargs)

    setattr(cls, method, stop)

"""


class System:
    """One database full of queued notices, its mail server and its workers."""

    def __init__(self, server, database, folder):
        self.server, self.database, self.folder = server, database, Path(folder)
        self.sinks, self.processes = [], []

    # Processes

    def start(self, script):
        """Start an Odoo process that runs ``script`` with ``env``."""
        return self._spawn(["shell", "-d", self.database, "--no-http"], script)

    def start_cron(self):
        """Start an Odoo server that does nothing but its scheduled jobs."""
        options = ["--no-http", "--max-cron-threads=1"]
        return self._spawn(["server", "-d", self.database, *options])

    def _spawn(self, arguments, script=""):
        log = self.folder / f"process-{time.monotonic_ns()}.log"
        with log.open("w") as stream:
            process = subprocess.Popen(
                odoo.odoo_command(*arguments, "--log-level=warn"),
                stdin=subprocess.PIPE,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=odoo.environment(self.server),
                cwd=self.folder,
                text=True,
            )
        process.stdin.write(script)
        process.stdin.close()
        process.log = log
        self.processes.append(process)
        return process

    def run(self, script, seconds=60):
        """Run ``script`` to its end and return what it printed."""
        return self.finish(self.start(script), seconds)

    def finish(self, process, seconds=60):
        """Wait for a process that has to end well and return what it printed."""
        try:
            status = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = "none in time"
        output = process.log.read_text()
        assert status == 0, f"status {status}: {output}"
        assert "Traceback" not in output, output
        return output

    def work(self):
        """Let a worker send what is queued."""
        return self.run(WORK)

    def wake(self):
        """Tell the cron workers that there is work, as Odoo does."""
        with self.server.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])

    def close(self):
        """End all processes that a failed test has left."""
        for process in self.processes:
            if process.poll() is None:
                kill(process)

    # Mail server

    def use(self, sink):
        """Make ``sink`` the mail server of the database."""
        self.sinks.append(sink)
        self.execute("UPDATE ir_mail_server SET smtp_port = %s", sink.port)

    def mails(self):
        """Return how many mails each customer got, over all sinks.

        Odoo's own mails to the people in the office do not count.
        """
        recipients = [
            self._read(path)["To"].rpartition("<")[2].rstrip(">")
            for sink in self.sinks
            for path in sink.mails()
        ]
        return Counter(to for to in recipients if to.endswith("@customer.example.com"))

    def message_ids(self):
        """Return the Message-Id of every mail that arrived."""
        return [
            self._read(path)["Message-Id"].strip()
            for sink in self.sinks
            for path in sink.mails()
        ]

    def _read(self, path):
        with path.open("rb") as stream:
            return email.message_from_binary_file(stream, policy=policy.default)

    # Database

    def execute(self, query, *parameters):
        """Run a statement and return its rows, if it has any."""
        with self.server.cursor(self.database) as cursor:
            cursor.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def keep(self, number):
        """Leave only so many notices in the queue, as if the others were not there."""
        self.execute(
            "UPDATE dunning_notice SET state = 'skipped' WHERE id NOT IN ("
            " SELECT notice.id FROM dunning_notice notice"
            "  JOIN res_partner contact ON contact.id = notice.contact_id"
            f" WHERE {OURS} ORDER BY contact.email LIMIT {number})"
        )

    def notices(self):
        """Return the notices as dictionaries, without the skipped ones."""
        names = "id case_id state channel reason tries fallback_notice_id message_id"
        columns = [f"notice.{name}" for name in names.split()]
        rows = self.execute(
            f"SELECT {', '.join(columns)}, contact.email, EXISTS (SELECT 1"
            "   FROM mail_activity a WHERE a.res_model = 'dunning.case'"
            "    AND a.res_id = notice.case_id)"
            " FROM dunning_notice notice"
            " JOIN res_partner contact ON contact.id = notice.contact_id"
            f" WHERE {OURS} AND notice.state <> 'skipped' ORDER BY notice.id"
        )
        keys = [*names.split(), "email", "has_activity"]
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def states(self):
        """Return how many notices are in each state."""
        return Counter(notice["state"] for notice in self.notices())

    # Judgement

    def assert_accounted_for(self):
        """Assert that each notice arrived once, or that somebody knows why not."""
        mails = self.mails()
        assert not [who for who, number in mails.items() if number > 1], "sent twice"
        for notice in self.notices():
            arrived = mails[notice["email"]] if notice["channel"] == "email" else 0
            assert (notice["tries"] or 0) < 5, notice
            if notice["state"] == "sent":
                assert arrived == (notice["channel"] == "email"), notice
                continue
            assert notice["reason"], notice
            if notice["state"] == "failed":
                assert not arrived, notice
                assert notice["fallback_notice_id"] or notice["has_activity"], notice
            elif notice["state"] == "in_doubt":
                assert notice["has_activity"], notice
            else:
                assert notice["state"] == "queued", notice
                assert not arrived, notice


def kill(process):
    """End a process as a power failure would."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition, process, nudge=None, seconds=90):
    """Wait until something is true that ``process`` is about to bring about.

    :param nudge: called every half second
    """
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            raise AssertionError(f"it ended: {process.log.read_text()}")
        assert time.monotonic() < end, process.log.read_text()
        if nudge:
            nudge()
        time.sleep(0.5 if nudge else 0.02)


@contextlib.contextmanager
def template(server, base, purpose, script, folder):
    """Give the name of a database like ``base`` in which ``script`` was run."""
    with Databases(server).temporary(base, purpose) as name:
        System(server, name, folder).run(script, seconds=180)
        yield name
