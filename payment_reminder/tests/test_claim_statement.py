import io
from datetime import date

from openpyxl import load_workbook

from odoo.tests import HttpCase, tagged

from ..tools.letter_engine import count_pages
from .claim_common import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaimStatement(ClaimCommon):
    """The claim statement: items, interest, costs, payments, and how they sum up."""

    def _letter(self, **options):
        statements = self.env["dunning.claim.statement"]
        on = options.pop("on", self.today)
        return statements._make(self._case(), date=on)._prepare_letter_values()

    def _book(self, on=None):
        statements = self.env["dunning.claim.statement"]
        content = statements._render_xlsx(self._case(), date=on or self.today)
        return load_workbook(io.BytesIO(content))

    def test_statement_sums_up_debt_interest_and_costs(self):
        self._claim()
        letter = self._letter(on=self._later(5))
        # 1000 + 15 days of interest + compensation + fee
        self.assertEqual(str(letter["total"]), "1062.50")
        amounts = [str(row["amount"]) for row in letter["claims"]]
        self.assertEqual(amounts, ["1000.00", "15.00", "40.00", "7.50"])

    def test_interest_and_compensation_stand_there_before_any_notice_told_them(self):
        self._overdue(6, 1000.0)
        self._run_and_send()
        letter = self._letter()
        self.assertFalse(self._claims())
        self.assertEqual(str(letter["total"]), "1046.00")

    def test_waived_and_booked_claims_are_left_out(self):
        self._claim()
        self._claims("interest")._waive("Goodwill", self.today)
        self._claims("compensation")._waive("Goodwill", self.today)
        move = self._claims("fee")._book(self.today)
        move.invoice_date = self.today
        move.action_post()
        letter = self._letter(on=self._later(5))
        self.assertEqual(str(letter["total"]), "1005.00")
        sums = [row["cells"] for row in letter["annex"][0]["rows"] if row.get("is_sum")]
        self.assertEqual(len(sums), 3)  # the whole, what was decided, what is left

    def test_paid_item_leaves_its_final_interest(self):
        invoice = self._claim()
        self._pay(invoice, paid_on=self._later(4))
        self.env["dunning.claim"]._watch(self.company, self._later(5))
        letter = self._letter(on=self._later(30))
        self.assertEqual(str(letter["total"]), "61.50")  # 14 + 40 + 7.50

    def test_calculation_lists_segments_and_payments(self):
        invoice = self._overdue(10, 1000.0)
        self._pay(invoice, 500.0, self._days_ago(5))
        self._run_and_send()
        rows = self._letter()["annex"][0]["rows"]
        cells = [row["cells"] for row in rows]
        self.assertEqual([row[2] for row in cells[:3]], ["5", "", "5"])
        self.assertIn(invoice.name, rows[0]["title"])
        self.assertIn("500", cells[1][3])
        self.assertIn("7.50", cells[-1][-1].replace("\N{NO-BREAK SPACE}", ""))

    # === ORDER OF SETTLEMENT === #

    def test_order_of_settlement_is_a_view_and_books_nothing(self):
        self.regime.settlement_order = "interest_first"
        invoice = self._overdue(10, 1000.0)
        self._pay(invoice, 500.0, self._days_ago(5))
        self._run_and_send()
        open_before = self._receivables(invoice).amount_residual
        annexes = self._letter()["annex"]
        self.assertEqual(len(annexes), 2)
        # 40 of costs and 5 of interest first, then 455 of the debt
        first, paid, owed = (row["cells"] for row in annexes[1]["rows"])
        self.assertIn("1,000", first[4])
        for text, cell in zip(("40", "5.00", "455"), paid[2:5], strict=True):
            self.assertIn(text, cell)
        self.assertIn("545", owed[4])
        self.assertEqual(self._receivables(invoice).amount_residual, open_before)

    def test_without_an_order_of_the_law_there_is_no_such_page(self):
        invoice = self._overdue(10, 1000.0)
        self._pay(invoice, 500.0, self._days_ago(5))
        self._run_and_send()
        self.assertEqual(len(self._letter()["annex"]), 1)

    # === FILES === #

    def test_pdf_has_the_letter_and_its_calculation(self):
        self._claim()
        statements = self.env["dunning.claim.statement"]
        pdf = statements._render_pdf(self._case(), date=self.today)
        self.assertEqual(pdf[:4], b"%PDF")
        self.assertEqual(count_pages(pdf), 2)

    def test_workbook_has_amounts_as_numbers_and_dates_as_dates(self):
        self._claim()
        book = self._book()
        self.assertEqual(book.sheetnames[:2], ["Claims", "Interest"])
        total = [cell.value for cell in book["Claims"]["F"]][-1]
        self.assertEqual(total, 1057.5)
        segment = [cell.value for cell in list(book["Interest"].rows)[1]]
        self.assertEqual(segment[4:7], [10, 1000, 36.5])
        self.assertEqual(segment[2].date(), self._days_ago(9))
        self.assertEqual(segment[9], 10)

    def test_texts_never_become_formulas(self):
        ugly = '=HYPERLINK("http://evil.example";"x")'
        for start in ("=", "+", "-", "@"):
            with self.subTest(start):
                self.regime.name = start + ugly[1:]
                self._claim()
                book = self._book()
                for sheet in book:
                    for cell in (cell for row in sheet.rows for cell in row):
                        self.assertNotEqual(cell.data_type, "f")
                names = {cell.value for cell in book["Interest"]["B"]}
                self.assertIn(start + ugly[1:], names)

    def test_ugly_texts_are_printed_as_they_are(self):
        self.regime.legal_ground = (
            "{{7*7}} <script>alert(1)</script> %(x)s\n\N{PILE OF POO}"
        )
        self.customer.name = "<b>{{7*7}}</b>" + "x" * 300
        self._claim()
        statements = self.env["dunning.claim.statement"]
        html = str(statements._render_html(self._case(), date=self.today))
        self.assertIn("{{7*7}}", html)
        self.assertNotIn("<script", html.split("</style>")[-1])
        self.assertNotIn("49", html.partition("{{7*7}}")[2][:20])


@tagged("post_install", "-at_install")
class TestClaimStatementPages(ClaimCommon, HttpCase):
    """Who may open the statement; asking for it changes nothing."""

    def test_statement_is_for_those_who_see_the_case(self):
        self._claim()
        case = self._case()
        for kind in ("pdf", "xlsx"):
            url = f"/payment_reminder/claims/{case.id}.{kind}"
            self.assertNotEqual(
                self.url_open(url, allow_redirects=False).status_code, 200
            )
        self.authenticate("admin", "admin")
        self.env.ref("base.user_admin").write(
            {"company_ids": [(4, self.company.id)], "company_id": self.company.id}
        )
        for kind in ("pdf", "xlsx"):
            response = self.url_open(f"/payment_reminder/claims/{case.id}.{kind}")
            self.assertEqual(response.status_code, 200)
        self.assertEqual(
            self.url_open("/payment_reminder/claims/0.pdf").status_code, 404
        )

    def test_date_of_the_statement_is_the_companys(self):
        self._claim()
        letter = self.env["dunning.claim.statement"]._make(self._case())
        self.assertIsInstance(letter.date, date)
