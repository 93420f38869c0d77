import io

import xlsxwriter

from odoo import api, models


class DunningClaimStatement(models.AbstractModel):
    """The claim statement as a workbook: numbers are numbers, texts no formulas."""

    # one concept, one file
    _inherit = "dunning.claim.statement"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _render_xlsx(self, case, lines=None, date=None):
        """Return the claim statement of a case as a workbook, see ``_make``.

        :rtype: bytes
        """
        statement = self._make(case, lines, date)
        accounts = statement._get_accounts()
        parts = statement._get_parts(accounts)
        buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False}
        with xlsxwriter.Workbook(buffer, options) as book:
            sheets = (
                (
                    statement.env._("Claims"),
                    statement._get_claim_sheet(accounts, parts),
                ),
                (statement.env._("Interest"), statement._get_interest_sheet(parts)),
                (statement.env._("Payments"), statement._get_payment_sheet(accounts)),
                (
                    statement.env._("Order of settlement"),
                    statement._get_order_sheet(accounts),
                ),
            )
            formats = statement._prepare_formats(book)
            for name, rows in sheets:
                if len(rows) > 1:
                    statement._write_sheet(book.add_worksheet(name[:31]), rows, formats)
        return buffer.getvalue()

    # === SHEETS: rows of values, the first one are titles === #

    def _get_claim_sheet(self, accounts, parts):
        rows = [
            [
                self.env._("Claim"),
                self.env._("Dated"),
                self.env._("Due"),
                self.env._("Days late"),
                self.env._("Remarks"),
                self.env._("Amount"),
            ]
        ]
        for row in self._prepare_rows(accounts, parts):
            rows.append(
                [
                    row["number"],
                    row.get("date"),
                    row.get("date_due"),
                    row.get("days_late"),
                    row.get("description"),
                    row["amount"],
                ]
            )
        total = self._get_total(accounts, parts)
        label = self.env._(
            "Total in %(currency)s on %(date)s",
            currency=self.currency_id.name,
            date=self._format_date(self.date),
        )
        return [*rows, [label, None, None, None, None, total]]

    def _get_interest_sheet(self, parts):
        rows = [
            [
                self.env._("Invoice"),
                self.env._("Legal ground"),
                self.env._("From"),
                self.env._("Until"),
                self.env._("Days"),
                self.env._("Late amount"),
                self.env._("Rate (%)"),
                self.env._("Days of the year"),
                self.env._("Interest, exact"),
                self.env._("Interest"),
            ]
        ]
        regimes = self.env["interest.regime"].sudo()
        for part in parts:
            name = regimes.browse(part.regime_id or []).name
            rows += [
                [
                    part.name,
                    name,
                    row.start,
                    row.end,
                    row.days,
                    row.base,
                    round(row.percent, 4),
                    row.year_days or None,
                    round(row.interest, 6),
                    row.amount,
                ]
                for row in part.segments
            ]
            if part.segments:
                total = self.env._("Interest on %(number)s", number=part.name)
                whole = part.amount + part.decided
                rows.append([total, *[None] * 8, whole])
        return rows

    def _get_payment_sheet(self, accounts):
        titles = [
            self.env._("Invoice"),
            self.env._("Date"),
            self.env._("Amount"),
            self.env._("Remarks"),
        ]
        return [
            titles,
            *(
                [account.number, one.date, one.amount, self._get_payment_text(one)]
                for account in accounts
                for one in account.debt.payments
            ),
        ]

    def _get_order_sheet(self, accounts):
        titles = [
            self.env._("Invoice"),
            self.env._("Date"),
            self.env._("Payment"),
            self.env._("Costs"),
            self.env._("Interest"),
            self.env._("Debt"),
            self.env._("Left"),
        ]
        rows = [titles]
        for account in accounts:
            order = account.order
            for row in order.rows if order else ():
                settled = (row.costs, row.interest, row.principal, row.left)
                rows.append([account.number, row.date, row.amount, *settled])
            if order:
                owed = (order.costs, order.interest, order.principal, order.total)
                rows.append([account.number, self.date, None, *owed])
        return rows

    # === WRITING === #

    def _prepare_formats(self, book):
        digits = self.currency_id.decimal_places
        money = "#,##0" + ("." + "0" * digits if digits else "")
        return {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": money}),
            "exact": book.add_format({"num_format": "#,##0.00####"}),
            "text": book.add_format(),
        }

    def _write_sheet(self, sheet, rows, formats):
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if not number:
                    sheet.write_string(number, column, value, formats["head"])
                else:
                    self._write_cell(sheet, number, column, value, formats)
        sheet.freeze_panes(1, 0)
        for column in range(len(rows[0])):
            longest = max(len(str(row[column] or "")) for row in rows)
            sheet.set_column(column, column, min(max(longest + 2, 10), 60))

    def _write_cell(self, sheet, row, column, value, formats):
        """Write a value as what it is: a text that begins with = stays a text."""
        if value is None or value is False or value == "":
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value, formats["text"])
        elif hasattr(value, "isoformat"):
            sheet.write_datetime(row, column, value, formats["date"])
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        else:
            places = -value.as_tuple().exponent
            is_exact = places > self.currency_id.decimal_places
            name = "exact" if is_exact else "money"
            sheet.write_number(row, column, float(value), formats[name])
