from datetime import date

from odoo import models


class DunningDocument(models.AbstractModel):
    """The calculation of interest: what a court, or the customer, can check."""

    # one concept, one file
    _inherit = "dunning.document"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_annex(self, parts):
        """Return the calculation of the interest in ``parts``, as a letter's annex.

        :param list parts: of ``tools.claim_part.ClaimPart``
        :return: see ``dunning.letter.annex``; empty without interest
        :rtype: list[dict]
        """
        document = self._localized()
        interest = [part for part in parts if part.kind == "interest" and part.segments]
        if not interest:
            return []
        return [
            {
                "title": document.env._("Calculation of interest"),
                "text": document.env._(
                    "Simple interest for the days after the due date; the sum of each "
                    "item is rounded once."
                ),
                "columns": document._get_segment_columns(),
                "rows": [
                    row
                    for part in interest
                    for row in document._prepare_segment_rows(part)
                ],
            }
        ]

    def _get_segment_columns(self):
        """Return the columns of the calculation: (label, whether it is a number)."""
        return [
            (self.env._("From"), False),
            (self.env._("Until"), False),
            (self.env._("Days"), True),
            (self.env._("Late amount"), True),
            (self.env._("Rate"), True),
            (self.env._("Interest"), True),
        ]

    def _prepare_segment_rows(self, part):
        """Return the calculation of one item: its segments and how they sum up."""
        dated = [(row.start, self._prepare_segment(row)) for row in part.segments]
        dated += [
            # a correction counts for all of the segments
            (date.min if one.is_correction else one.date, self._prepare_payment(one))
            for one in part.payments
        ]
        rows = [row for _day, row in sorted(dated, key=lambda pair: pair[0])]
        rows[0]["title"] = self._get_annex_title(part)
        return rows + [
            {"cells": [label, "", "", "", "", amount], "is_sum": True, "title": ""}
            for label, amount in self._get_annex_sums(part)
        ]

    def _prepare_segment(self, row):
        rate = self._format_percent(row.percent)
        if not row.year_days:
            rate = self.env._("%(rate)s %% a day", rate=rate)
        else:
            rate = f"{rate}\N{NO-BREAK SPACE}%"
        return {
            "title": "",
            "cells": [
                self._format_date(row.start),
                self._format_date(row.end),
                str(row.days),
                self._format_amount(float(row.base)),
                rate,
                self._format_amount(float(row.amount)),
            ],
        }

    def _prepare_payment(self, payment):
        return {
            "title": "",
            "cells": [
                self._format_date(payment.date),
                self._get_payment_text(payment),
                "",
                self._format_amount(float(-payment.amount)),
                "",
                "",
            ],
        }

    def _get_payment_text(self, payment):
        """Return what lowered a debt, in a word or two.

        :param tools.interest.Payment payment: of any kind
        :rtype: str
        """
        if payment.amount < 0:
            return self.env._("undone")
        texts = {
            "reversal": self.env._("corrected"),
            "discount": self.env._("discount"),
            "write_off": self.env._("not claimed any more"),
        }
        if not payment.is_matched and not payment.is_correction:
            return self.env._("received, not assigned yet")
        return texts.get(payment.kind) or self.env._("received")

    def _get_annex_title(self, part):
        """Return which item is calculated, and by which regime."""
        regime = self.env["interest.regime"].sudo().browse(part.regime_id or [])
        due = part.due and self.env._("due %(date)s", date=self._format_date(part.due))
        return " · ".join(filter(None, (part.name, due, regime.exists().name)))

    def _get_annex_sums(self, part):
        """Return what stands below the segments: (label, amount as text)."""
        total = part.amount + part.decided
        sums = []
        if part.rounding:
            label = self.env._("Rounding of the sum")
            if abs(part.rounding) > len(part.segments) * self._get_step():
                label = self.env._("Limited to the agreed maximum")
            sums.append((label, part.rounding))
        sums.append((self.env._("Interest on %(number)s", number=part.name), total))
        if part.decided:
            sums += [
                (self.env._("invoiced or waived before"), -part.decided),
                (self.env._("Claimed now"), part.amount),
            ]
        return [(label, self._format_amount(float(amount))) for label, amount in sums]

    def _get_step(self):
        """Return the smallest amount of the document's currency.

        :rtype: Decimal
        """
        return self._to_decimal(self.currency_id.rounding)
