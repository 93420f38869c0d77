import csv
import io

from openpyxl import load_workbook

from odoo.tests import tagged

from .case_file_common import CaseFileCommon


@tagged("post_install", "-at_install")
class TestCaseFileTable(CaseFileCommon):
    """The items as a table: numbers are numbers, and texts stay texts."""

    def _csv(self, lines=None):
        lines = self.lines if lines is None else lines
        content = self.files._make_csv(self.case, lines, self.today)
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    def _xlsx(self, lines=None):
        lines = self.lines if lines is None else lines
        content = self.files._make_table(self.case, lines, self.today)
        sheet = load_workbook(io.BytesIO(content)).active
        titles, *rows = sheet.iter_rows()
        names = [cell.value for cell in titles]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def test_amounts_and_dates_are_exact(self):
        self._pay(self.invoice, 30.25)
        [row] = self._csv()
        self.assertEqual(row["Document"], self.invoice.name)
        self.assertEqual(
            [row["Amount"], row["Paid"], row["Open"]], ["100.00", "30.25", "69.75"]
        )
        self.assertEqual([row["Due"], row["Days late"]], ["2025-05-27", "20"])
        self.assertEqual([row["Interest"], row["Currency"]], ["", "USD"])
        [cells] = self._xlsx()
        self.assertEqual(cells["Open"].value, 69.75)
        self.assertEqual(cells["Due"].value.date(), self._days_ago(20))

    def test_negative_amounts_stay_numbers(self):
        line = self._receivables(self._credit_note())
        [row] = self._csv(line)
        self.assertEqual(row["Open"], "-30.00")
        self.assertEqual(self._xlsx(line)[0]["Open"].value, -30.0)

    def test_texts_never_become_formulas(self):
        for text in ("=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1"):
            self.customer.name = text
            with self.subTest(text):
                [row] = self._csv()
                self.assertEqual(row["Customer"], f"'{self.customer.name}")
                [cells] = self._xlsx()
                self.assertEqual(cells["Customer"].data_type, "s")
                self.assertEqual(cells["Customer"].value.strip(), text.strip())

    def test_interest_stands_where_it_is_known(self):
        files = type(self.files)
        line = self.lines.id
        self.patch(files, "_get_interest", lambda self, *_args: {line: 1.5})
        self.assertEqual(self._csv()[0]["Interest"], "1.50")
        self.assertEqual(self._xlsx()[0]["Interest"].value, 1.5)
