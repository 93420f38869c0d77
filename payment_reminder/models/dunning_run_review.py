from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

#: A bank that was read this many days ago is up to date enough.
BANK_DAYS = 3


class DunningRunReview(models.AbstractModel):
    """The part of ``dunning.run`` that a person reads before and after sending."""

    _name = "dunning.run.review"
    _description = "Reminder Run: Review"

    # === WARNINGS: sentences, empty when there is nothing to say === #
    credit_warning = fields.Char(compute="_compute_warnings")
    bank_warning = fields.Char(compute="_compute_warnings")
    contact_warning = fields.Char(compute="_compute_warnings")
    high_warning = fields.Char(compute="_compute_warnings")

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_warnings(self):
        for run in self:
            is_open = run.state == "proposed" and bool(run.id)
            run.credit_warning = is_open and run._get_credit_warning()
            run.bank_warning = is_open and run._get_bank_warning()
            run.contact_warning = is_open and run._get_contact_warning()
            run.high_warning = is_open and run._get_high_warning()

    # === WARNINGS === #

    def _get_proposed_domain(self):
        """Return the domain of the notices that await a decision."""
        return Domain("run_id", "=", self.id) & Domain("state", "=", "proposed")

    def _get_credit_domain(self):
        """Return the domain of payments and credits of the customers in the run.

        :return: of journal items that are not matched yet
        :rtype: Domain
        """
        self.ensure_one()
        notices = self.env["dunning.notice"]._search(self._get_proposed_domain())
        customers = notices.subselect("partner_id")
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("parent_state", "=", "posted")
            & Domain("account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual_currency", "<", 0)
            & Domain("partner_id.commercial_partner_id", "in", customers)
        )

    def _get_credit_warning(self):
        """Return which payments and credits should be matched first.

        :rtype: str | bool
        """
        self.ensure_one()
        rows = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                self._get_credit_domain(),
                ["currency_id"],
                ["amount_residual_currency:sum"],
            )
        )
        amounts = {currency: -amount for currency, amount in rows}
        return bool(amounts) and self.env._(
            "Payments and credits of these customers are not matched yet: %(amounts)s. "
            "Match them first, so that nobody is asked for what was paid.",
            amounts=self.env["res.currency"]._format_dunning_sums(amounts),
        )

    def _get_bank_warning(self, date=None):
        """Return how old the last bank entry is, if payments may be missing.

        :param datetime.date date: the company's date, by default today
        :rtype: str | bool
        """
        self.ensure_one()
        today = date or self.company_id._get_dunning_today()
        last = self._get_last_bank_date()
        if not last:
            return self.env._(
                "Bank: no bank entries were read in so far. Payments that are not "
                "entered otherwise are missing here."
            )
        days = (today - last).days
        return days > BANK_DAYS and self.env._(
            "Bank: last entry of %(date)s, %(days)s days ago. Later payments are not "
            "known here.",
            date=format_date(self.env, last),
            days=days,
        )

    def _get_last_bank_date(self):
        """Return the date of the last entry of the company's banks.

        :rtype: datetime.date | bool
        """
        # whoever reminds need not read bank statements: only the date is told
        Line = self.env["account.bank.statement.line"].sudo()
        [[last]] = Line._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("journal_id.type", "=", "bank"),
                ("move_id.state", "=", "posted"),
            ],
            [],
            ["date:max"],
        )
        return last

    def _get_contact_warning(self):
        """Return how many customers cannot be reached.

        :rtype: str | bool
        """
        self.ensure_one()
        [[number]] = self.env["dunning.run.exclusion"]._read_group(
            [("run_id", "=", self.id), ("reason", "in", ("no_contact", "no_channel"))],
            [],
            ["partner_id:count_distinct"],
        )
        return bool(number) and self.env._(
            "Customers who cannot be reached: %(number)s. They have no usable e-mail "
            "or postal address, or their level has no channel.",
            number=number,
        )

    def _get_high_domain(self):
        """Return the domain of the notices over unusually high amounts.

        :rtype: Domain
        """
        self.ensure_one()
        rows = self.env["dunning.notice"]._read_group(
            self._get_proposed_domain(), ["currency_id"]
        )
        limits = [
            Domain("currency_id", "=", currency.id)
            & Domain(
                "amount_asked",
                ">=",
                self.company_id._get_dunning_high_amount(currency, self.date),
            )
            for [currency] in rows
        ]
        return self._get_proposed_domain() & Domain.OR(limits)

    def _get_high_warning(self):
        """Return how many notices ask for an unusually high amount.

        :rtype: str | bool
        """
        self.ensure_one()
        if self.company_id.dunning_high_amount <= 0:
            return False
        notices = self.env["dunning.notice"]
        number = notices.search_count(self._get_high_domain())
        rows = notices._read_group(self._get_proposed_domain(), ["currency_id"])
        currencies = self.env["res.currency"].union(*(row[0] for row in rows))
        return bool(number) and self.env._(
            "Notices over %(amount)s or more: %(number)s. Look at them once more.",
            number=number,
            amount=self.company_id.currency_id._format_dunning(
                self.company_id.dunning_high_amount, currencies
            ),
        )

    # === ACTION METHODS === #

    def action_view_notices(self):
        """Open the notices of the run, by level."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_notice_action"
        )
        action["domain"] = [("run_id", "in", self.ids)]
        action["context"] = {"search_default_group_level": 1}
        return action

    def action_view_problems(self):
        """Open the notices that a person must look at."""
        action = self.action_view_notices()
        action["context"] = {"search_default_problems": 1}
        return action

    def action_view_high(self):
        """Open the notices over unusually high amounts."""
        action = self.action_view_notices()
        notices = self.env["dunning.notice"].search(self._get_high_domain(), limit=1000)
        return {**action, "domain": [("id", "in", notices.ids)], "context": {}}

    def action_view_credits(self):
        """Open the journal items that should be matched first."""
        self.ensure_one()
        items = self.env["account.move.line"].search(
            self._get_credit_domain(), limit=1000
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Unmatched Payments and Credits"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [("id", "in", items.ids)],
        }

    def action_view_exclusions(self):
        """Open what was left out, with the reasons."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_run_exclusion_action"
        )
        action["domain"] = [("run_id", "in", self.ids)]
        return action

    def action_view_unreached(self):
        """Open what was left out because the customer cannot be reached."""
        action = self.action_view_exclusions()
        action["context"] = {"search_default_no_contact": 1}
        return action

    def action_print_letters(self):
        """Print the letters of the run that nobody has printed yet, in one file.

        When there are none, all that were printed come once more. Who may only look
        gets the file, and nothing is recorded.
        """
        self.ensure_one()
        url = f"/payment_reminder/run/{self.id}/letters.pdf"
        letters = self.notice_ids.filtered(lambda notice: notice._is_letter())
        new = letters.filtered(
            lambda notice: notice.letter_state in ("to_print", "settled")
        )
        may_record = self.has_access("write")
        if not may_record or not new or (letters - new and not new._get_printable()):
            return letters._get_print_action(url, letters.browse())
        printed, left_out = new._print()
        moment = int(printed[0].printed_at.timestamp())
        return printed._get_print_action(f"{url}?printed={moment}", left_out)
