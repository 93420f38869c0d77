from datetime import date, timedelta

from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class DunningCommon(AccountTestInvoicingCommon):
    """A company with the shipped procedure and one customer; dates are passed in.

    ``today`` is the day the tests decide for: a Monday, long before the clock's day, so
    that no clock has to be faked. Tests may plan runs before and after it.
    """

    today = date(2025, 6, 16)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.partner_id.tz = "Europe/Brussels"
        cls.company._ensure_dunning_procedure()
        cls._create_bank_account(cls.company)
        cls.procedure = cls.company.dunning_procedure_id
        cls.levels = cls._get_levels(cls.procedure)
        cls.heads_up, cls.friendly, cls.second = cls.levels[:3]
        cls.call_level, cls.demand, cls.last = cls.levels[3:]
        cls.email_channel = cls.env.ref("payment_reminder.channel_email")
        cls.letter_channel = cls.env.ref("payment_reminder.channel_letter")
        cls.call_channel = cls.env.ref("payment_reminder.channel_call")
        cls.customer = cls._create_customer("Ann Example")

    # === WORLD === #

    @classmethod
    def _create_bank_account(cls, company, **values):
        """Return a bank account of ``company`` that customers can pay to."""
        return cls.env["res.partner.bank"].create(
            {
                "partner_id": company.partner_id.id,
                "acc_number": f"BE{company.id:014d}",
                **values,
            }
        )

    @classmethod
    def setup_other_company(cls, **kwargs):
        """Return another company, which customers can pay to as well."""
        data = super().setup_other_company(**kwargs)
        cls._create_bank_account(data["company"])
        return data

    @classmethod
    def _get_levels(cls, procedure):
        """Return all levels of ``procedure``, archived ones included, in order."""
        levels = procedure.with_context(active_test=False).level_ids
        return levels.sorted(lambda level: (level.sequence, level.id))

    @classmethod
    def _days_ago(cls, days):
        """Return the date ``days`` before the tests' today; negative is later."""
        return cls.today - timedelta(days=days)

    @classmethod
    def _create_customer(cls, name, **values):
        """Return a customer who can be reached by e-mail and by letter."""
        login = "".join(char for char in name.lower() if char.isalnum()) or "someone"
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{login}@customer.example.com",
                "street": "1 Long Road",
                "zip": "1000",
                "city": "Brussels",
                "country_id": cls.env.ref("base.be").id,
                "company_id": False,
                **values,
            }
        )

    @classmethod
    def _create_procedure(cls, delays=(), **values):
        """Return a procedure with a level for each of ``delays``.

        :param delays: numbers of days, or dictionaries of values of the level
        """
        procedure = cls.env["dunning.procedure"].create(
            {"name": "Test procedure", "company_id": cls.company.id, **values}
        )
        for sequence, delay in enumerate(delays, start=1):
            level = delay if isinstance(delay, dict) else {"delay_days": delay}
            cls._create_level(procedure, **{"sequence": sequence, **level})
        return procedure

    @classmethod
    def _create_level(cls, procedure, **values):
        """Return a level without a gap and without a pay-by date."""
        return cls.env["dunning.level"].create(
            {
                "name": f"{procedure.name} {values.get('delay_days', 0)}",
                "procedure_id": procedure.id,
                "min_gap_days": 0,
                "pay_by_days": 0,
                "mail_template_id": cls.env.ref(
                    "payment_reminder.mail_template_friendly"
                ).id,
                **values,
            }
        )

    # === ENTRIES === #

    @classmethod
    def _invoice(cls, partner=None, amount=100.0, due=None, post=True, **values):
        """Return an invoice over ``amount``, by default 5 days late on ``today``."""
        return cls._create_move("out_invoice", partner, amount, due, post, **values)

    @classmethod
    def _work_every_day(cls):
        """Let the company work on Saturdays and Sundays too.

        For tests that count days from today by the clock, whatever its weekday.
        """
        lines = cls.company.resource_calendar_id.attendance_ids
        for line in lines.filtered(lambda one: one.dayofweek == "4"):
            for day in ("5", "6"):
                line.copy({"dayofweek": day})

    @classmethod
    def _work_on_weekdays(cls):
        """Let the company work from Monday to Friday, see ``_work_every_day``."""
        lines = cls.company.resource_calendar_id.attendance_ids
        lines.filtered(lambda line: line.dayofweek in ("5", "6")).unlink()

    @classmethod
    def _overdue(cls, days, amount=100.0, partner=None, **values):
        """Return a posted invoice that is ``days`` late on the tests' today."""
        return cls._invoice(partner, amount, cls._days_ago(days), **values)

    @classmethod
    def _credit_note(cls, partner=None, amount=30.0, due=None, post=True, **values):
        """Return a credit note that is not matched with any invoice."""
        return cls._create_move("out_refund", partner, amount, due, post, **values)

    @classmethod
    def _create_move(cls, move_type, partner, amount, due, post, **values):
        company = values.pop("company", cls.company)
        no_followup = values.pop("no_followup", False)
        due = due or cls._days_ago(5)
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": (partner or cls.customer).id,
                    "company_id": company.id,
                    "invoice_date": due - timedelta(days=14),
                    "invoice_payment_term_id": False,
                    "invoice_date_due": due,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Consulting",
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        if no_followup:  # set apart: a move without lines ignores it
            move.no_followup = True
        if post:
            move.action_post()
        return move

    @classmethod
    def _term_invoice(cls, *terms, partner=None, **values):
        """Return a posted invoice with several ``(amount, due date)`` terms."""
        total = sum(amount for amount, _due in terms)
        start = min(due for _amount, due in terms)
        payment_term = cls.env["account.payment.term"].create(
            {
                "name": "Test terms",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": 100.0 * amount / total,
                            "delay_type": "days_after",
                            "nb_days": (due - start).days,
                        }
                    )
                    for amount, due in terms
                ],
            }
        )
        return cls._invoice(
            partner,
            total,
            invoice_date=start,
            invoice_payment_term_id=payment_term.id,
            invoice_date_due=False,
            **values,
        )

    @classmethod
    def _receivables(cls, moves):
        """Return the receivable lines of ``moves``, the first due one first."""
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).sorted(lambda line: (line.date_maturity, line.id))

    @classmethod
    def _pay(cls, invoice, amount=None, paid_on=None, **values):
        """Pay ``invoice`` (whole by default) and match the payment."""
        values |= {"amount": amount} if amount else {}
        return cls._register_payment(
            invoice, payment_date=paid_on or cls.today, **values
        )

    @classmethod
    def _unmatched_payment(cls, partner=None, amount=30.0, **values):
        """Return a posted payment of a customer that is not matched."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or cls.customer).id,
                "amount": amount,
                "date": cls._days_ago(1),
                "journal_id": cls.company_data["default_journal_bank"].id,
                **values,
            }
        )
        payment.action_post()
        return payment

    # === REMINDERS === #

    @classmethod
    def _create_run(cls, on=None, company=None, **values):
        """Return a run that is not planned yet."""
        return cls.env["dunning.run"].create(
            {
                "company_id": (company or cls.company).id,
                "date": on or cls.today,
                **values,
            }
        )

    @classmethod
    def _plan(cls, on=None, company=None, **values):
        """Return a planned run of the day ``on`` (default: ``today``)."""
        run = cls._create_run(on, company, **values)
        run._plan()
        return run

    @classmethod
    def _send(cls, run, on=None):
        """Approve ``run`` and let all its notices arrive, without rendering any."""
        run.action_approve()
        run._set_sending()
        queued = run.sudo().notice_ids.filtered(lambda n: n.state == "queued")
        notices = queued._recheck(on or run.date)
        if notices:
            notices._set_sent(on or run.date)
        run._set_done_if_finished()
        return notices.sudo(False)

    @classmethod
    def _run_and_send(cls, on=None, company=None, **values):
        """Plan a run, let all its notices arrive, and return the run."""
        run = cls._plan(on, company, **values)
        cls._send(run)
        return run

    @classmethod
    def _case(cls, partner=None, currency=None, company=None):
        """Return the case of a customer (default: the common one)."""
        company = company or cls.company
        return cls.env["dunning.case"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", (partner or cls.customer).id),
                ("currency_id", "=", (currency or company.currency_id).id),
            ]
        )

    @classmethod
    def _items(cls, moves):
        """Return the case items of ``moves``, the first due one first."""
        return cls.env["dunning.case.line"].search(
            [("move_line_id.move_id", "in", moves.ids)], order="move_line_id"
        )

    @classmethod
    def _reasons(cls, run, move):
        """Return why the receivables of ``move`` were left out of ``run``."""
        exclusions = run.exclusion_ids.filtered(lambda row: row.move_id == move)
        return exclusions.mapped("reason")

    @classmethod
    def _pause(cls, record, until=None, start=None):
        """Pause a case, a customer or an invoice, whatever the clock says.

        :param until: the last day, default far away
        :param start: the first day, default long ago
        """
        field = {
            "dunning.case": "case_id",
            "res.partner": "partner_id",
            "account.move": "move_id",
        }[record._name]
        pause = cls.env["dunning.pause"].create(
            {
                field: record.id,
                "company_id": cls.company.id,
                "date_from": start or date(2025, 1, 1),
                "date_until": cls.company._get_dunning_today() + timedelta(days=999),
                "reason": "Illness",
            }
        )
        if until:  # a day before the clock's is refused
            pause.flush_recordset()
            cls.env.cr.execute(
                SQL(
                    "UPDATE dunning_pause SET date_until = %s WHERE id = %s",
                    until,
                    pause.id,
                )
            )
            pause.invalidate_recordset()
        return pause

    @classmethod
    def _object(cls, moves, **values):
        """Return a dispute about the items of ``moves``."""
        items = cls._items(moves)
        return items.case_id._dispute(items, "quality", "Not what we agreed", **values)

    # === ASSERTIONS === #

    def assertLeftOut(self, run, move, reason):
        """Assert that no notice of ``run`` names ``move``, and why."""
        self.assertNotIn(move, run.notice_ids.line_ids.move_id)
        self.assertEqual(set(self._reasons(run, move)), {reason})

    def assertReminded(self, run, move, level):
        """Assert that ``move`` climbs to ``level`` in ``run``, and is not left out."""
        lines = run.notice_ids.line_ids.filtered(
            lambda line: line.move_id == move and line.is_climbing
        )
        self.assertEqual(lines.level_id, level)
        self.assertFalse(self._reasons(run, move))
