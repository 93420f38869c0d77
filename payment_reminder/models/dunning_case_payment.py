from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html


class DunningCase(models.Model):
    """Online payments in the case: one is begun at a time, and all are told."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    # === BEGINNING === #

    def _lock_payment(self):
        """Let one payment at a time be begun.

        The row is written, not only locked: a request that began before the other one
        was committed fails then, is tried again, and sees what the other has done.

        :raise UserError: while another one is being begun
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            raise UserError(
                self.env._(
                    "Another payment is being begun at this moment. Nothing was "
                    "charged here."
                )
            )
        self.env.execute_query(
            SQL(
                "UPDATE dunning_case SET write_date = write_date WHERE id = %s"
                " RETURNING id",
                self.id,
            )
        )

    # === TELLING === #

    def _get_payment_person(self):
        """Return who looks after the payments of the case."""
        self.ensure_one()
        return self._find_worker()

    def _for_payment_person(self):
        """Return the case in the language of who looks after its payments."""
        company = self.company_id.sudo()
        lang = self._get_payment_person().lang or company.partner_id.lang
        return self.sudo().with_context(lang=lang or self.env.lang)

    def _log_payment(self, transaction, event):
        """Write into the chatter what has become of an online payment.

        :param str event: ``begun``, or the state of the transaction
        """
        case = self._for_payment_person()
        text = case._get_payment_text(transaction, event)
        if not text:
            return
        author = transaction.partner_id
        if event != "begun":
            author = self.env.ref("base.partner_root")
        case._message_log(body=text, author_id=author.id)

    def _get_payment_text(self, transaction, event):
        amount = transaction.currency_id._format_dunning(transaction.amount)
        names = transaction.dunning_part_ids._get_names_text()
        if event == "begun":
            return self.env._(
                "Online payment of %(amount)s begun (%(items)s).",
                amount=amount,
                items=names,
            )
        if event == "pending":
            return self.env._(
                "Online payment of %(amount)s is on its way (%(items)s): reminders "
                "rest.",
                amount=amount,
                items=names,
            )
        if event == "authorized":
            return self.env._(
                "Online payment of %(amount)s authorised (%(items)s), to be captured.",
                amount=amount,
                items=names,
            )
        if event == "done":
            return self.env._(
                "Online payment of %(amount)s received (%(items)s).",
                amount=amount,
                items=names,
            )
        return self._get_failed_text(transaction, amount, names)

    def _get_failed_text(self, transaction, amount, names):
        if transaction.dunning_is_given_up:
            return self.env._(
                "Online payment of %(amount)s given up by the customer (%(items)s).",
                amount=amount,
                items=names,
            )
        text = self.env._(
            "Online payment of %(amount)s failed (%(items)s). Nothing was charged.",
            amount=amount,
            items=names,
        )
        if transaction.state_message:
            text = Markup("%s<br/>%s") % (text, transaction.state_message)
        return text

    def _ask_to_refund(self, transaction, rest):
        """Put on somebody's desk that money came for what was paid meanwhile.

        :param float rest: what is left over, in the currency of the payment
        """
        for found in self:
            case = found._for_payment_person()
            summary = case.env._("Paid twice: please check and refund")
            note = case.env._(
                "%(rest)s of the online payment %(payment)s could not be matched: the "
                "items (%(items)s) were settled meanwhile. It is kept as a credit of "
                "the customer.",
                rest=transaction.currency_id._format_dunning(rest),
                payment=transaction.reference,
                items=transaction._get_dunning_source().dunning_part_ids._get_names_text(),
            )
            case._message_log(body=note)
            person = case._get_payment_person() or self.env.user
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=person.id,
                summary=summary,
                note=plaintext2html(note),
            )
