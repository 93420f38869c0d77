from odoo.tests import new_test_user

from .installment_common import InstallmentCommon

WIZARD = "installment.plan.wizard"


class WizardCommon(InstallmentCommon):
    """The wizard, opened as a person does."""

    def _open(self, records=None, user=None, **values):
        """Return the wizard that a button opens, with other terms.

        :param records: whose button, by default a new invoice of 300.00
        """
        records = self._overdue(20, 300.0) if records is None else records
        if user:
            records = records.with_user(user)
        action = records.action_installment_plan()
        return self._get_wizard(action, records.env, **values)

    def _get_wizard(self, action, env=None, **values):
        self.assertEqual((action["res_model"], action["target"]), (WIZARD, "new"))
        wizard = (env or self.env)[WIZARD].browse(action["res_id"])
        wizard.write(
            {
                "period": "weekly",
                "first_date": self._in_days(7),
                "is_business_day": False,
                **values,
            }
        )
        return wizard

    def _preview(self, records=None, **values):
        wizard = self._open(records, **values)
        wizard.action_preview()
        return wizard

    def _lines(self, wizard, name="amount"):
        return wizard.line_ids.sorted("index").mapped(name)

    def _made(self, action):
        self.assertEqual(action["res_model"], "installment.plan")
        return self.env["installment.plan"].browse(action["res_id"])

    def _user(self, login="plan_user"):
        return new_test_user(
            self.env,
            login,
            groups="payment_reminder.group_dunning_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
