from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..tools.picture import is_picture

#: Longer ones are not meant: characters of a name, of a text, of base64.
MAX_NAME, MAX_TEXT, MAX_SIGNATURE = 120, 4000, 2_000_000


class DunningPortalDocument(models.AbstractModel):
    """What the customer sees on a page of its own, and decides there: once.

    Whoever inherits it (before ``mail.thread``) is a ``dunning.document`` and says with
    ``_get_closed_text`` why nothing can be decided any more, or ``False``.
    """

    _name = "dunning.portal.document"
    _description = "Document on the Customer's Page"

    # === ACCESS === #

    @api.model
    def _get_portal_domain(self, partner):
        """Return which documents ``partner`` finds under 'My account'.

        :param res.partner partner: of the user; colleagues see the same ones
        :rtype: Domain
        """
        return Domain("partner_id", "child_of", partner.commercial_partner_id.ids) & (
            Domain("state", "!=", "draft")
        )

    def _is_shown(self):
        """Return whether customers may see it: no drafts."""
        self.ensure_one()
        return self.state != "draft"

    def _is_of_customer(self, partner):
        """Return whether it was made for the company or person behind ``partner``."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        return bool(customer) and customer == partner.commercial_partner_id

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        """Leave the thread of a draft to the office, also for holders of a link."""
        thread = super()._get_thread_with_access(thread_id, **kwargs)
        if thread.env.su and thread and not thread._is_shown():
            return self.browse()
        return thread

    # === CONTENT === #

    def _prepare_portal_values(self):
        """Return what the page shows, in the context's language.

        :return: at least ``banner`` (dict with ``kind`` of alert, ``text``, ``newer``
            document and its ``newer_label``, or False) and ``closed`` (why nothing can
            be decided, or False)
        :rtype: dict
        """
        raise NotImplementedError

    # === DECIDING === #

    def _check_open(self):
        """Raise a UserError that says why the customer cannot decide any more."""
        self.ensure_one()
        problem = self._get_closed_text()
        if problem:
            raise UserError(problem)

    def _lock_decision(self):
        """Let one decision at a time through: two clicks make one acceptance.

        :raise UserError: while somebody else decides
        """
        if not self.try_lock_for_update():
            raise UserError(
                self.env._(
                    "Somebody is deciding about this at this moment; please open the "
                    "page again."
                )
            )
        self.invalidate_recordset()

    def _check_signer(self, name):
        name = " ".join(name.split()) if isinstance(name, str) else ""
        if not name:
            raise UserError(self.env._("Please enter your name."))
        if len(name) > MAX_NAME:
            raise UserError(self.env._("The name is too long."))
        return name

    def _check_signature(self, signature):
        """Return the drawn signature as bytes of base64.

        :raise UserError: when there is none, or it is not a picture
        """
        if not signature or not isinstance(signature, str):
            raise UserError(self.env._("Please sign in the box."))
        if len(signature) > MAX_SIGNATURE or not is_picture(signature):
            raise UserError(self.env._("The signature is not a picture."))
        return signature.encode()

    def _check_reason(self, reason):
        """Return why the customer declines.

        :raise UserError: when there is nothing
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please tell us in a few words why."))
        return reason[:MAX_TEXT]

    # === TELLING === #

    def _for_responsible(self):
        """Return the document in the language of the person responsible for it."""
        self.ensure_one()
        user = self.sudo().user_id or self.env.user
        return self.with_context(lang=user.lang or self.env.lang)

    def _get_responsible(self):
        """Return who is told about it; never a customer, nor the public user."""
        self.ensure_one()
        company = self.company_id.sudo()
        user = self.sudo().user_id.filtered("active")
        acting = self.env.user
        if not user and acting._is_internal() and not acting._is_superuser():
            user = acting
        return user or company._get_dunning_person() or self.env.user

    def _notify_responsible(self, summary, note=""):
        """Give the responsible person something to do about it, once.

        :param str summary: what; while the same waits, nothing is added
        :param str note: in the customer's words, plain
        """
        for document in self.sudo():
            if summary in document.activity_ids.mapped("summary"):
                continue
            document.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=document._get_responsible().id,
                summary=summary,
                note=plaintext2html(note) if note else "",
            )
