from datetime import datetime, time

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Fields that tell how unattended work went: seen by those who see reminders.
STATUS_GROUPS = "payment_reminder.group_dunning_readonly"


class DunningCompanySchedule(models.AbstractModel):
    """The part of ``res.company`` about what happens by itself, and how it went."""

    _name = "dunning.company.schedule"
    _description = "Company: Daily Reminder Work"

    # === CHOICES === #
    dunning_is_unattended = fields.Boolean(
        string="Send Reminders by Itself",
        help="Every day, the levels that need no review are planned and sent without a "
        "person. Levels 'only with review' wait for somebody.",
    )
    dunning_send_hour = fields.Integer(
        string="Hour of Sending",
        default=8,
        help="From this hour on (0 to 23, in the company's time zone), the day's "
        "reminders are planned and sent.",
    )
    dunning_digest_user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="res_company_dunning_digest_rel",
        string="Daily Summary to",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="These colleagues get an e-mail in the morning with what is to do, what "
        "was sent and what was paid. Nobody gets it while the list is empty.",
    )

    dunning_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible for Reminders",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Looks after the cases of customers without a person or salesperson of "
        "their own, and gets the tasks that are nobody else's.",
    )

    # === STATUS === #
    dunning_unattended_since = fields.Datetime(readonly=True, groups=STATUS_GROUPS)
    dunning_last_day = fields.Date(
        readonly=True,
        groups=STATUS_GROUPS,
        help="The last day of the company whose work was done by itself.",
    )
    dunning_last_success = fields.Datetime(readonly=True, groups=STATUS_GROUPS)
    dunning_last_error = fields.Char(readonly=True, groups=STATUS_GROUPS)
    dunning_digest_date = fields.Date(readonly=True, groups=STATUS_GROUPS)

    # === CONSTRAINT METHODS === #

    @api.constrains("dunning_send_hour")
    def _check_dunning_send_hour(self):
        for company in self:
            if not 0 <= company.dunning_send_hour <= 23:
                raise ValidationError(
                    self.env._(
                        "%(hour)s is not an hour of the day: choose one from 0 to 23.",
                        hour=company.dunning_send_hour,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._note_dunning_unattended()
        return companies

    def write(self, vals):
        off = self.filtered(lambda company: not company.dunning_is_unattended)
        result = super().write(vals)
        if vals.get("dunning_is_unattended"):
            off._note_dunning_unattended()
        return result

    def _note_dunning_unattended(self):
        """Remember since when the companies rely on the daily work."""
        companies = self.filtered("dunning_is_unattended").sudo()
        companies.dunning_unattended_since = fields.Datetime.now()

    # === BUSINESS METHODS === #

    def _get_dunning_day(self, now):
        """Return the company's day that has begun by ``now``, or ``False``.

        A day begins at the company's midnight plus the hour of sending; before that
        hour, nothing is due: the day before was done, or is not made up for.

        :param datetime.datetime now: naive UTC
        :rtype: datetime.date | bool
        """
        self.ensure_one()
        zone = timezone(self._get_dunning_tz() or "UTC")
        local = utc.localize(now).astimezone(zone)
        return local.hour >= self.dunning_send_hour and local.date()

    def _get_dunning_midnight(self, date):
        """Return the moment at which ``date`` begins where the company is.

        :rtype: datetime.datetime
        :return: naive UTC
        """
        self.ensure_one()
        zone = timezone(self._get_dunning_tz() or "UTC")
        local = zone.localize(datetime.combine(date, time.min))
        return local.astimezone(utc).replace(tzinfo=None)

    def _get_dunning_person(self):
        """Return who is told what nobody else is responsible for.

        The person for reminders, else the first active recipient of the summary, else a
        manager of the company who is not the superuser; empty when there is none.

        :rtype: res.users
        """
        self.ensure_one()
        company = self.sudo()
        named = (company.dunning_user_id | company.dunning_digest_user_ids).filtered(
            "active"
        )
        if named:
            return named[0]
        manager = self.env.ref("payment_reminder.group_dunning_manager")
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", manager.ids),
                    ("company_ids", "in", self.ids),
                    ("share", "=", False),
                ],
                order="id",
                limit=1,
            )
        )

    # === STATES === #

    def _is_dunning_day_done(self, date):
        """Return whether the work of ``date``, or of a later day, was done."""
        self.ensure_one()
        last_day = self.sudo().dunning_last_day
        return bool(last_day and last_day >= date)

    def _set_dunning_day_done(self, date):
        """Remember that the day's work was done."""
        self.sudo().write(
            {
                "dunning_last_day": date,
                "dunning_last_success": fields.Datetime.now(),
                "dunning_last_error": False,
            }
        )

    def _set_dunning_error(self, text):
        """Remember why the day's work failed; it is tried again."""
        self.sudo().dunning_last_error = text
