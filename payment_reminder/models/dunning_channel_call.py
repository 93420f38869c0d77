from markupsafe import Markup

from odoo import fields, models
from odoo.tools import SQL


class DunningChannelCall(models.AbstractModel):
    """Phone calls: a person makes them from the call list and logs what came of it."""

    _name = "dunning.channel.call"
    _description = "Reminder Channel: Call"
    _inherit = "dunning.channel.handler"

    def _is_manual(self):
        return True

    def _get_contact_kind(self):
        return "call"

    def _get_reachable_sql(self, contact):
        Partner = self.env["res.partner"]
        return SQL(
            """(%(own)s OR EXISTS (
                SELECT 1 FROM res_partner callee
                 WHERE callee.id = %(contact)s.commercial_partner_id
                   AND callee.id <> %(contact)s.id AND %(customer)s))""",
            contact=contact,
            own=Partner._get_can_be_called_sql(contact),
            customer=Partner._get_can_be_called_sql(SQL("callee")),
        )

    def _get_unreachable_reason(self, contact):
        callee, number = contact._get_dunning_phone()
        if callee._can_be_called():
            return False
        if number.uri and callee._is_dunning_phone_wrong():
            return self.env._(
                "%(phone)s is a wrong number; another one is not known.",
                phone=number.display,
            )
        return self.env._(
            "%(contact)s has no phone number that could be called.",
            contact=contact.display_name,
        )

    # === TEXTS === #

    def _get_phone_reasons(self):
        """Return what is wrong with a number, in words, by its code.

        :return: a sentence for each of ``tools.phone.REASONS``, and for 'wrong'
        :rtype: dict[str, str]
        """
        return {
            "missing": self.env._("No phone number is known."),
            "not_a_number": self.env._("This is not a phone number."),
            "no_country": self.env._(
                "The number has no country prefix, and the country is not known."
            ),
            "invalid_country": self.env._("No country has this prefix."),
            "too_short": self.env._("The number is too short."),
            "too_long": self.env._("The number is too long."),
            "local_only": self.env._("The area code is missing."),
            "not_possible": self.env._("No number of that country looks like this."),
            "not_assigned": self.env._("The number does not seem to be in use."),
            "wrong": self.env._("Somebody else answered on this number."),
        }

    def _get_asked_text(self, notice):
        return self.env._(
            "Already asked for by phone on %(date)s",
            date=notice._format_long_date(notice.date),
        )

    # === DELIVER: nobody but a person does === #

    def _get_preview_html(self, notice):
        """Return what whoever calls has before their eyes: script and figures."""
        notice = notice._localized()
        return notice.env["ir.qweb"]._render(
            "payment_reminder.call_sheet",
            {"notice": notice, **notice._prepare_call_sheet_values()},
        ) or Markup("")

    # === LAPSE === #

    def _lapse_calls(self, company, date):
        """Refresh the open calls of ``company``; let those go that nobody makes.

        Calls about money that is settled or rests are skipped. A call that has waited
        ``dunning_call_wait_days`` goes another way, as one that nobody answers. For the
        daily job.

        :param res.company company: one company
        :param datetime.date date: the company's date
        :return: the calls that went another way
        :rtype: dunning.notice
        """
        Notice = self.env["dunning.notice"].sudo().with_company(company)
        waiting = Notice.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "queued"),
                ("channel_id", "in", self.env["dunning.channel"]._get_manual().ids),
            ]
        )
        if not waiting:
            return waiting
        lapsed = waiting._recheck(date).filtered(
            lambda notice: notice._is_call_lapsed(date)
        )
        for notice in lapsed:
            notice._set_failed(
                self.env._(
                    "Nobody called within %(days)s days.",
                    days=company.dunning_call_wait_days,
                )
            )
        waiting.case_id._refresh_next_step(date)
        return lapsed

    def _get_next_try(self, now):
        """Return when somebody who did not answer is called again: another time of day.

        :param datetime.datetime now: UTC
        :rtype: datetime.datetime
        """
        return fields.Datetime.add(now, hours=3)
