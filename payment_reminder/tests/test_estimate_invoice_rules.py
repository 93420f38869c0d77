import contextlib

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .estimate_common import EstimateCommon


class EstimateInvoiceCommon(EstimateCommon):
    """An accepted estimate of three finished stages of 4,000.00 each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = {"is_done": True}
        cls.estimate = cls._accepted(done, done, done)
        cls.stages = cls.estimate.stage_ids

    def _post(self, mode, estimate=None, **options):
        """Return a posted invoice."""
        invoice = (estimate or self.estimate)._create_invoice(mode, **options)
        invoice.action_post()
        return invoice

    def _credit(self, invoice, method="refund_moves"):
        """Return the credit note of an invoice, or with ``modify_moves`` its copy."""
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(invoice.ids)],
                "journal_id": invoice.journal_id.id,
                "date": invoice.date,
            }
        )
        getattr(wizard, method)()
        return wizard.new_move_ids

    @contextlib.contextmanager
    def _refused(self, words):
        """Assert that something is refused, and leave no trace of it."""
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            yield

    def _assert_adds_up(self, estimate):
        """Assert that invoices minus credit notes are what was accepted."""
        moves = estimate._get_all_invoices().filtered(lambda one: one.state == "posted")
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            total = sum(-move.direction_sign * move[name] for move in moves)
            self.assertAlmostEqual(total, estimate[name], 6, name)
        self.assertEqual(estimate.state, "invoiced")
        self.assertEqual(estimate.amount_invoiced, estimate.amount_total)


@tagged("post_install", "-at_install")
class TestEstimateInvoiceContent(EstimateInvoiceCommon):
    """What stands on the invoices of an estimate."""

    def _lines(self, invoice):
        return [
            (line.display_type, line.name.split("\n")[0])
            for line in invoice.invoice_line_ids.sorted("sequence")
        ]

    def test_sections_of_the_chosen_stages_stand_above_them(self):
        estimate = self._accepted(
            {"name": "Design", "display_type": "line_section"},
            {"name": "Sketches", "is_done": True},
            {"name": "Two rounds", "display_type": "line_note"},
            {"name": "Empty", "display_type": "line_section"},
            {"name": "Building", "display_type": "line_section"},
            {"name": "Pages", "is_done": True},
            {"name": "Forms", "is_done": True},
        )
        sketches, pages, forms = estimate._get_priced_stages()
        invoice = self._post("stages", estimate, stages=forms)
        self.assertEqual(
            self._lines(invoice), [("line_section", "Building"), ("product", "Forms")]
        )
        invoice = self._post("final", estimate)
        self.assertEqual(
            self._lines(invoice),
            [
                ("line_section", "Design"),
                ("product", "Sketches"),
                ("line_section", "Building"),
                ("product", "Pages"),
            ],
        )
        self._assert_adds_up(estimate)
        self.assertEqual(invoice.invoice_line_ids.estimate_stage_id, sketches | pages)

    def test_fiscal_position_maps_taxes_and_accounts(self):
        tax = self.company.account_sale_tax_id
        income = self.company_data["default_account_revenue"]
        abroad = income.copy({"name": "Income from abroad"})
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "company_id": self.company.id,
                "account_ids": [
                    Command.create(
                        {"account_src_id": income.id, "account_dest_id": abroad.id}
                    )
                ],
            }
        )
        free = self.env["account.tax"].create(
            {
                "name": "Free abroad",
                "amount": 0.0,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )
        estimate = self._estimate({}, {"product_id": False})
        estimate.fiscal_position_id = position
        estimate.stage_ids[0].tax_ids = position.map_tax(tax)
        estimate.action_mark_sent()
        estimate.action_accept()
        self.assertEqual(estimate.stage_ids[0].tax_ids, free)
        advance = self._post("advance", estimate, amount=500.0)
        final = self._post("final", estimate)
        for invoice in advance + final:
            self.assertEqual(invoice.fiscal_position_id, position)
            self.assertEqual(invoice.invoice_line_ids.account_id, abroad)
        stage = final.invoice_line_ids.filtered(
            lambda line: line.estimate_stage_id == estimate.stage_ids[0]
        )
        self.assertEqual(stage.tax_ids, free)
        self._assert_adds_up(estimate)

    def test_fiscal_position_maps_the_taxes_of_products(self):
        tax = self.company.account_sale_tax_id
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        free = self.env["account.tax"].create(
            {
                "name": "Free abroad",
                "amount": 0.0,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )
        with Form(self.env["service.estimate"]) as form:
            form.title = "Abroad"
            form.partner_id = self.customer
            form.fiscal_position_id = position
            with form.stage_ids.new() as stage:
                stage.name = "Work"
                stage.product_id = self.service
        self.assertEqual(form.record.stage_ids.tax_ids, free)

    def test_texts_are_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.customer.lang = "ru_RU"
        self.env["ir.module.module"].search(
            [("name", "=", "payment_reminder")]
        )._update_translations(["ru_RU"])
        estimate = self._accepted({"name": "Дизайн", "rate": 1234.5})
        advance = self._post("advance", estimate, amount=1000)
        self.assertIn("Аванс", advance.invoice_line_ids.name)
        final = self._post("final", estimate)
        stage, deduction = final.invoice_line_ids.sorted("sequence")
        self.assertIn("1\N{NO-BREAK SPACE}234,50", stage.name)
        self.assertIn("аванс", deduction.name)
        self.assertNotIn("Less advance", deduction.name)

    def test_stages_in_another_order_add_up(self):
        tax = self.env["account.tax"].create({"name": "7.7 %", "amount": 7.7})
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            stages = [
                {"volume": volume, "rate": 33.37, "is_done": True}
                | {"tax_ids": [Command.set(tax.ids)]}
                for volume in (1, 3, 7, 11)
            ]
            estimate = self._accepted(*stages, discount=3.33)
            first, second, third, fourth = estimate.stage_ids
            with self.subTest(method):
                self._post("advance", estimate, amount=100.01)
                self._post("stages", estimate, stages=third)
                self._post("stages", estimate, stages=first)
                self._post("final", estimate)
                last = estimate.invoice_ids.sorted("id")[-1].invoice_line_ids
                self.assertEqual(last.estimate_stage_id, second | fourth)
                self._assert_adds_up(estimate)

    def test_invoice_opens_its_estimate(self):
        invoice = self._post("whole")
        action = invoice.action_view_estimate()
        self.assertEqual(action["res_id"], self.estimate.id)
        form = self.env["account.move"].get_view(view_type="form")["arch"]
        self.assertIn("action_view_estimate", form)


@tagged("post_install", "-at_install")
class TestEstimateCreditNotes(EstimateInvoiceCommon):
    """Credit notes give back what they credit in full."""

    def test_posted_credit_note_frees_the_stages(self):
        invoice = self._post("whole")
        credit = self._credit(invoice)
        self.assertEqual(self.estimate.state, "invoiced")
        credit.action_post()
        self.assertEqual(self.estimate.state, "accepted")
        self.assertEqual(self.estimate.amount_invoiced, 0)
        self.assertEqual(self.estimate._get_stages_to_invoice(), self.stages)
        self._post("whole")
        self._assert_adds_up(self.estimate)

    def test_credit_of_one_stage_frees_this_one(self):
        credit = self._credit(self._post("whole"))
        second = credit.invoice_line_ids.filtered(
            lambda line: line.name.startswith("Stage 2")
        )
        credit.invoice_line_ids = [
            Command.delete(line.id) for line in credit.invoice_line_ids - second
        ]
        credit.action_post()
        self.assertEqual(self.estimate._get_stages_to_invoice(), self.stages[1])
        self._post("final")
        self._assert_adds_up(self.estimate)

    def test_credit_of_a_part_of_the_price_frees_nothing(self):
        credit = self._credit(self._post("whole"))
        for line in credit.invoice_line_ids:
            line.price_unit = 100
        credit.action_post()
        self.assertFalse(self.estimate._get_stages_to_invoice())
        self.assertEqual(self.estimate.state, "invoiced")
        self.assertEqual(self.estimate.amount_invoiced, 12000 - 300)

    def test_two_credit_notes_of_halves_free_the_stages(self):
        invoice = self._post("whole")
        for _half in range(2):
            credit = self._credit(invoice)
            for line in credit.invoice_line_ids:
                line.price_unit = 2000
            credit.action_post()
        self.assertEqual(self.estimate._get_stages_to_invoice(), self.stages)

    def test_credit_note_of_an_advance_frees_its_amount(self):
        tax = self.env["account.tax"].create({"name": "Levy", "amount": 19.6})
        estimate = self._accepted({}, {"tax_ids": [Command.set(tax.ids)]})
        advance = self._post("advance", estimate, amount=3000)
        self.assertEqual(len(advance.invoice_line_ids), 2)
        self._credit(advance).action_post()
        self.assertFalse(estimate._get_open_advances())
        self.assertEqual(estimate._get_amount_left(), estimate.amount_total)
        self._post("whole", estimate)
        self._assert_adds_up(estimate)

    def test_credit_note_of_the_final_invoice_opens_the_advance_again(self):
        advance = self._post("advance", amount=1000)
        self._credit(self._post("final")).action_post()
        self.assertEqual(self.estimate.state, "accepted")
        self.assertEqual(
            self.estimate._get_open_advances(), advance.invoice_line_ids.sudo()
        )
        self.assertEqual(self._post("final").amount_total, 11000)
        self._assert_adds_up(self.estimate)

    def test_credit_note_of_a_deducted_advance_is_refused(self):
        advance = self._post("advance", amount=1000)
        final = self._post("final")
        credit = self._credit(advance)
        with self._refused(f"{final.name} deducts .*{advance.name}"):
            credit.action_post()
        self._credit(final).action_post()
        credit.action_post()
        self.assertEqual(self.estimate._get_amount_left(), 12000)

    def test_credit_note_cannot_be_taken_back_when_its_stages_are_invoiced(self):
        credit = self._credit(self._post("whole"))
        credit.action_post()
        again = self._post("whole")
        for method in ("button_draft", "button_cancel"):
            with self._refused("another invoice has it"):
                getattr(credit, method)()
        again.button_draft()
        again.button_cancel()
        credit.button_draft()
        self.assertEqual(self.estimate.state, "invoiced")

    def test_corrected_copy_takes_the_stages_over(self):
        self._post("advance", amount=1000)
        final = self._post("final")
        copy = self._credit(final, "modify_moves")
        self.assertEqual(copy.estimate_id, self.estimate)
        self.assertEqual(copy.invoice_line_ids.estimate_stage_id, self.stages)
        self.assertEqual(copy.amount_total, 11000)
        self.assertEqual(self.estimate.state, "invoiced")
        copy.action_post()
        self._assert_adds_up(self.estimate)

    def test_duplicate_of_an_invoice_is_not_of_the_estimate(self):
        copy = self._post("whole").copy()
        self.assertFalse(copy.estimate_id)
        self.assertFalse(copy.invoice_line_ids.estimate_stage_id)


@tagged("post_install", "-at_install")
class TestEstimateDeductedAdvances(EstimateInvoiceCommon):
    """An advance that a later invoice deducts stays as it is."""

    def test_deducted_advance_cannot_be_taken_back(self):
        advance = self._post("advance", amount=1000)
        for final in (self._post("final"), None):
            final = final or self.estimate._create_invoice("final")
            for method in ("button_draft", "button_cancel"):
                with self._refused("deducts the advance"):
                    getattr(advance, method)()
            self.assertEqual(advance.state, "posted")
            if final.state == "posted":
                final.button_draft()
            final.button_cancel()
        advance.button_draft()
        advance.button_cancel()
        self.assertEqual(self.estimate._get_amount_left(), 12000)

    def test_advance_comes_back_only_if_enough_is_left(self):
        advance = self._post("advance", amount=1000)
        advance.button_draft()
        advance.button_cancel()
        self._post("stages", stages=self.stages[:2])
        advance.button_draft()
        advance.button_cancel()
        self._post("final")
        with self._refused("Not enough is left to invoice"):
            advance.button_draft()

    def test_credited_advance_comes_back_only_if_enough_is_left(self):
        credit = self._credit(self._post("advance", amount=1000))
        credit.action_post()
        self._post("whole")
        with self._refused("Not enough is left to invoice"):
            credit.button_draft()

    def test_open_advance_alone_is_named(self):
        advance = self._post("advance", amount=1000)
        final = self.estimate._create_invoice("final")
        final.invoice_line_ids.filtered(
            lambda line: line.estimate_role == "deduction"
        ).unlink()
        with self._refused(f"advance {advance.name} is not deducted"):
            self.estimate.action_create_invoice()

    def test_cancelled_final_invoice_comes_back_only_with_its_advance(self):
        advance = self._post("advance", amount=1000)
        final = self._post("final")
        final.button_draft()
        final.button_cancel()
        self._credit(advance).action_post()
        with self._refused("this advance is cancelled or credited"):
            final.button_draft()
