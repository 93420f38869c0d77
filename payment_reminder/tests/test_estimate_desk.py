from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

from .estimate_common import EstimateCommon


class TestEstimateTemplate(EstimateCommon):
    """Saved sets of stages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls._estimate(
            {"rating_ids": cls._rated(cls.high)},
            {"volume": 8.0},
            terms="Two rounds of changes.",
        )
        cls.template = cls.source._save_as_template()

    def test_template_has_neither_number_nor_customer(self):
        self.assertEqual(self.template.name, "/")
        self.assertFalse(self.template.partner_id)
        self.assertEqual(self.template.amount_stages, self.source.amount_stages)

    def test_template_cannot_be_sent(self):
        with self.assertRaisesRegex(UserError, "is a template"):
            self.template.action_mark_sent()

    def test_choosing_a_template_fills_the_estimate(self):
        form = Form(self.env["service.estimate"])
        form.template_id = self.template
        form.partner_id = self.customer
        estimate = form.save()
        self.assertEqual(estimate.title, "New website")
        self.assertIn("Two rounds", estimate.terms)
        self.assertEqual(estimate.stage_ids.mapped("volume"), [40.0, 8.0])
        self.assertEqual(estimate.stage_ids[0].rating_ids, self.high)
        self.assertNotEqual(estimate.name, "/")

    def test_a_template_never_replaces_stages(self):
        estimate = self._estimate({"volume": 3.0}, template_id=self.template.id)
        estimate._onchange_template_id()
        self.assertEqual(estimate.stage_ids.mapped("volume"), [3.0])

    def test_use_opens_a_new_estimate_with_the_stages(self):
        action = self.template.action_use_template()
        form = Form(self.env["service.estimate"].with_context(**action["context"]))
        form.partner_id = self.customer
        self.assertEqual(len(form.save().stage_ids), 2)


class TestEstimateWhatIf(EstimateCommon):
    """What another deadline or rating would cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draft = cls._estimate({"rating_ids": cls._rated(cls.expert)})

    def _open(self, estimate):
        return self.env["service.estimate.what.if"].browse(
            estimate.action_what_if()["res_id"]
        )

    def test_total_follows_the_ratings_and_nothing_is_saved(self):
        form = Form(self._open(self.draft))
        with form.rating_line_ids.edit(0) as line:
            line.rating_id = self.high
        self.assertEqual(form.amount_before, 5600)
        self.assertEqual(form.amount_total, 6440)
        self.assertEqual(form.difference, 840)
        self.assertEqual(form.save().stage_line_ids.price, 6440)
        self.assertEqual(self.draft.amount_total, 5600)

    def test_total_follows_the_deadline(self):
        form = Form(self._open(self.draft))
        form.date_deadline = self.today + timedelta(days=3)  # 4 of 5 days
        self.assertEqual(form.amount_total, 7000)

    def test_too_short_a_deadline_is_a_problem(self):
        form = Form(self._open(self.draft))
        form.date_deadline = self.today
        self.assertIn("Deadline", form.problem)

    def test_apply_writes_the_draft_and_keeps_other_ratings(self):
        wizard = self._open(self.draft)
        wizard.rating_line_ids.filtered(
            lambda line: line.factor_id == self.complexity
        ).rating_id = self.high
        wizard.action_apply()
        self.assertEqual(self.draft.stage_ids.rating_ids, self.high + self.expert)
        self.assertEqual(self.draft.amount_total, 6440)

    def test_sent_estimate_is_not_changed(self):
        wizard = self._open(self._sent())
        wizard.date_deadline = date(2025, 6, 19)
        with self.assertRaises(UserError):
            wizard.action_apply()


class TestEstimateCompare(EstimateCommon):
    """Two revisions side by side."""

    def test_stages_are_matched_by_name_then_by_place(self):
        first = self._sent({"name": "Design"}, {"name": "Build"}, {"name": "Train"})
        second = first._revise()
        design, build, train = second.stage_ids
        build.sequence = 0  # moved to the top: still 'Build'
        build.volume = 20
        train.unlink()
        second.stage_ids.flush_recordset()
        second.invalidate_recordset(["stage_ids"])
        wizard = self.env["service.estimate.compare"].browse(
            second.action_compare()["res_id"]
        )
        rows = {
            (line.before_id.name, line.after_id.name): line.difference
            for line in wizard.line_ids
        }
        self.assertEqual(
            rows,
            {
                ("Design", "Design"): 0,
                ("Build", "Build"): -2000,
                ("Train", False): -4000,
            },
        )
        self.assertEqual(wizard.difference, -6000)
        self.assertEqual(design.price_subtotal, 4000)

    def test_renamed_stage_is_found_by_its_place(self):
        first = self._sent({"name": "Design", "product_id": False})
        second = first._revise()
        second.stage_ids.name = "Drawings"
        self.assertEqual(
            second._match_stages(first), [(first.stage_ids, second.stage_ids)]
        )


class TestEstimateForm(EstimateCommon):
    """What the form says."""

    def test_deadline_is_told_in_words(self):
        estimate = self._estimate(date_deadline=self.today + timedelta(days=3))
        self.assertEqual(estimate.deadline_text, "Deadline: rush × 1.25")

    def test_estimator_sees_the_form(self):
        user = new_test_user(
            self.env,
            login="estimator",
            groups="payment_reminder.group_estimate_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        form = Form(self.env["service.estimate"].with_user(user))
        form.title = "Garden"
        form.partner_id = self.customer
        with form.stage_ids.new() as stage:
            stage.name = "Dig"
            stage.volume = 4
            stage.rate = 50
            stage.rating_ids.add(self.high)
        self.assertEqual(form.amount_untaxed, 230)
        self.assertTrue(form.save().name)
