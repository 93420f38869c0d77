from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .handover_common import HandoverCommon


@tagged("post_install", "-at_install")
class TestHandoverTerms(HandoverCommon):
    """What was agreed on with the agency holds, whatever scales say later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_commission_account_id = cls.company_data[
            "default_account_expense"
        ]
        cls.scale = cls._scale("amount", ("start_amount", 0, 20))

    @classmethod
    def _scale(cls, basis, *steps):
        return cls.env["dunning.commission.scale"].create(
            {
                "name": "Tariff",
                "basis": basis,
                "step_ids": [
                    (0, 0, {name: start, "percent": percent})
                    for name, start, percent in steps
                ],
            }
        )

    def _hand_over_by_scale(self, scale=None):
        scale = scale or self.scale
        return self._hand_over(commission_method="scale", commission_scale_id=scale.id)

    # === SCALE === #

    def test_changed_scale_does_not_change_what_is_away(self):
        handover = self._hand_over_by_scale()
        self._pay(self.invoice)
        self.scale.step_ids.percent = 30
        self.assertEqual(handover.amount_commission, 20.0)
        self._pay(self.other)
        self.assertEqual(handover.amount_commission, 30.0)

    def test_changed_scale_does_not_change_what_was_billed(self):
        handover = self._hand_over_by_scale()
        self._pay(self.invoice)
        self._pay(self.other)
        handover._create_bill()
        self.scale.write(
            {"step_ids": [(5, 0), (0, 0, {"start_amount": 0, "percent": 30})]}
        )
        self.assertEqual(handover.amount_commission, 30.0)
        self.assertEqual(handover.amount_to_bill, 0.0)

    def test_changed_scale_holds_for_what_is_only_prepared(self):
        handover = self._prepare(
            commission_method="scale", commission_scale_id=self.scale.id
        )
        self.scale.step_ids.percent = 30
        handover._set_handed_over(self.today)
        self._pay(self.invoice)
        self.assertEqual(handover.amount_commission, 30.0)

    def test_scale_by_age_is_kept_as_well(self):
        scale = self._scale("age", ("start_days", 0, 10), ("start_days", 60, 40))
        handover = self._hand_over_by_scale(scale)
        scale.step_ids.percent = 90
        self._pay(self.invoice)
        self._pay(self.other)
        self.assertEqual(handover.amount_commission, 45.0)

    def test_text_tells_what_was_agreed_and_on_what_it_is_computed(self):
        handover = self._hand_over_by_scale()
        self.scale.step_ids.percent = 30
        for text in (handover.commission_text, handover._get_commission_text()):
            self.assertIn("20 %", text)
            self.assertNotIn("30 %", text)
            self.assertIn("without interest and costs", text)

    # === STEPS === #

    def test_step_by_itself_is_checked(self):
        step = self.scale.step_ids
        for values, words in (
            ({"percent": 500}, "between 0 and 100"),
            ({"start_amount": 5}, "begins at 0"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                with self.env.cr.savepoint():
                    step.write(values)
        with self.assertRefused("same limit"):
            step.create({"scale_id": self.scale.id, "percent": 5})

    def test_scale_without_steps_is_refused_in_words(self):
        handover = self._prepare(
            commission_method="scale", commission_scale_id=self.scale.id
        )
        self.scale.step_ids.unlink()
        with self.assertRefused("begins at 0"):
            handover._set_handed_over(self.today)

    # === CHANGES === #

    def test_commission_changes_while_it_is_away_and_is_tracked(self):
        handover = self._hand_over()
        self.env.cr.flush()  # what is made and changed at once is not tracked
        tracked = handover.with_context(tracking_disable=False, mail_notrack=False)
        tracked.commission_percent = 25.0
        self.env.cr.flush()
        self._pay(self.invoice)
        self.assertEqual(handover.amount_commission, 25.0)
        values = handover.message_ids.sudo().tracking_value_ids
        changes = [(one.old_value_float, one.new_value_float) for one in values]
        self.assertIn((20.0, 25.0), changes)

    def test_commission_of_what_has_ended_is_kept(self):
        handover = self._hand_over()
        handover._recall("Enough", self.today)
        user = new_test_user(
            self.env,
            "plain_user",
            "payment_reminder.group_dunning_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        for record in (handover.with_user(user), handover.sudo()):
            for values in (
                {"commission_percent": 50.0},
                {"commission_method": "scale", "commission_scale_id": self.scale.id},
            ):
                with self.assertRaisesRegex(UserError, "has ended"):
                    record.write(values)

    def test_commission_of_what_is_billed_is_kept(self):
        handover = self._hand_over()
        self._pay(self.invoice)
        bill = handover._create_bill()
        with self.assertRefused("on a bill"):
            handover.commission_percent = 50.0
        bill.unlink()
        handover.commission_percent = 50.0
        self.assertEqual(handover.amount_to_bill, 50.0)

    def test_agreed_terms_are_nobodys_to_write(self):
        handover = self._hand_over().with_user(self.env.ref("base.user_admin"))
        with self.assertRaisesRegex(UserError, "by itself"):
            handover.write({"commission_terms": {"method": "percent"}})
