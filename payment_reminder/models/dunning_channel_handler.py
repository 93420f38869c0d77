from odoo import models
from odoo.tools import SQL

from ..tools.delivery import PermanentDeliveryError


class DunningChannelHandler(models.AbstractModel):
    """The interface between the reminders and one way to deliver them.

    A delivery happens in three steps, so that a crash can be told apart from a
    success: ``_prepare`` renders (repeatable, no outside effect), ``_deliver`` touches
    the outside world for one notice, and the sender records the outcome.
    """

    _name = "dunning.channel.handler"
    _description = "Reminder Channel Handler"

    def _get_reachable_sql(self, contact):
        """Return the SQL condition 'this contact can be reached through the channel'.

        :param SQL contact: the alias of ``res_partner`` in the query
        :rtype: SQL
        """
        return SQL("TRUE")

    def _get_unreachable_reason(self, contact):
        """Return in words why ``contact`` cannot be reached, or ``False``.

        Checked when a notice is claimed, with everything Python knows.

        :param res.partner contact: the recipient of a notice
        :rtype: str | bool
        """
        return False

    def _find_recipient(self, contact, customer):
        """Return whom the channel reaches: the contact, else the customer itself.

        The planner asks the same in SQL.

        :param res.partner contact: whom a notice is meant for
        :param res.partner customer: whose contact it is
        :return: empty when the channel reaches neither
        :rtype: res.partner
        """
        for partner in contact | customer:
            if not self._get_unreachable_reason(partner):
                return partner
        return customer.browse()

    def _get_other_recipient(self, notice):
        """Return who else may get a notice that did not arrive, in the same channel.

        :param dunning.notice notice: one that failed
        :return: empty for nobody: another channel is tried
        :rtype: res.partner
        """
        return notice.contact_id.browse()

    def _is_manual(self):
        """Return whether a person delivers, such as a phone call, and not the sender.

        Notices of a manual channel are queued until somebody records the outcome; they
        do not keep their run from being done.

        :rtype: bool
        """
        return False

    def _get_contact_kind(self):
        """Return what a notice of this channel is for contact rules.

        :return: one of ``tools.contact_window.KINDS``
        :rtype: str
        """
        return "message"

    def _is_outside(self):
        """Return whether delivery cannot be undone by rolling back (it left us).

        :rtype: bool
        """
        return True

    def _get_fileless(self, notices):
        """Return those of ``notices`` for which ``_make_files`` has something to do.

        :rtype: dunning.notice
        """
        return notices.browse()

    def _make_files(self, notices):
        """Make the files that ``notices`` bring along, in a transaction of its own.

        What cannot be made is left out: each notice says what it really brings.

        :param dunning.notice notices: claimed notices of this channel
        """

    def _prepare(self, notices):
        """Render ``notices`` and store what is needed for their delivery.

        :param dunning.notice notices: claimed notices of this channel
        :raise Exception: anything; the sender then prepares them one by one
        """

    def _has_text(self, level):
        """Return whether ``level`` says something that this channel can carry.

        A channel takes over from another one only if it does.

        :rtype: bool
        """
        return True

    def _get_has_text_sql(self, level):
        """Return the same as an SQL condition.

        :param SQL level: the alias of ``dunning_level`` in the query
        :rtype: SQL
        """
        return SQL("TRUE")

    def _get_session_key(self, notice):
        """Return what notices have in common that can share a connection."""
        return False

    def _get_session(self, notices):
        """Return a context manager with the connection shared by ``notices``.

        :raise TransientDeliveryError: when the outside world cannot be reached
        """
        raise NotImplementedError

    def _deliver(self, notice, session):
        """Hand ``notice`` to the outside world.

        :raise DeliveryError: see ``tools/delivery.py`` for the three kinds
        """
        raise NotImplementedError

    def _log_sent(self, notices):
        """Write delivered ``notices`` into the chatter of their cases and invoices."""
        notices._log_on_cases()
        notices._log_on_invoices()

    def _get_asked_text(self, notice):
        """Return in words that items were asked for by a notice of this channel.

        :param dunning.notice notice: one that was sent
        :return: the beginning of a sentence, in the customer's language
        :rtype: str
        """
        return self.env._(
            "Already asked for on %(date)s", date=notice._format_long_date(notice.date)
        )

    # === REVIEW === #

    def _get_recipient_text(self, contact):
        """Return the address or number at which ``contact`` is reached, in one line.

        :rtype: str
        """
        return contact.display_name

    def _get_editable_text(self, notice):
        """Return the words of a notice that a person may change before it is sent.

        Only words: amounts are computed when the notice is claimed.

        :return: ``subject`` str, ``body`` and ``closing`` Markup (above and below the
            amounts), in the customer's language
        :rtype: dict
        :raise DeliveryError: when there is no text
        """
        raise PermanentDeliveryError(
            self.env._("What is said through this channel cannot be edited.")
        )

    # === PREVIEW: changes nothing === #

    def _get_preview_html(self, notice):
        """Return what the customer would read, as HTML.

        :rtype: markupsafe.Markup
        """
        raise NotImplementedError

    def _get_preview_values(self, notice):
        """Return the message that the customer would get, or got.

        :return: ``body_html``; a mail adds ``subject``, ``email_from``, ``email_to``
            and ``attachments``, a list of names
        :rtype: dict
        :raise DeliveryError: when there is no text to show
        """
        return {"body_html": self._get_preview_html(notice)}

    def _get_preview_pdf(self, notice):
        """Return the document that the customer would get, empty if it is none.

        :rtype: bytes
        :raise LetterEngineError: when it cannot be made; the HTML is shown instead
        """
        return b""
