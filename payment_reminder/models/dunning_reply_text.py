from odoo import models
from odoo.tools import format_datetime, plaintext2html
from odoo.tools.misc import format_date


class DunningReply(models.Model):
    """A reply in words: for the office, on the customer's page, in the mail."""

    # one concept, one file
    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    # === FOR THE OFFICE === #

    def _render_note(self):
        """Return the entry of the case's history, what was typed as it was typed.

        :rtype: markupsafe.Markup
        """
        note = self.env._("On the payment page: %(note)s", note=self._get_note())
        return plaintext2html(f"{note}\n\n{self.text}" if self.text else note)

    def _get_note(self):
        """Return in a sentence for the office what was said.

        :rtype: str
        """
        self.ensure_one()
        return getattr(self, f"_get_{self.kind}_note")()

    def _get_promise_note(self):
        return self.env._(
            "Will pay %(amount)s by %(date)s (%(items)s).", **self._get_words()
        )

    def _get_installments_note(self):
        return self.env._(
            "Asks for %(count)s instalments, the first one on %(date)s (%(items)s).",
            **self._get_words(),
        )

    def _get_dispute_note(self):
        return self.env._(
            "Disagrees with %(items)s: %(category)s.", **self._get_words()
        )

    def _get_paid_note(self):
        note = self.env._(
            "Says that %(amount)s was paid on %(date)s: %(way)s (%(items)s).",
            **self._get_words(),
        )
        if not self.reference:
            return note
        reference = self.env._("Reference: %(text)s", text=self.reference)
        return f"{note} {reference}"

    def _get_callback_note(self):
        return self.env._(
            "Wants to be called on %(phone)s, %(moment)s (%(tz)s).", **self._get_words()
        )

    def _get_question_note(self):
        return self.env._("Has written to us.")

    # === FOR THE CUSTOMER === #

    def _render_words(self):
        """Return what was typed, line by line, for a mail.

        :rtype: markupsafe.Markup
        """
        return plaintext2html(self.text or "")

    def _get_told_text(self):
        """Return what the customer has told us, as the page and the mail say it.

        :rtype: str
        """
        self.ensure_one()
        return getattr(self, f"_get_{self.kind}_told")()

    def _get_promise_told(self):
        return self.env._(
            "You told us on %(said)s that you will pay %(amount)s by %(date)s "
            "(%(items)s).",
            **self._get_words(),
        )

    def _get_installments_told(self):
        return self.env._(
            "You asked on %(said)s to pay in %(count)s instalments, the first one on "
            "%(date)s (%(items)s).",
            **self._get_words(),
        )

    def _get_dispute_told(self):
        return self.env._(
            "You told us on %(said)s that you disagree with %(items)s: %(category)s.",
            **self._get_words(),
        )

    def _get_paid_told(self):
        return self.env._(
            "You told us on %(said)s that you paid %(amount)s on %(date)s (%(items)s).",
            **self._get_words(),
        )

    def _get_callback_told(self):
        return self.env._(
            "You asked us on %(said)s to call you on %(phone)s, %(moment)s (%(tz)s).",
            **self._get_words(),
        )

    def _get_question_told(self):
        return self.env._("You wrote to us on %(said)s.", **self._get_words())

    def _get_next_text(self):
        """Return what happens next, or what has become of it.

        :rtype: str
        """
        self.ensure_one()
        if self.withdrawn_on:
            return self.env._("You have withdrawn it.")
        return getattr(self, f"_get_{self.kind}_next")()

    def _get_promise_next(self):
        texts = {
            "open": self.env._("Until then we do not remind you of it."),
            "kept": self.env._("It is paid. Thank you."),
            "broken": self.env._("The payment has not reached us so far."),
        }
        return texts.get(self.promise_id.state) or self.env._("This has been replaced.")

    def _get_installments_next(self):
        texts = {
            "draft": self.env._("We look at it and answer you soon."),
            "proposed": self.env._("We have proposed a plan to you: please accept it."),
            "active": self.env._("The plan is agreed."),
            "completed": self.env._("It is paid. Thank you."),
        }
        return texts.get(self.plan_id.state) or self.env._("The plan has ended.")

    def _get_dispute_next(self):
        texts = {
            "open": self.env._(
                "We look into it and answer you. Until then we do not remind you of "
                "these items."
            ),
            "accepted": self.env._("We have accepted your objection."),
            "rejected": self.env._("We have answered: our claim stands."),
        }
        answer = self.dispute_id.resolution
        text = texts.get(self.dispute_id.state) or self.env._("You have withdrawn it.")
        return f"{text} {answer}" if answer else text

    def _get_paid_next(self):
        today = self.company_id._get_dunning_today()
        until = max(
            self.pause_ids.filtered(_is_going_on).mapped("date_until"), default=today
        )
        if not self.activity_ids:
            return self.env._("We have looked into it.")
        if until <= today:
            return self.env._("We look for the payment.")
        return self.env._(
            "We look for the payment. Until %(date)s we do not remind you of it.",
            date=format_date(self.env, until, date_format="medium"),
        )

    def _get_callback_next(self):
        if self.activity_ids:
            return self.env._("We call you then.")
        return self.env._("This is done.")

    def _get_question_next(self):
        if self.activity_ids:
            return self.env._("We read it and answer you.")
        return self.env._("This is done.")

    # === HELPERS === #

    def _get_words(self):
        """Return the words of all sentences, in the language of the context."""
        categories = self.env["dunning.dispute"]._fields["category"]
        ways = self._fields["way"]._description_selection(self.env)
        labels = dict(categories._description_selection(self.env))
        names = [name for name in self.line_ids.move_id.mapped("name") if name]
        return {
            "said": self._format_day(self._get_local_date()),
            "amount": self.currency_id._format_dunning(self.amount),
            "date": self._format_day(self.day),
            "items": ", ".join(names),
            "count": self.count,
            "category": labels.get(self.category, ""),
            "way": dict(ways).get(self.way, ""),
            "phone": self.phone or "",
            "moment": self._format_moment(),
            "tz": self.tz or "UTC",
        }

    def _format_day(self, day):
        return format_date(self.env, day, date_format="medium") if day else ""

    def _format_moment(self):
        if not self.callback_at:
            return ""
        return format_datetime(
            self.env, self.callback_at, tz=self.tz or "UTC", dt_format="medium"
        ).removesuffix(":00")


def _is_going_on(pause):
    return not pause.ended_on
