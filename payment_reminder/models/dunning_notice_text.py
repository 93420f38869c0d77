import re

from markupsafe import Markup, escape

from odoo import fields, models
from odoo.tools import is_html_empty

from ..tools.mail_parts import MARK, join_mail, split_mail

#: What stands in an edited text for figures that are known only when it is sent.
AMOUNT, PAY_BY = "[amount]", "[pay-by date]"


class DunningNoticeText(models.AbstractModel):
    """The part of ``dunning.notice`` that a person has written for one customer.

    An edited mail consists of a text above the amounts and one below; the table of
    invoices, the request, how to pay and the signature are always computed when the
    notice is claimed (DEVELOP.md, 'Edited texts'). Texts are data, never evaluated.
    """

    _name = "dunning.notice.text"
    _description = "Reminder Notice: Own Text"

    has_own_text = fields.Boolean(string="Edited", readonly=True, copy=False)
    own_subject = fields.Char(readonly=True, copy=False)
    own_body = fields.Html(string="Text Above the Amounts", readonly=True, copy=False)
    own_closing = fields.Html(
        string="Text Below the Amounts", readonly=True, copy=False
    )
    text_user_id = fields.Many2one(
        comodel_name="res.users", string="Edited by", readonly=True, copy=False
    )
    text_date = fields.Datetime(string="Edited on", readonly=True, copy=False)

    # === STATES === #

    def _set_own_text(self, values):
        """Keep what a person has written, or forget it.

        :param values: dict of ``subject``, ``body`` and ``closing``, or ``False`` to
            use the level's text again
        """
        values = values or {}
        self.write(
            {
                "has_own_text": bool(values),
                "own_subject": " ".join((values.get("subject") or "").split()),
                "own_body": values.get("body") or False,
                "own_closing": values.get("closing") or False,
                "text_user_id": self.env.uid if values else False,
                "text_date": values and fields.Datetime.now(),
            }
        )

    # === WHAT IS EDITED === #

    def _get_own_text(self):
        """Return the text of the notice for editing, in the customer's language.

        Figures that may change until it is sent are replaced by ``[amount]`` and
        ``[pay-by date]``.

        :return: dict of ``subject``, ``body`` and ``closing``
        :raise DeliveryError: when the level has no text
        """
        self.ensure_one()
        if self.has_own_text:
            return {
                "subject": self.own_subject,
                "body": self.own_body,
                "closing": self.own_closing,
            }
        text = self.channel_id._get_handler()._get_editable_text(self)
        return {name: self._insert_tokens(value) for name, value in text.items()}

    def _get_tokens(self):
        """Return what the tokens of an edited text stand for.

        :rtype: dict[str, str]
        """
        notice = self._localized()
        return {
            AMOUNT: notice._format_amount(notice._get_demanded_amount()),
            PAY_BY: notice._format_date(notice._get_pay_by()),
        }

    def _insert_tokens(self, text):
        """Return ``text`` with tokens in the place of figures that may change."""
        result = str(text or "")
        for token, value in self._get_tokens().items():
            if value:
                figure = re.escape(value).replace(r"\ ", r"\s")
                result = re.sub(rf"(?<![\d.,]){figure}(?!\d)", token, result)
        return Markup(result) if isinstance(text, Markup) else result

    def _fill_tokens(self, text):
        """Return ``text`` with the figures of this moment in the place of tokens."""
        is_html = isinstance(text, Markup)
        result = str(text or "")
        for token, value in self._get_tokens().items():
            result = result.replace(token, str(escape(value)) if is_html else value)
        return Markup(result) if is_html else result

    def _get_filled_text(self, name):
        """Return one of the own texts, ready to be sent.

        :param str name: subject, body or closing
        """
        self.ensure_one()
        text = self[f"own_{name}"]
        return self._fill_tokens("" if is_html_empty(text) else text)

    # === MAIL === #

    def _split_mail(self, html):
        """Return the texts above and below the amounts of a mail with marked parts.

        :rtype: tuple[markupsafe.Markup, markupsafe.Markup]
        """
        above, below = split_mail(html)
        return Markup(above), Markup(below)

    def _apply_own_text(self, rendered):
        """Return the level's mail with the own text in the place of its words.

        :param dict rendered: subject and body_html, rendered with marked parts
        """
        self.ensure_one()
        body = join_mail(
            self._ensure_parts(rendered["body_html"]),
            self._get_filled_text("body"),
            self._get_filled_text("closing"),
        )
        return {
            **rendered,
            "subject": self._get_filled_text("subject") or rendered["subject"],
            "body_html": Markup(body),
        }

    def _ensure_parts(self, html):
        """Return a mail that has its amounts in parts of their own.

        A template without such parts tells the amounts in its words; where a person
        has replaced these, they are told below.
        """
        if MARK in html:
            return html
        notice = self.with_context(dunning_mark_parts=True)
        return Markup().join(
            [
                html,
                notice._render_request(),
                notice._render_claims_table(),
                notice._render_bank_details(),
                notice._render_signature(),
            ]
        )

    def _mark_part(self, name, html):
        """Return ``html`` as a part that nobody edits, if the mail is to be edited."""
        if not self.env.context.get("dunning_mark_parts"):
            return html
        return Markup('<div %s="%s">%s</div>') % (MARK, name, html)
