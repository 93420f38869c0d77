import csv
import io

import xlsxwriter

from odoo import api, models

from ..tools.plain_table import escape_formula

MONEY, DAY = "money", "day"


class DunningCaseFile(models.AbstractModel):
    """The items of a file as a table, for the reader's own programs."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    # === ENTRANCES === #

    @api.model
    def _make_table(self, case, lines, date, reader=None):
        """Return the items as an Excel file (XLSX); texts are never formulas.

        :param lines: see ``_make_pdf``
        :rtype: bytes
        """
        file = self._open(case, date, reader)
        lines = file._find_lines(case, lines)
        target = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(target, options) as book:
            file._fill_book(book, file._get_table(file.case_id, lines, date))
        return target.getvalue()

    @api.model
    def _make_csv(self, case, lines, date, reader=None):
        """Return the items as CSV: UTF-8, commas, days as 2025-06-16, amounts as 10.50.

        :param lines: see ``_make_pdf``
        :rtype: bytes
        """
        file = self._open(case, date, reader)
        lines = file._find_lines(case, lines)
        titles, rows = file._get_table(file.case_id, lines, date)
        target = io.StringIO()
        writer = csv.writer(target)
        writer.writerow([title for title, _kind in titles])
        for row in rows:
            writer.writerow([file._to_csv(value) for value in row])
        return target.getvalue().encode("utf-8-sig")

    # === CONTENT === #

    def _get_table(self, case, lines, date):
        """Return titles and rows; the hook for further columns.

        :return: pairs of title and kind (money, day or None), and rows of values
        :rtype: tuple[list, list]
        """
        titles = [
            (self.env._("Document"), None),
            (self.env._("Customer"), None),
            (self.env._("Customer no."), None),
            (self.env._("Dated"), DAY),
            (self.env._("Due"), DAY),
            (self.env._("Days late"), None),
            (self.env._("Amount"), MONEY),
            (self.env._("Paid"), MONEY),
            (self.env._("Open"), MONEY),
            (self.env._("Interest"), MONEY),
            (self.env._("Currency"), None),
            (self.env._("Payment reference"), None),
            (self.env._("Description"), None),
            (self.env._("Level"), None),
            (self.env._("Reminded on"), DAY),
        ]
        interest = self._get_interest(case, lines, date)
        debts = lines._get_debts(date)
        items = self.env["dunning.case.line"].search(
            [("move_line_id", "in", lines.ids)]
        )
        items = items.grouped("move_line_id")
        none = self.env["dunning.case.line"]
        services = lines.move_id._get_dunning_service_texts()
        rows = [
            self._get_table_row(
                line,
                debts[line],
                items.get(line, none),
                services.get(line.move_id.id),
                interest.get(line.id),
                date,
            )
            for line in lines
        ]
        return titles, rows

    def _get_table_row(self, line, debt, item, service, interest, date):
        move, due = line.move_id, line.date_maturity or line.date
        return [
            move.name or line.name or "",
            self.partner_id.name or "",
            self.partner_id.ref or "",
            move.invoice_date or line.date,
            due,
            max((date - due).days, 0),
            debt.amount,
            debt.amount - debt.left,
            debt.left,
            None if interest is None else self._to_decimal(interest),
            self.currency_id.name,
            move.payment_reference or "",
            service or "",
            item.level_id.name or "",
            item.last_notice_date or None,
        ]

    def _get_interest(self, case, lines, date):
        """Return the interest that is claimed of each item, as the statement has it.

        :return: ``{id of the receivable: amount in the currency of the case}``
        :rtype: dict
        """
        accounts = self.env["dunning.claim.account"]._get_accounts(case, lines, date)
        return {
            account.line.id: float(account.interest.amount)
            for account in accounts
            if account.interest
        }

    # === WRITING === #

    def _to_csv(self, value):
        if value is None:
            return ""
        return escape_formula(value) if isinstance(value, str) else str(value)

    def _fill_book(self, book, table):
        titles, rows = table
        places = self.currency_id.decimal_places
        amount = "#,##0" + ("." + "0" * places if places else "")
        formats = {
            MONEY: book.add_format({"num_format": amount}),
            DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
            None: book.add_format({}),
        }
        sheet = book.add_worksheet(self.env._("Items")[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        for column, (title, kind) in enumerate(titles):
            sheet.write_string(0, column, title, head)
            sheet.set_column(column, column, 14 if kind else 20)
            for index, row in enumerate(rows, start=1):
                self._write_cell(sheet, index, column, row[column], formats[kind])
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(titles) - 1)

    def _write_cell(self, sheet, row, column, value, style):
        """Write a value as what it is: a text is a text whatever it begins with."""
        if value is None:
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value[:32767], style)
        elif hasattr(value, "year"):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_number(row, column, float(value), style)
