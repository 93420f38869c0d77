from odoo import fields, models


class InstallmentReminder(models.Model):
    """A reminder of an instalment: when it is sent, and with which text."""

    _name = "installment.reminder"
    _description = "Reminder of an Instalment"
    _order = "delay_days, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Without one: of all companies."
    )
    delay_days = fields.Integer(
        string="Days after the Instalment's Day",
        required=True,
        help="Negative: before it, as a heads-up. It is sent only while something of "
        "the instalment is open.",
    )
    mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="E-mail",
        required=True,
        ondelete="restrict",
        domain="[('model', '=', 'installment.plan.line')]",
    )

    _delay_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), delay_days) WHERE (active IS TRUE)",
        "Two reminders of instalments cannot be sent on the same day.",
    )
    _delay_sane = models.Constraint(
        "CHECK (delay_days <> 0)",
        "A reminder is sent before the instalment's day, or after it.",
    )

    def _find_due(self, line, date):
        """Return the latest of these reminders that ``line`` has reached.

        A heads-up is not made up for once the day has come. Where the day is a day
        off, it is late only after the next working day.

        :param installment.plan.line line: an open instalment
        :param datetime.date date: the company's date to decide for
        :rtype: installment.reminder
        """
        days = line._get_days_late(date)
        reached = self.filtered(
            lambda one: (
                one.delay_days <= days
                and (one.delay_days > 0) == (days > 0)
                and one.company_id in (line.company_id, one.company_id.browse())
            )
        )
        return reached.sorted("delay_days")[-1:]
