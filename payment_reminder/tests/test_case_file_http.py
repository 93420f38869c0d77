from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from ..exceptions import LetterEngineError
from .case_file_common import CaseFileCommon


@tagged("post_install", "-at_install")
class TestCaseFileDownload(CaseFileCommon, HttpCase):
    """Who may download the file of a case, and that asking changes nothing."""

    GROUPS = {
        "manager": "payment_reminder.group_dunning_manager",
        "accountant": "account.group_account_manager",
        "bookkeeper": "account.group_account_user",
        "user": "payment_reminder.group_dunning_user",
        "billing": "account.group_account_invoice",
        "readonly": "account.group_account_readonly",
        "employee": "base.group_user",
        "portal": "base.group_portal",
    }
    ALLOWED = ("manager", "accountant", "bookkeeper")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: new_test_user(
                cls.env,
                login=f"case_file_{name}",
                groups=groups,
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )
            for name, groups in cls.GROUPS.items()
        }

    def _get(self, kind="pdf", case=None, user="manager"):
        if user:
            login = self.users[user].login
            self.authenticate(login, login)
        path = f"/payment_reminder/case_file/{(case or self.case).id}.{kind}"
        return self.url_open(path, allow_redirects=False)

    def test_only_managers_and_accountants_get_it(self):
        for name in self.GROUPS:
            with self.subTest(name):
                expected = 200 if name in self.ALLOWED else 404
                self.assertEqual(self._get("csv", user=name).status_code, expected)

    def test_nobody_gets_it_without_a_login(self):
        self.assertEqual(self._get(user=None).status_code, 303)

    def test_the_button_is_for_the_same_people(self):
        for name, user in self.users.items():
            case = self.case.with_user(user)
            with self.subTest(name):
                if name in self.ALLOWED:
                    url = case.action_download_case_file()["url"]
                    self.assertTrue(url.endswith(f"/{self.case.id}.pdf"))
                    continue
                with self.assertRaises(AccessError):
                    case.action_download_case_file()

    def test_each_kind_comes_as_a_file(self):
        for kind, begin in (
            ("pdf", b"%PDF"),
            ("xlsx", b"PK"),
            ("csv", b"\xef\xbb\xbf"),
        ):
            with self.subTest(kind):
                response = self._get(kind)
                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.content.startswith(begin))
                disposition = response.headers["Content-Disposition"]
                self.assertIn("attachment", disposition)
                self.assertIn("no-store", response.headers["Cache-Control"])

    def test_asking_changes_nothing(self):
        models = ("ir.attachment", "mail.message", "dunning.link", "mail.activity")
        before = [self.env[model].search_count([]) for model in models]
        self._get()
        self.assertEqual([self.env[m].search_count([]) for m in models], before)
        self.assertFalse(self.invoice.invoice_pdf_report_id)

    def test_cases_of_other_companies_are_missing(self):
        company = self.setup_other_company()["company"]
        self._overdue(20, company=company)
        self.env["dunning.planner"]._open_cases(company)
        self.assertEqual(self._get(case=self._case(company=company)).status_code, 404)

    def test_unknown_cases_and_kinds_are_missing(self):
        self.assertEqual(self._get("exe").status_code, 404)
        missing = self.env["dunning.case"].browse(999999999)
        self.assertEqual(self._get(case=missing).status_code, 404)

    def test_without_an_engine_a_page_says_so(self):
        def fail(self, *args, **kwargs):
            raise LetterEngineError("No program for PDF")

        self.patch(type(self.files), "_make_pdf", fail)
        response = self._get()
        self.assertEqual(response.status_code, 503)
        self.assertIn("No program for PDF", response.text)
