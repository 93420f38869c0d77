from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import DunningCommon

NBSP = "\N{NO-BREAK SPACE}"


@tagged("post_install", "-at_install")
class TestCurrencies(DunningCommon):
    """Where two currencies meet: they are told apart, and their differences no debt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.cad = cls.env.ref("base.CAD")
        cls.chf = cls.env.ref("base.CHF")
        cls.clock = cls.company._get_dunning_today()
        for currency in (cls.usd, cls.cad, cls.chf):
            currency.active = True
            cls._set_rate(currency, cls._days_ago(2000), 1.0)

    @classmethod
    def _set_rate(cls, currency, day, rate):
        if currency == cls.company.currency_id:
            return
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": cls.company.id,
                "name": day,
                "rate": rate,
            }
        )

    def _text(self, amount, currency):
        return f"{amount}{NBSP}{currency.name}"

    # === CODES === #

    def test_currencies_with_the_same_sign_have_their_code(self):
        for currency in (self.usd, self.cad):
            text = currency._format_dunning(1234.5)
            self.assertEqual(text, self._text("1,234.50", currency))
        self.assertEqual(self.cad._format_dunning(-0.001), self._text("0.00", self.cad))

    def test_sign_that_is_clear_stays_where_nothing_else_meets_it(self):
        jpy = self.env.ref("base.JPY")
        jpy.write({"active": True, "symbol": "yen"})
        self.assertEqual(jpy._format_dunning(10), jpy.format(10))
        self.assertEqual(jpy._format_dunning(10, jpy), jpy.format(10))
        self.assertEqual(jpy._format_dunning(10, jpy | self.usd), self._text("10", jpy))

    def test_sums_of_several_currencies_have_their_codes(self):
        sums = {self.chf: 5.0, self.cad: 7.0}
        text = self.env["res.currency"]._format_dunning_sums(sums)
        self.assertEqual(
            text, f"{self._text('5.00', self.chf)} + {self._text('7.00', self.cad)}"
        )

    def test_run_tells_dollars_apart(self):
        for currency in (self.usd, self.cad):
            self._overdue(5, currency_id=currency.id)
        run = self._plan()
        for currency in (self.usd, self.cad):
            text = self._text("100.00", currency)
            self.assertIn(text, run.amount_text)
            [row] = run._prepare_summary()["rows"]
            self.assertIn(text, row["amounts"])

    def test_letters_of_dollars_name_their_code(self):
        composer = self.env["dunning.letter.composer"]
        for currency in (self.usd, self.cad):
            self.assertEqual(
                composer._format_amount(1234.5, currency),
                self._text("1,234.50", currency),
            )

    def test_statements_of_dollars_name_their_code(self):
        for currency in (self.usd, self.cad):
            self._overdue(5, currency_id=currency.id)
        for statement in self.env["dunning.statement"]._make(
            self.company, self.customer
        ):
            self.assertEqual(
                statement._format_amount(100.0),
                self._text("100.00", statement.currency_id),
            )

    def test_summary_tells_dollars_apart(self):
        digest = self.env["dunning.digest"]
        for currency in (self.usd, self.cad):
            self._overdue(5, currency_id=currency.id)
        self._plan()
        overdue = digest._get_overdue_text(self.company, self.today)
        top = [row["amount"] for row in digest._get_top_cases(self.company, self.today)]
        for currency in (self.usd, self.cad):
            self.assertIn(self._text("100.00", currency), overdue)
            self.assertIn(self._text("100.00", currency), top)

    def test_explanation_adds_up_no_two_currencies(self):
        """100 US and 100 Canadian dollars are not $ 200."""
        for currency in (self.usd, self.cad):
            self._invoice(due=self.clock - timedelta(5), currency_id=currency.id)
        sentences = self.customer._get_dunning_explanations()
        for sentence, currency in zip(
            sentences, (self.usd | self.cad).sorted("id"), strict=True
        ):
            self.assertIn(self._text("100.00", currency), sentence)

    # === EXCHANGE DIFFERENCES === #

    def test_exchange_difference_is_no_invoice_that_was_paid_in_time(self):
        due, paid_on = self.clock - timedelta(40), self.clock - timedelta(30)
        for rate in (0.5, 2.0):  # a gain and a loss
            self.env["res.currency.rate"].search(
                [("currency_id", "=", self.chf.id), ("name", "=", paid_on)]
            ).unlink()
            self._set_rate(self.chf, paid_on, rate)
            invoice = self._invoice(due=due, currency_id=self.chf.id)
            self._pay(invoice, paid_on=paid_on, currency_id=self.chf.id)
            receivable = self._receivables(invoice)
            self.assertTrue(receivable.matched_credit_ids)
        differences = self.env["account.partial.reconcile"].search(
            [("exchange_move_id", "!=", False), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(differences.exchange_move_id), 2)
        self.assertEqual(self.customer.dunning_average_days_late, 10)

    # === TOLERANCE === #

    def test_tolerance_of_a_company_fits_its_currency(self):
        for currency, amount in ((self.chf, 5.0), (self.env.ref("base.JPY"), 500.0)):
            currency.active = True
            company = self.env["res.company"].create(
                {"name": currency.name, "currency_id": currency.id}
            )
            procedure = company.dunning_procedure_id
            self.assertEqual(procedure.tolerance_amount, amount)
            procedure.tolerance_amount = 7.0
            self.assertEqual(procedure.copy().tolerance_amount, 7.0)

    def test_settings_say_the_tolerance_and_change_it(self):
        other = self._create_procedure([3], tolerance_amount=50.0)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.dunning_tolerance_amount, 5.0)
        settings.dunning_tolerance_amount = 3.0
        self.assertEqual(self.procedure.tolerance_amount, 3.0)
        settings.dunning_procedure_id = other
        self.assertEqual(settings.dunning_tolerance_amount, 50.0)

    def test_lines_of_lists_name_the_currency(self):
        """A list in which currencies meet has a column of their codes."""
        self.env.user.group_ids = [
            Command.link(self.env.ref("base.group_multi_currency").id)
        ]
        for model in (
            "dunning.case",
            "dunning.notice",
            "dunning.promise",
            "dunning.dispute",
            "dunning.claim",
            "dunning.handover",
            "dunning.run.exclusion",
            "installment.plan",
            "installment.plan.line",
            "service.estimate",
        ):
            for kind in ("list", "kanban"):
                with self.subTest(f"{model} {kind}"):
                    arch = self.env[model].get_view(view_type=kind)["arch"]
                    shown = [
                        tag
                        for tag in arch.split("<field ")
                        if 'name="currency_id"' in tag and "column_invisible" not in tag
                    ]
                    self.assertGreaterEqual(len(shown), 1 if kind == "list" else 2)
