import random

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .estimate_common import EstimateCommon


@tagged("post_install", "-at_install")
class TestEstimateInvoice(EstimateCommon):
    """From the accepted estimate to invoices that add up to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxes = {
            included: cls.env["account.tax"].create(
                {
                    "name": f"19.6 % {included}",
                    "amount": 19.6,
                    "price_include_override": included,
                }
            )
            for included in ("tax_included", "tax_excluded")
        }
        cls.currencies = [cls.company.currency_id]
        for name, rounding in (("JPY", 1), ("KWD", 0.001)):
            currency = cls.env.ref(f"base.{name}")
            currency.write({"active": True, "rounding": rounding})
            currency.rate_ids.unlink()
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "name": "2020-01-01",
                    "rate": 3.7,
                    "company_id": cls.company.id,
                }
            )
            cls.currencies.append(currency)

    def _assert_adds_up(self, estimate):
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            total = sum(estimate.invoice_ids.mapped(name))
            rounded = estimate.currency_id.round(total)
            self.assertAlmostEqual(rounded, estimate[name], 6, name)
        self.assertEqual(estimate.state, "invoiced")

    # === EXACT === #

    def test_whole(self):
        estimate = self._accepted({"description": "Design"}, {})
        invoice = estimate._create_invoice("whole")
        self._assert_adds_up(estimate)
        line = invoice.invoice_line_ids[0]
        self.assertEqual(line.name.split("\n")[:2], ["Stage 1", "Design"])
        self.assertIn("40", line.name.split("\n")[2])
        self.assertEqual(line.estimate_stage_id, estimate.stage_ids[0])
        self.assertEqual(invoice.invoice_origin, estimate.name)

    def test_advance_is_deducted_by_name(self):
        estimate = self._accepted({}, {})
        advance = estimate._create_invoice("advance", amount=1000)
        self.assertEqual(advance.amount_total, 1000)
        with self.assertRaisesRegex(UserError, "Post the advance"):
            estimate._create_invoice("final")
        advance.action_post()
        final = estimate._create_invoice("final")
        self.assertEqual(final.amount_total, 7000)
        self.assertIn(advance.name, final.invoice_line_ids[-1].name)
        self._assert_adds_up(estimate)

    def test_cancelled_invoice_frees_its_stages(self):
        estimate = self._accepted()
        first = estimate._create_invoice("whole")
        first.button_cancel()
        self.assertEqual(estimate.state, "accepted")
        estimate._create_invoice("whole")
        with self.assertRaisesRegex(UserError, "another invoice"):
            first.button_draft()

    def test_deleted_draft_frees_its_stages(self):
        estimate = self._accepted()
        estimate._create_invoice("whole").unlink()
        self.assertEqual(estimate.state, "accepted")

    def test_progress(self):
        estimate = self._accepted({"is_done": True}, {})
        estimate._create_invoice("stages", stages=estimate.stage_ids[0]).action_post()
        self.assertEqual(estimate.invoice_count, 1)
        self.assertEqual(estimate.progress_invoiced, 50)
        self.assertEqual(estimate.progress_paid, 0)

    def test_wizard_proposes_the_advance(self):
        estimate = self._accepted(advance_percent=25)
        action = estimate.action_create_invoice()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard = wizard.create({})
        self.assertEqual((wizard.mode, wizard.amount), ("advance", 1000))
        wizard.action_create()
        self.assertEqual(estimate.amount_invoiced, 1000)

    # === PROPERTIES === #

    def test_invoices_add_up_in_any_order(self):
        rng = random.Random(4)
        for number in range(36):
            method = rng.choice(["round_per_line", "round_globally"])
            self.company.tax_calculation_rounding_method = method
            estimate = self._random_estimate(rng, self.currencies[number % 3])
            with self.subTest(number=number, method=method):
                self._invoice_in_parts(rng, estimate)
                self._assert_adds_up(estimate)

    def _random_estimate(self, rng, currency):
        choices = [*self.taxes.values(), self.env["account.tax"]]
        stages = [
            {
                "volume": rng.randint(1, 30),
                "rate": rng.randint(100, 99999) / 7,
                "tax_ids": [Command.set(rng.choice(choices).ids)],
                "is_done": True,
            }
            for _stage in range(rng.randint(2, 6))
        ]
        discount = rng.choice([0, 3.33, 12.5])
        return self._accepted(*stages, currency_id=currency.id, discount=discount)

    def _invoice_in_parts(self, rng, estimate):
        if rng.random() < 0.8:
            share = rng.uniform(0.01, 0.3)
            amount = estimate.currency_id.round(estimate.amount_total * share)
            estimate._create_invoice("advance", amount=amount).action_post()
        first = rng.choice(estimate.stage_ids)
        left = estimate.stage_ids - first
        if estimate._get_amount_of(left) > estimate.amount_total * 0.35:
            estimate._create_invoice("stages", stages=first).action_post()
        estimate._create_invoice("final").action_post()

    # === BAD INPUT === #

    def _assert_refused(self, words, estimate, *args, **kwargs):
        with self.assertRaisesRegex(UserError, words):
            estimate._create_invoice(*args, **kwargs)

    def test_refusals(self):
        self._assert_refused("accepted estimate", self._sent(), "whole")
        estimate = self._accepted({"is_done": True}, {})
        first, second = estimate.stage_ids
        self._assert_refused("more than 0", estimate, "advance", amount=0)
        self._assert_refused("left to invoice", estimate, "advance", amount=8000.01)
        self._assert_refused("not finished", estimate, "stages", stages=second)
        self._assert_refused("Choose", estimate, "stages")
        estimate._create_invoice("stages", stages=first)
        self._assert_refused("Stage 1 is invoiced", estimate, "stages", stages=first)
        self._assert_refused("final invoice", estimate, "whole")
        estimate._create_invoice("final")
        self._assert_refused("Everything", estimate, "final")

    def test_currency_without_rate_is_refused(self):
        estimate = self._accepted(currency_id=self.currencies[1].id)
        self.currencies[1].rate_ids.sudo().unlink()
        self._assert_refused("exchange rate", estimate, "whole")

    def test_archived_product_is_refused(self):
        estimate = self._accepted()
        self.service.active = False
        self._assert_refused("archived", estimate, "whole")

    def test_stage_without_account_is_named(self):
        estimate = self._accepted({"product_id": False})
        estimate._get_invoice_journal().default_account_id = False
        self._assert_refused("Stage 1: no income account", estimate, "whole")

    def test_salesperson_sees_progress_but_no_wizard(self):
        estimate = self._accepted()
        estimate._create_invoice("whole")
        seller = self.env["res.users"].create(
            {
                "name": "Seller",
                "login": "seller",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [
                    Command.set(
                        self.env.ref("payment_reminder.group_estimate_user").ids
                    )
                ],
            }
        )
        self.assertEqual(estimate.with_user(seller).progress_invoiced, 100)
        with self.assertRaises(AccessError):
            self.env["service.estimate.invoice"].with_user(seller).create(
                {"estimate_id": estimate.id}
            )
