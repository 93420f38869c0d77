from odoo import api, fields, models
from odoo.tools import plaintext2html


class DunningHandover(models.Model):
    """What is written to the agency, in its language: file, payments, recall."""

    _name = "dunning.handover"
    _inherit = ["dunning.handover", "dunning.document"]

    contact_id = fields.Many2one(related="agency_id", string="Recipient")
    lang = fields.Char(compute="_compute_lang")

    @api.depends("agency_id.lang", "company_id")
    def _compute_lang(self):
        for handover in self:
            handover.lang = handover._find_lang()

    def _find_lang(self):
        """Return the agency's language, else the company's; never the customer's."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        candidates = (self.agency_id.lang, self.company_id.partner_id.lang)
        return next((lang for lang in candidates if lang in installed), "en_US")

    def _get_bank_account(self):
        return self._find_bank_account(self.line_ids.move_id)

    def _get_greeting(self):
        handover = self._localized()
        agency = handover.agency_id
        if agency.is_company or not agency.name:
            return handover.env._("Dear Sir or Madam,")
        return handover.env._("Dear %(name)s,", name=agency.name)

    # === WORDS === #

    def _get_names_text(self, lines=None):
        """Return the numbers of the items.

        :param dunning.handover.line lines: default all
        """
        names = (self.line_ids if lines is None else lines).mapped("name")
        return ", ".join(filter(None, names))

    def _get_customer_lines(self):
        """Return who owes the money, and where to find it: texts."""
        handover = self._localized()
        customer = handover.partner_id
        more = (customer.phone, customer.email, customer.vat)
        return [
            customer.name,
            *handover._get_address_lines(customer),
            *(text for text in more if text),
        ]

    def _render_items(self):
        """Return the table of the items, for the mail templates.

        :rtype: markupsafe.Markup
        """
        return self._render_part("payment_reminder.mail_handover_items")

    def _render_message(self):
        """Return the message to the agency, for the mail templates.

        :rtype: markupsafe.Markup
        """
        return plaintext2html(self.message) if self.message else ""

    # === WRITING === #

    def _write_to_agency(self, kind, news="", attachments=()):
        """Write a mail to the agency; it stands in the history of the hand-over.

        Without an address or a text the responsible person is told instead.

        :param str kind: file, payment, recall or report: which template
        :param str news: what has happened, for the template (``object._get_news()``)
        :param ir.attachment attachments: what the mail brings
        :return: the message, empty when none could be written
        :rtype: mail.message
        """
        self.ensure_one()
        template = self._get_mail_template(kind)
        problem = self._get_mail_problem(template)
        if problem:
            self._ask_person(
                self.env._("Tell the agency yourself"), problem + " " + news
            )
            return self.env["mail.message"]
        local = self._localized().sudo().with_context(handover_news=news)
        rendered = (
            template.sudo()
            .with_context(handover_news=news)
            ._generate_template(self.ids, ("subject", "body_html"))[self.id]
        )
        author = self.user_id.partner_id or self.company_id.partner_id
        return local.message_post(
            subject=rendered["subject"],
            body=rendered["body_html"],
            partner_ids=self.agency_id.ids,
            author_id=author.id,
            email_from=author.email_formatted or self.company_id.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            email_layout_xmlid="payment_reminder.mail_layout_message",
            email_add_signature=False,  # the text has one, of the responsible person
            attachments=[(one.name, one.raw) for one in attachments or ()],
        )

    def _get_news(self):
        """Return what the mail is about; see ``_write_to_agency``."""
        return self.env.context.get("handover_news") or ""

    def _get_mail_template(self, kind):
        """Return the mail of one kind; empty if it was deleted.

        :rtype: mail.template
        """
        name = f"payment_reminder.mail_template_handover_{kind}"
        found = self.env.ref(name, raise_if_not_found=False)
        return found or self.env["mail.template"]

    def _get_mail_problem(self, template):
        """Return why no mail can be written, or ``False``.

        :rtype: str | bool
        """
        if not template:
            return self.env._("There is no text for this mail any more.")
        if not self.agency_id.email_normalized:
            return self.env._(
                "%(agency)s has no valid e-mail address.",
                agency=self.agency_id.display_name,
            )
        return False

    def _ask_person(self, summary, note=""):
        """Put something about the hand-over on the desk of who is responsible, once."""
        for handover in self:
            person = handover.case_id._get_person(handover.user_id)
            if summary in handover.activity_ids.mapped("summary"):
                continue
            handover.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=person.id,
                summary=summary,
                note=plaintext2html(note),
            )
