import base64
from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .interest_common import InterestCommon

CSV = b"reference,date_from,rate_percent\nCBR_KEY_RATE,2026-10-26,13.5\n"


@tagged("post_install", "-at_install")
class TestInterestScreens(InterestCommon, HttpCase):
    """What people do with rates and regimes: try, import, export."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._work_every_day()  # a due date on a day off stays
        cls.manager = cls._create_user(
            "rates_manager", "payment_reminder.group_dunning_manager"
        )
        cls.reader = cls._create_user("rates_reader", "account.group_account_readonly")
        cls._create_user("rates_employee", "base.group_user")

    @classmethod
    def _create_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    def _wizard(self, content=CSV, **values):
        return (
            self.env["interest.rate.import"]
            .with_user(self.manager)
            .create({"file": base64.b64encode(content), **values})
        )

    # === CALCULATOR === #

    def test_calculator_shows_the_periods(self):
        action = self._regime("de_business").with_user(self.reader).action_try()
        Wizard = self.env[action["res_model"]].with_user(self.reader)
        wizard = Wizard.with_context(**action["context"]).create(
            {
                "currency_id": self.euro.id,
                "amount": 1000,
                "date_due": "2026-06-20",
                "date_until": "2026-07-10",
            }
        )
        self.assertEqual(wizard.amount_interest, 5.7)
        self.assertEqual(wizard.amount_compensation, 40)
        self.assertFalse(wizard.problem)
        for text in ("06/21/2026", "10.27", "10.52", "2.81", "2.88", "5.70"):
            self.assertIn(text, wizard.table_html)
        self.assertIn("Rounded once", wizard.table_html)

    def test_calculator_takes_part_payments_and_says_problems(self):
        wizard = self.env["interest.calculation"].create(
            {
                "regime_id": self._create_regime().id,
                "amount": 1000,
                "date_due": "2025-03-31",
                "date_until": "2025-04-10",
                "payment_ids": [Command.create({"date": "2025-04-05", "amount": 500})],
            }
        )
        self.assertEqual(wizard.amount_interest, 7.5)
        wizard.regime_id = self._regime("at_business")
        self.assertIn("no rate", wizard.problem)
        self.assertFalse(wizard.table_html)
        wizard.date_until = wizard.date_due
        self.assertEqual(wizard.amount_compensation, 0)

    def test_calculator_knows_the_currency_of_the_country(self):
        francs = self.env.ref("base.CHF")
        for is_active, currency in (
            (True, francs),
            (False, self.company.currency_id),
        ):
            francs.active = is_active
            wizard = self.env["interest.calculation"].create(
                {"regime_id": self._regime("ch_104").id}
            )
            self.assertEqual(wizard.currency_id, currency)

    def test_calculator_opens_with_the_beginning_of_the_month(self):
        form = Form(
            self.env["interest.calculation"].with_context(
                default_regime_id=self._regime("ch_104").id
            )
        )
        self.assertEqual(form.amount, 1000)
        self.assertEqual(form.date_due.day, 1)

    def test_cap_is_shown(self):
        regime = self._create_regime(is_daily=True, margin=1, cap_percent=10)
        interest = regime._compute_interest(
            1000, date(2025, 3, 31), date(2025, 5, 31), [], self.euro
        )
        table = self.env["interest.words"]._prepare_table(interest, self.euro)
        self.assertTrue(table["is_daily"])
        self.assertIn("100.00", table["cap"])
        self.assertFalse(table["difference"])

    # === IMPORT AND EXPORT === #

    def test_import_shows_first_what_it_would_do(self):
        wizard = self._wizard()
        self.assertEqual((wizard.new_count, wizard.same_count), (1, 0))
        action = wizard.action_import()
        self.assertIn("Rates added: 1", action["params"]["message"])
        again = self._wizard()
        self.assertEqual((again.new_count, again.same_count), (0, 1))

    def test_import_asks_before_it_replaces(self):
        content = b"reference,date_from,rate_percent\nCBR_KEY_RATE,2026-07-27,1\n"
        wizard = self._wizard(content)
        self.assertEqual(wizard.changed_count, 1)
        self.assertIn("14.00 % here, 1.00 % in the file", wizard.changes)
        with self.assertRaises(UserError):
            wizard.action_import()
        wizard.is_replacing = True
        wizard.action_import()

    def test_import_shows_the_problems(self):
        wizard = self._wizard(b"\xff\xfe")
        self.assertIn("no text in UTF-8", wizard.problems)
        with self.assertRaises(UserError):
            wizard.action_import()

    def _download(self, login, references):
        self.authenticate(login, login)
        ids = ",".join(map(str, references.ids))
        return self.url_open(
            f"/payment_reminder/interest_rates.csv?references={ids}",
            allow_redirects=False,
        )

    def test_export_downloads_a_file(self):
        references = self._reference("DE_BASISZINS") + self._reference("CH_OR_104")
        action = references.with_user(self.reader).action_export_csv()
        self.authenticate("rates_reader", "rates_reader")
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        lines = answer.text.splitlines()
        self.assertEqual(lines[0], "reference,date_from,rate_percent")
        self.assertEqual(len(lines), 26)
        self.assertIn("CH_OR_104,1912-01-01,5.00", lines)

    def test_export_is_for_those_who_see_reminders(self):
        reference = self._reference("DE_BASISZINS")
        self.assertEqual(self._download("rates_employee", reference).status_code, 404)
        empty = reference.browse()
        self.assertEqual(self._download("rates_reader", empty).status_code, 404)
        other = self.setup_other_company()["company"]
        hidden = self._create_reference(("2025-01-01", 1), company_id=other.id)
        self.assertEqual(self._download("rates_reader", hidden).status_code, 404)

    def test_rates_are_shown_as_a_graph(self):
        action = self._reference("DE_BASISZINS").action_view_rates()
        self.assertIn("graph", action["view_mode"])
        self.assertEqual(self.env["interest.rate"].search_count(action["domain"]), 24)

    def test_desk_leads_to_the_regimes(self):
        self.procedure.interest_business_id = self._regime("at_business")
        alarms = self.company._get_dunning_alarms(self.env.cr.now())
        kinds = {alarm["kind"] for alarm in alarms}
        self.assertIn("rates", kinds)
        name, action = self.env["dunning.case"]._get_desk_action(self.company, "rates")
        self.assertEqual((name, action["res_model"]), ("Show them", "interest.regime"))

    def test_forms_open_and_save(self):
        with Form(self.env["interest.regime"].with_user(self.manager)) as form:
            form.name = "Contract with Example"
            form.margin = 12
        self.assertEqual(form.record.rule_text, "12.00 % a year")
        with Form(self.env["interest.reference"].with_user(self.manager)) as form:
            form.name = "Our bank"
            form.code = "OUR_BANK"
            with form.rate_ids.new() as line:
                line.date_from = "2026-01-01"
                line.percent = 3
        self.assertEqual(form.record.newest_percent, 3)
        with Form(self.procedure) as form:
            form.interest_business_id = self._regime("de_business")
