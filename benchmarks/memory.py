"""P5: how much memory planning and sending take; each in a process of its own.

Growth is the highest resident size seen while it works, minus the size before. The
mails go through SMTP to a server in another process.
"""

import gc
import threading

import psutil

from odoo.tools import config

from .invoices import make_invoices
from .planning import plan_run
from .result import Result

MEGABYTE = 1_000_000


class Growth:
    """Watches the resident size of this process; ``bytes`` is by how much it grew."""

    bytes = 0

    def __enter__(self):
        gc.collect()
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._end.set()
        self._thread.join()
        self._look()

    def _watch(self):
        while not self._end.wait(0.01):
            self._look()

    def _look(self):
        grown = self._process.memory_info().rss - self._before
        self.bytes = max(self.bytes, grown)


def measure_planning(env, size):
    """Return the line of the table for planning ``size`` overdue lines."""
    make_invoices(env, size, overdue=1)
    with Growth() as growth:
        plan_run(env)
    return [
        Result(
            *("P5 memory of planning", f"{size:,} overdue"),
            f"{growth.bytes / MEGABYTE:.1f} MB",
            "OCA 8.4 kB/line",
            growth.bytes / size / 1000,
            unit="kB/line",
            target="<= 0.1",
        )
    ]


def measure_sending(env, size, port):
    """Return the line of the table for sending ``size`` mails to an SMTP server."""
    config["smtp_server"], config["smtp_port"] = "127.0.0.1", port
    make_invoices(env, size, overdue=1, customers=size)
    env["ir.mail_server"].search([]).active = False
    run = env["dunning.run"].create({"company_id": env.company.id})
    run.action_plan()
    env.cr.commit()
    with Growth() as growth:
        run.action_approve()
        run.action_send()
        env["dunning.sender"]._process_queue()
    sent = run.notice_ids.filtered(lambda notice: notice.state == "sent")
    return [
        Result(
            *("P5 memory of sending", f"{len(sent):,} mails sent"),
            *(f"{growth.bytes / MEGABYTE:.1f} MB", "30 MB"),
            growth.bytes / MEGABYTE,
            unit="MB",
            target="<= 30",
        )
    ]
