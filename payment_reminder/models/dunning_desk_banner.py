from odoo import api, models


class DunningCase(models.Model):
    """What stands above the desk: the list and the cards of the cases."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    @api.readonly
    def get_desk_banner(self):
        """Return what keeps reminders of the selected companies from going out.

        :return: ``{level: 'warning' | 'danger', text: str, action: dict | False,
            action_name: str}``, or ``False`` when all is well
        :rtype: dict | bool
        :raise AccessError: when the user may not read cases
        """
        self.browse().check_access("read")
        companies = self.env.companies
        alarms = [
            (company, alarm)
            for company in companies
            for alarm in company._get_dunning_alarms(self.env.cr.now())[:1]
        ]
        if not alarms:
            return False
        alarms.sort(key=lambda pair: pair[1]["level"] != "danger")
        company, alarm = alarms[0]
        text = alarm["text"]
        if len(companies) > 1:
            text = f"{company.name}: {text}"
        name, action = self._get_desk_action(company, alarm["kind"])
        return {
            "level": alarm["level"],
            "text": text,
            "action": action,
            "action_name": name,
        }

    def _get_desk_action(self, company, kind):
        """Return where a finding of the watchdog can be looked into.

        :param res.company company: whose finding it is
        :param str kind: see ``res.company._get_dunning_alarms``
        :return: the button's text and its action; twice ``False`` if the user has no
            right to go there
        :rtype: tuple
        """
        Actions = self.env["ir.actions.act_window"]
        if kind == "queue":
            action = Actions._for_xml_id("payment_reminder.dunning_notice_action")
            action["domain"] = company._get_dunning_stuck_domain(self.env.cr.now())
            action["domain"] = list(action["domain"])
            action["context"] = {}
            return self.env._("Show them"), action
        if kind == "rates":
            action = Actions._for_xml_id("payment_reminder.interest_regime_action")
            return self.env._("Show them"), action
        if self.env.user.has_group("base.group_system"):
            action = Actions._for_xml_id("base.ir_cron_act")
            crons = company.sudo()._get_dunning_watched_crons()
            action["domain"] = [
                ("id", "in", crons.ids),
                ("active", "in", [True, False]),
            ]
            action["context"] = {}
            return self.env._("Scheduled actions"), action
        return False, False
