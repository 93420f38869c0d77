"""Play a ledger of receivables day by day, and count what its customers were told.

Each row is invoiced, disputed and paid when the ledger says. Every day has an
unattended run, and every Friday one with a person's review; all notices arrive. Nothing
is rendered and no clock is faked: the days are passed in.
"""

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from odoo.fields import Command
from odoo.tools import SQL

from .result import Result

FOLDER = Path(__file__).parent / "ledgers"
FRIDAY = 4


def measure(env, name):
    """Return the lines of the table for the ledger ``name``."""
    world = World(env, name)
    world.play()
    counts = [*_count_notices(world, name), *_count_faults(world, name)]
    return counts + [
        Result(f"{name}: customer {ref}, last level", f"{late} days late", level)
        for ref, level, late in world.read_ends()
    ]


class World:
    """A company with the shipped procedure, and the customers of a ledger."""

    def __init__(self, env, name):
        self.company = _make_company(env)
        self.env = env(context={"allowed_company_ids": self.company.ids})
        self.company = self.company.with_env(self.env)
        with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig") as stream:
            self.rows = [_read_row(row) for row in csv.DictReader(stream)]
        self._make_customers()
        self.days = defaultdict(lambda: defaultdict(list))
        for row in self.rows:
            self.days[row["invoiced"]]["invoice"].append(row)
            self.days[row["settled"]]["pay"].append(row)
            if row["disputed"] and row["settled"] > row["due"] + timedelta(days=4):
                self.days[row["due"] + timedelta(days=2)]["dispute"].append(row)
                self.days[row["settled"] - timedelta(days=2)]["resolve"].append(row)
        self.moves, self.disputes = {}, {}

    def _make_customers(self):
        refs = sorted({row["customer"] for row in self.rows})
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {ref}",
                    "ref": ref,
                    "is_company": True,
                    "company_id": self.company.id,
                    "email": f"{ref.lower()}@example.com",
                    "phone": f"+32 2 555 {number:04d}",
                    "street": f"{number} Long Road",
                    "zip": "1000",
                    "city": "Brussels",
                    "country_id": self.env.ref("base.be").id,
                }
                for number, ref in enumerate(refs, start=1)
            ]
        )
        self.customers = dict(zip(refs, partners, strict=True))

    def play(self):
        """Play all days, from the first invoice to the last payment."""
        day, last = min(self.days), max(self.days)
        while day <= last:
            for kind in ("resolve", "invoice", "pay", "dispute"):
                rows = self.days[day][kind]
                if rows:
                    getattr(self, f"_play_{kind}")(day, rows)
            self._remind(day, is_unattended=True)
            if day.weekday() == FRIDAY:
                self._remind(day, is_unattended=False)
            self.env.cr.commit()
            self.env.invalidate_all()
            day += timedelta(days=1)

    def _play_invoice(self, day, rows):
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customers[row["customer"]].id,
                    "invoice_date": day,
                    "invoice_payment_term_id": False,
                    "invoice_date_due": row["due"],
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Service",
                                "price_unit": row["amount"],
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
                for row in rows
            ]
        )
        moves.action_post()
        for row, move in zip(rows, moves, strict=True):
            self.moves[row["number"]] = move

    def _play_pay(self, day, rows):
        for row in rows:
            wizard = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=self.moves[row["number"]].ids
            )
            wizard.create({"payment_date": day})._create_payments()

    def _play_dispute(self, _day, rows):
        for row in rows:
            items = self._get_items(row)
            if items:
                dispute = items.case_id._dispute(items, "quality", "As in the ledger")
                self.disputes[row["number"]] = dispute

    def _play_resolve(self, _day, rows):
        for row in rows:
            if dispute := self.disputes.get(row["number"]):
                dispute._set_rejected()

    def _get_items(self, row):
        lines = self.moves[row["number"]].line_ids
        return self.env["dunning.case.line"].search([("move_line_id", "in", lines.ids)])

    def _remind(self, day, is_unattended):
        run = self.env["dunning.run"].create(
            {
                "company_id": self.company.id,
                "date": day,
                "is_unattended": is_unattended,
            }
        )
        run._plan()
        run._set_approved()
        run._set_sending()
        queued = run.notice_ids.filtered(lambda notice: notice.state == "queued")
        if kept := queued._recheck(day):
            kept._set_sent(day)
        run._set_done_if_finished()

    def read_ends(self):
        """Return how far the largest debt of each of the first customers came.

        :return: reference, name of the highest level, days late when it was reached
        :rtype: list[tuple[str, str, int]]
        """
        largest = {}
        for row in self.rows:
            best = largest.get(row["customer"])
            if not best or row["amount"] > best["amount"]:
                largest[row["customer"]] = row
        for ref, row in sorted(largest.items())[:3]:
            rows = self.env["dunning.notice.line"].search(
                [
                    ("move_id", "=", self.moves[row["number"]].id),
                    ("is_climbing", "=", True),
                    ("notice_id.state", "=", "sent"),
                ]
            )
            top = rows.sorted("days_late")[-1:]
            yield ref, top.level_id.name or "-", top.days_late


def _make_company(env):
    """Return a company of its own: demo data would mix with the ledger."""
    company = env["res.company"].create(
        {"name": "Ledger", "country_id": env.ref("base.be").id, "city": "Brussels"}
    )
    chart = env["account.chart.template"]
    chart.try_loading("generic_coa", company, install_demo=False)
    env["res.partner.bank"].create(
        {
            "partner_id": company.partner_id.id,
            "acc_number": "BE68539007547034",
            "allow_out_payment": True,
        }
    )
    company._ensure_dunning_procedure()
    env.cr.commit()
    return company


def _read_row(row):
    def day(text):
        numbers = [int(part) for part in text.split("/")]
        return date(*reversed(numbers))

    return {
        "number": row["invoiceNumber"],
        "customer": row["customerID"],
        "invoiced": day(row["InvoiceDate"]),
        "due": day(row["DueDate"]),
        "settled": day(row["SettledDate"]),
        "amount": float(row["InvoiceAmount"]),
        "disputed": row["Disputed"] == "Yes",
    }


def _count_notices(world, name):
    groups = world.env["dunning.notice"]._read_group(
        [("state", "=", "sent"), ("company_id", "=", world.company.id)],
        ["level_id", "channel"],
        ["__count"],
    )
    for level, channel, count in sorted(groups, key=lambda one: one[0].sequence):
        yield Result(f"{name}: {level.name}", channel, f"{count:,} notices")


def _count_faults(world, name):
    """Count what was asked again too early, and named more mildly than before."""
    world.env.cr.execute(
        SQL(
            """
            WITH asked AS (
                SELECT line.move_line_id, notice.run_id, notice.id AS notice_id,
                       notice.date, notice.pay_by_date, level.rank_days
                  FROM dunning_notice_line line
                  JOIN dunning_notice notice ON notice.id = line.notice_id
                  JOIN dunning_level level ON level.id = notice.level_id
                 WHERE notice.state = 'sent' AND notice.company_id = %s
                   AND line.left_out_reason IS NULL AND line.role <> 'earlier'
            )
            SELECT COUNT(DISTINCT (later.notice_id, later.move_line_id)) FILTER (
                       WHERE earlier.pay_by_date >= later.date),
                   COUNT(DISTINCT (later.notice_id, later.move_line_id)) FILTER (
                       WHERE earlier.rank_days > later.rank_days),
                   (SELECT COUNT(*) FROM asked)
              FROM asked later
              JOIN asked earlier USING (move_line_id)
             WHERE earlier.run_id < later.run_id
            """,
            world.company.id,
        )
    )
    early, milder, asked = world.env.cr.fetchone()
    for label, count in (
        ("items asked again before their date", early),
        ("items asked in a milder notice than reached", milder),
    ):
        yield Result(
            *(f"{name}: {label}", f"{asked:,} items asked"),
            ratio=count,
            unit="",
            target="0",
        )
