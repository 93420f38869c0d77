from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..const import HANDOVER_AWAY_STATES


class DunningCase(models.Model):
    """Items that nobody will pay: a draft entry for the accountant writes them off."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    # === ACTION METHODS === #

    def action_write_off(self):
        """Ask which items are to be written off, and why."""
        self.ensure_one()
        self._check_may_write_off()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.write.off",
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Write Off"),
            "context": {"default_case_id": self.id},
        }

    # === WRITING OFF === #

    def _write_off(self, items, reason, date=None, handover=None):
        """Prepare the entry that writes items off; posting it is the accountant's.

        Debit to the account of the settings, credit to each receivable with what is
        open at the value it has in the books, so that matching leaves no difference.

        :param dunning.case.line items: open ones of the case
        :param str reason: in words, required
        :param datetime.date date: of the entry, default today
        :param dunning.handover handover: because of which it is written off
        :return: a draft
        :rtype: account.move
        :raise UserError: in words
        """
        self.ensure_one()
        self._check_may_write_off()
        date = date or self.company_id._get_dunning_today()
        self._check_write_off(items, reason, date, handover)
        entry = (
            self.env["account.move"]
            .sudo()
            .with_company(self.company_id)
            .create(self._prepare_write_off(items, reason, date, handover))
        )
        text = self.env._(
            "Write-off of %(amount)s prepared (%(items)s): %(reason)s",
            amount=self.currency_id._format_dunning(
                sum(items.mapped("amount_residual"))
            ),
            items=", ".join(items.move_id.mapped("name")),
            reason=reason,
        )
        for record in (self, handover or ()):
            if record:
                record._message_log(body=text)
        self.env.flush_all()
        self.sudo()._refresh_next_step()
        return entry.with_env(self.env)

    def _check_may_write_off(self):
        """Raise an AccessError for who is no manager."""
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(
            "payment_reminder.group_dunning_manager"
        ):
            raise AccessError(
                self.env._("Only managers of the reminders write debts off.")
            )

    def _check_write_off(self, items, reason, date, handover):
        if not items or items.case_id != self:
            raise UserError(self.env._("Choose open items of this case."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is written off."))
        if not self.company_id.sudo().dunning_write_off_account_id:
            raise UserError(
                self.env._(
                    "Choose an account for write-offs in the settings of the payment "
                    "reminders."
                )
            )
        locks = self.company_id.sudo()._get_violated_lock_dates(
            date, False, self._get_write_off_journal()
        )
        if locks:
            raise UserError(
                self.env._(
                    "The books are locked on that day: choose a later one for the "
                    "entry."
                )
            )
        for item in items:
            problem = self._get_write_off_problem(item, handover)
            if problem:
                raise UserError(problem)

    def _get_write_off_problem(self, item, handover):
        """Return why an item cannot be written off, or ``False``.

        :rtype: str | bool
        """
        name = item.move_id.name
        if not item.is_open:
            return self.env._("%(invoice)s is not open any more.", invoice=name)
        line = item.sudo().move_line_id
        if line.dunning_write_off_line_ids.filtered(
            lambda credit: credit.parent_state == "draft"
        ):
            return self.env._(
                "%(invoice)s: a write-off is prepared already.", invoice=name
            )
        living = self.env["dunning.handover"]._get_living(line) - (
            handover or self.env["dunning.handover"]
        )
        if living:
            return self.env._(
                "%(invoice)s is in the hand-over %(handover)s: write it off there, or "
                "recall it.",
                invoice=name,
                handover=living[0].display_name,
            )
        return False

    def _get_write_off_journal(self):
        """Return the journal of the settings, else the first for such entries.

        :rtype: account.journal
        """
        company = self.company_id.sudo()
        return company.dunning_write_off_journal_id or self.env[
            "account.journal"
        ].sudo().search(
            [("type", "=", "general"), ("company_id", "=", company.id)],
            order="sequence, id",
            limit=1,
        )

    def _prepare_write_off(self, items, reason, date, handover):
        """Return the values of the draft entry."""
        lines = items.sudo().move_line_id
        return {
            "move_type": "entry",
            "journal_id": self._get_write_off_journal().id,
            "company_id": self.company_id.id,
            "date": date,
            "ref": self.env._("Write-off: %(reason)s", reason=reason),
            "dunning_is_write_off": True,
            "dunning_write_off_case_id": self.id,
            "dunning_write_off_handover_id": handover and handover.id,
            "line_ids": [
                Command.create(self._prepare_write_off_debit(lines, reason)),
                *(
                    Command.create(self._prepare_write_off_credit(line))
                    for line in lines
                ),
            ],
        }

    def _prepare_write_off_debit(self, lines, reason):
        return {
            "account_id": self.company_id.sudo().dunning_write_off_account_id.id,
            "partner_id": self.partner_id.id,
            "name": reason,
            "currency_id": self.currency_id.id,
            "amount_currency": sum(lines.mapped("amount_residual_currency")),
            "balance": sum(lines.mapped("amount_residual")),
        }

    def _prepare_write_off_credit(self, line):
        return {
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "name": self.env._("Write-off of %s", line.move_id.name),
            "currency_id": line.currency_id.id,
            "amount_currency": -line.amount_residual_currency,
            "balance": -line.amount_residual,
            "dunning_written_off_line_id": line.id,
        }

    # === HINT === #

    def _get_tax_hint(self, items):
        """Return how much VAT is in what is written off, and what to think of.

        The entry takes nothing back: whether and when the tax can be corrected depends
        on the country and on evidence that the debt is lost.

        :rtype: str | bool
        """
        tax = sum(
            item.amount_residual * item.move_id.amount_tax / item.move_id.amount_total
            for item in items
            if item.move_id.amount_total
        )
        if not items or self.currency_id.is_zero(tax):
            return False
        return self.env._(
            "%(tax)s of it is VAT. The entry writes the gross amount off; whether the "
            "VAT can be reclaimed as a bad debt is for the tax adviser to say.",
            tax=self.currency_id._format_dunning(tax),
        )


class DunningHandover(models.Model):
    """A hand-over whose rest is written off."""

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    def action_write_off(self):
        """Ask which of the items are to be written off, and why."""
        self.ensure_one()
        self._check_in((*HANDOVER_AWAY_STATES, "partly", "returned"))
        action = self.case_id.action_write_off()
        action["context"] |= {"default_handover_id": self.id}
        return action
