from odoo import fields, models
from odoo.tools.misc import format_date


class DunningLink(models.Model):
    """What the office learns about the page: that its customer has opened it."""

    # one concept, one file
    _inherit = "dunning.link"  # pylint: disable=consider-merging-classes-inherited

    def _log_opened(self):
        """Note in the case that the customer has opened the page, once a day.

        :return: whether it was the first time today
        :rtype: bool
        """
        self.ensure_one()
        link = self.sudo()
        today = link.company_id._get_dunning_today()
        if link.last_opened_on == today or not link.try_lock_for_update():
            return False
        now = link.first_opened_at or fields.Datetime.now()
        link.write({"first_opened_at": now, "last_opened_on": today})
        case = link._get_case()
        author = link.contact_id or link.partner_id
        case._message_log(body=link._get_opened_text(), author_id=author.id)
        return True

    def _get_opened_text(self):
        """Return the note, in the language of who reads it.

        :rtype: str
        """
        reader = self.user_id.partner_id or self.company_id.partner_id
        link = self.with_context(lang=reader.lang)
        notice = link.notice_id
        if not notice:
            origin = link._fields["origin"]._description_selection(link.env)
            return link.env._(
                "The customer has opened the payment page (%(origin)s).",
                origin=dict(origin)[link.origin],
            )
        return link.env._(
            "The customer has opened the payment page (%(level)s of %(date)s).",
            level=notice.level_id.name,
            date=format_date(link.env, notice.date),
        )
