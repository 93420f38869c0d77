from markupsafe import Markup

from odoo import models
from odoo.tools import plaintext2html


class DunningNoticeContent(models.AbstractModel):
    """The part of ``dunning.notice`` that speaks: amounts, bank, mails, history."""

    _name = "dunning.notice.content"
    _inherit = "dunning.document"
    _description = "Reminder Notice: Content"

    # === IN THE CUSTOMER'S LANGUAGE === #

    def _get_amount_in_words(self):
        """Return the amount of the notice in words, in the customer's language.

        :rtype: str
        """
        self.ensure_one()
        return self._spell_amount(self.amount_asked)

    # === HOW TO PAY === #

    def _get_bank_account(self):
        """Return the account to pay to: the invoices' own, else one of the company.

        :rtype: res.partner.bank
        """
        self.ensure_one()
        return self._find_bank_account(self.claim_ids.move_id)

    def _get_payment_reference(self):
        """Return what the customer writes on the payment: the invoices' references.

        :rtype: str
        """
        self.ensure_one()
        references = [
            line.move_id.payment_reference or line.invoice_name or ""
            for line in self.claim_ids.sudo()
        ]
        return self._join_references(references, self.number)

    # === MAIL === #

    def _render_claims_table(self):
        """Return the table of what is open, for the mail templates.

        :rtype: markupsafe.Markup
        """
        html = self._render_part("payment_reminder.mail_claims_table")
        return self._mark_part("claims", html)

    def _render_request(self):
        """Return the sentence that asks for the money, and the button to pay it.

        It stands above the table, which may be long.

        :rtype: markupsafe.Markup
        """
        text = Markup("<p>%s</p>") % self._get_request_text()
        return self._mark_part("request", text + super()._render_page_button())

    def _render_page_button(self):
        return self._mark_part("page", super()._render_page_button())

    def _render_bank_details(self):
        """Return where to pay by bank transfer, for the mail templates.

        :rtype: markupsafe.Markup
        """
        html = self._render_part("payment_reminder.mail_bank_details")
        return self._mark_part("payment", html)

    def _render_payment_details(self):
        """Return how to pay, for mail templates without the button of the request.

        :rtype: markupsafe.Markup
        """
        html = self._render_part("payment_reminder.mail_payment_details")
        return self._mark_part("payment", html)

    def _render_signature(self):
        return self._mark_part("signature", super()._render_signature())

    def _get_request_text(self, amount=None, due=None):
        """Return the sentence that asks for the money: how much, until when.

        It speaks of what is demanded; what is due as well is told apart.

        :param float amount: other than that of the notice, in its currency
        :param float due: how much of it is due as well, but not demanded
        :rtype: str
        """
        notice = self._localized()
        if amount is None:
            amount, demanded = notice.amount_asked, notice._get_demanded_amount()
        else:
            demanded = notice._get_amount_without(amount, due or 0.0)
        pay_by = notice._get_pay_by()
        if pay_by:
            text = notice.env._(
                "Please pay %(amount)s by %(date)s.",
                amount=notice._format_amount(demanded),
                date=notice._format_date(pay_by),
            )
        else:
            text = notice.env._(
                "Please pay %(amount)s.", amount=notice._format_amount(demanded)
            )
        if not notice.currency_id.compare_amounts(amount, demanded):
            return text
        total = notice.env._(
            "With what is also due by now, it is %(amount)s.",
            amount=notice._format_amount(amount),
        )
        return f"{text} {total}"

    def _get_pay_by(self):
        """Return until when the notice asks, or would ask, to pay.

        :rtype: datetime.date | bool
        """
        self.ensure_one()
        return self.pay_by_date or self.level_id._get_pay_by_date(self.date)

    def _get_dated_text(self, date):
        """Return the date of an invoice as it stands behind its number."""
        return self.env._("of %(date)s", date=self._format_date(date))

    def _get_mail_subject_reference(self):
        """Return what the subject of a mail names: one number, or how many invoices.

        Like all words of the notice, it is about what is demanded.

        :rtype: str
        """
        notice = self._localized()
        rows = notice._get_claimed_rows() or notice.claim_ids
        names = list(dict.fromkeys(rows.mapped("invoice_name")))
        if len(names) == 1:
            return notice.env._("invoice %(number)s", number=names[0])
        forms = notice.env._("%(count)s invoice|%(count)s invoices", count=len(names))
        return notice._pluralize(forms, len(names))

    def _get_pay_url(self):
        """Return where the customer sees and pays what is open: on the payment page.

        :rtype: str
        """
        return self._get_page_url()

    def _get_invoice_url(self, move):
        """Return the path of the customer's page of an invoice.

        It does not make the token of the page, for a preview changes nothing;
        preparing a notice for sending makes it.

        :param account.move move: one invoice, or none when it was deleted
        :rtype: str
        """
        move = move.sudo()
        url = move.get_portal_url() if move.access_token else move.access_url
        return url or "/my/invoices"

    # === CHATTER === #

    def _log_on_cases(self):
        """Write what was sent into the history of the cases."""
        messages = (
            self.env["mail.message"]
            .sudo()
            .create([notice._prepare_case_message_values() for notice in self])
        )
        for notice, message in zip(self, messages, strict=True):
            notice.mail_message_id = message

    def _prepare_case_message_values(self):
        """Return the values of the chatter message about a delivered notice."""
        self.ensure_one()
        return {
            "model": self.case_id._name,
            "res_id": self.case_id.id,
            "record_name": self.case_id.display_name,
            "subject": self.subject,
            "body": self.body_html or plaintext2html(self._get_history_text()),
            "message_type": "email_outgoing" if self.message_id else "notification",
            "subtype_id": self.env.ref("mail.mt_note").id,
            "author_id": self.user_id.partner_id.id or self.company_id.partner_id.id,
            "email_from": self.email_from,
            "message_id": self.message_id or False,
            "date": self.sent_at,
            "attachment_ids": (
                self.pdf_attachment_id | self.statement_attachment_id
            ).ids,
            "partner_ids": self.contact_id.ids if self.message_id else [],
        }

    def _log_on_invoices(self):
        """Write into the chatter of each invoice that it stood in a notice."""
        note = self.env.ref("mail.mt_note").id
        values = []
        for notice in self:
            author = notice.user_id.partner_id or notice.company_id.partner_id
            values += [
                {
                    "model": move._name,
                    "res_id": move.id,
                    "body": plaintext2html(text),
                    "message_type": "notification",
                    "subtype_id": note,
                    "author_id": author.id,
                    "date": notice.sent_at,
                }
                for move, text in notice._get_invoice_texts().items()
            ]
        self.env["mail.message"].sudo().create(values)

    def _get_invoice_texts(self):
        """Return in one sentence for each invoice how it stood in the notice.

        What the words were not about is told as what it was.

        :rtype: dict[account.move, str]
        """
        self.ensure_one()
        text = self._get_history_text()
        due = self.env._("Named as also due by now: %s", text)
        claimed = self._get_claimed_rows().move_id
        return dict.fromkeys(self.claim_ids.move_id - claimed, due) | dict.fromkeys(
            claimed, text
        )

    def _get_history_text(self):
        """Return in one sentence what was delivered, for the chatter.

        :rtype: str
        """
        self.ensure_one()
        return self.env._(
            "%(level)s (%(channel)s) to %(recipient)s, %(amount)s asked for",
            level=self.level_id.name,
            channel=" ".join(filter(None, (self.channel_id.name, self.number))),
            recipient=self.contact_id.display_name,
            amount=self._format_amount(self.amount_asked),
        )
