from markupsafe import Markup

from odoo import models
from odoo.tools import SQL, is_html_empty
from odoo.tools.misc import format_date

from ..const import LIVE_STATES
from ..tools.letter_text import capitalize

#: Somebody called, and the customer did not come to the phone.
NOT_REACHED = ("no_answer", "wrong_number")


class DunningNotice(models.Model):
    """What a notice says of what was said before: only what was so."""

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    # === WHAT WAS SO === #

    def _was_asked_before(self):
        """Return whether the customer was reminded of all that the words are about.

        :rtype: bool
        """
        self.ensure_one()
        rows = self._get_claimed_rows()
        return bool(rows) and all(rows.mapped("was_reminded"))

    def _has_tried_to_call(self):
        """Return whether somebody called in vain before this notice took over.

        :rtype: bool
        """
        self.ensure_one()
        if not self.level_id.channel_ids & self.env["dunning.channel"]._get_manual():
            return False
        calls = self.sudo()._get_siblings().call_ids
        return any(
            call.outcome in NOT_REACHED and not call.is_incoming for call in calls
        )

    def _goes_by_letter(self):
        """Return whether the customer gets the same as a letter.

        :rtype: bool
        """
        self.ensure_one()
        return any(
            notice.channel == "letter" and notice.state in (*LIVE_STATES, "sent")
            for notice in self.sudo()._get_siblings()
        )

    # === IN WORDS === #

    def _render_history(self, greeting=None):
        """Return the paragraphs about earlier reminders and calls, for the texts.

        :param str greeting: what they follow, by default the greeting of an e-mail;
            behind a comma, some languages go on in lower case
        :return: empty where nothing was said before
        :rtype: markupsafe.Markup
        """
        notice = self._localized()
        texts = []
        history = notice.level_id.history_text
        if not is_html_empty(history) and notice._was_asked_before():
            texts.append(Markup(history))
        if notice._has_tried_to_call():
            text = notice.env._("We could not reach you by phone.")
            texts.append(Markup("<p>%s</p>") % text)
        greeting = notice._get_greeting() if greeting is None else greeting
        is_kept = greeting.rstrip().endswith(",")
        return Markup().join(
            text if is_kept and text is texts[0] else capitalize(text) for text in texts
        )

    # === WHAT AN ITEM WAS ASKED FOR BY === #

    def _get_asked_texts(self, rows):
        """Return of items by which notice they were asked for before, in words.

        :param dunning.notice.line rows: of this notice
        :return: ``{row: text}``; without those that were never asked for
        :rtype: dict[dunning.notice.line, str]
        """
        self.ensure_one()
        notice = self._localized()
        asked = rows.filtered(lambda row: row.was_reminded or row.role == "earlier")
        found = notice._find_climbs(asked)
        return {row: notice._get_asked_text(row, found.get(row)) for row in asked}

    def _get_earlier_heading(self):
        """Return the title of what is only named.

        :rtype: str
        """
        return self.env._("Already asked for, not included above")

    def _get_asked_text(self, row, climb):
        """Return what an item was asked for by, channel by channel.

        :param dunning.notice.line row: of this notice
        :param dunning.notice climb: with which it has reached its level; not known of
            items that were brought in from another system
        :rtype: str
        """
        if climb:
            handler = climb.channel_id._get_handler()
            text, pay_by = handler._get_asked_text(climb), climb.pay_by_date
        else:
            item = self.env["dunning.case.line"].sudo()
            item = item.search([("move_line_id", "=", row.move_line_id.id)], limit=1)
            text, pay_by = self.env._("Already asked for before"), item.pay_by_date
        if not pay_by:
            return text
        return self.env._(
            "%(asked_for)s, payable by %(date)s",
            asked_for=text,
            date=self._format_long_date(pay_by),
        )

    def _format_long_date(self, date):
        """Return ``date`` as it stands in a sentence, in the customer's locale."""
        return format_date(self.env, date, lang_code=self.lang, date_format="long")

    def _find_climbs(self, rows):
        """Return the notices with which items have reached their level last.

        Of several on one day, the letter is told. What came after a sent notice is
        nothing that it could have told.

        :param dunning.notice.line rows: of this notice
        :rtype: dict[dunning.notice.line, dunning.notice]
        """
        by_line = rows.grouped(lambda row: row.move_line_id.id)
        by_line.pop(False, None)
        if not by_line:
            return {}
        self.env.flush_all()
        until = self.sent_at
        found = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (said.move_line_id) said.move_line_id, notice.id
                  FROM dunning_notice_line said
                  JOIN dunning_notice notice ON notice.id = said.notice_id
                 WHERE said.move_line_id IN %(lines)s
                   AND said.is_climbing
                   AND said.left_out_reason IS NULL
                   AND notice.state = 'sent'
                   AND notice.run_id <> %(run)s
                   AND %(before)s
              ORDER BY said.move_line_id, notice.date DESC,
                       notice.channel = 'letter' DESC, notice.id DESC
                """,
                lines=tuple(by_line),
                run=self.run_id.id,
                before=SQL("notice.sent_at <= %s", until) if until else SQL("TRUE"),
            )
        )
        return {
            row: self.browse(notice_id).with_env(self.env)
            for line_id, notice_id in found
            for row in by_line[line_id]
        }
