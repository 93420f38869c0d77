from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError


class ServiceEstimateLetter(models.AbstractModel):
    """The estimate on paper: its words and figures, in the customer's language."""

    _name = "service.estimate.letter"
    _inherit = "dunning.printed.document"
    _description = "Estimate: Document"

    _printer = "service.estimate.printer"
    _report = "payment_reminder.action_report_service_estimate"

    # === PRINTING === #

    def _check_printable(self):
        done = super()._check_printable()
        for estimate in self:
            if estimate.is_template:
                raise UserError(
                    self.env._(
                        "%(estimate)s is a template: make an estimate from it first.",
                        estimate=estimate.title,
                    )
                )
            if not estimate._get_priced_stages():
                raise UserError(
                    self.env._(
                        "%(estimate)s has no stage yet.", estimate=estimate.display_name
                    )
                )
            problems = estimate._get_problems()
            if problems:
                raise UserError("\n".join(problems))
        return done

    def _get_document_title(self):
        return self.env._("Estimate %(number)s", number=self.display_name)

    # === CONTENT === #

    def _prepare_letter_content(self):
        return {
            "number_label": self.env._("Estimate no."),
            "subject": self._get_letter_subject(),
            "intro": self._get_letter_intro(),
            "claims": self._prepare_letter_stages(),
            "totals": self._prepare_letter_totals(),
            "closing": self._get_letter_closing(),
        }

    def _get_letter_info(self):
        pairs = super()._get_letter_info()
        if not self._is_undecided():
            return pairs
        valid = (self.env._("Valid until"), self._format_date(self.date_valid))
        return [valid, *pairs]

    def _is_undecided(self):
        """Return whether the customer can still accept, now or when it is sent."""
        return self.state == "draft" or not self._get_closed_text()

    def _get_letter_subject(self):
        if self.state == "draft":
            return self.env._("Draft of an estimate: %(title)s", title=self.title)
        return self.env._("Estimate: %(title)s", title=self.title)

    def _get_letter_intro(self):
        """Return what stands above the stages.

        An estimate that is closed says so first, whoever finds the paper later.
        """
        parts = []
        if not self._is_undecided() and self.state not in ("accepted", "invoiced"):
            parts.append(Markup("<p><b>%s</b></p>") % self._get_closed_text())
        default = self.env._(
            "Thank you for your inquiry. This is what the work will cost, stage by "
            "stage, and how each price comes about."
        )
        parts.append(self.intro or Markup("<p>%s</p>") % default)
        if self.date_deadline:
            parts.append(Markup("<p>%s</p>") % self._get_ready_text())
        return Markup().join(parts)

    def _get_ready_text(self):
        """Return when the work will be ready, in one sentence."""
        day = self._format_date(self.date_deadline)
        if not self.date_start:
            return self.env._("Ready by %(date)s.", date=day)
        return self.env._(
            "Ready by %(date)s, if we begin on %(start)s.",
            date=day,
            start=self._format_date(self.date_start),
        )

    def _prepare_letter_stages(self):
        rows, number = [], 0
        for stage in self.stage_ids:
            if stage.display_type:
                kind = stage.display_type.removeprefix("line_")
                rows.append({"kind": kind, "name": stage.name})
                continue
            number += 1
            rows.append(
                {
                    "kind": "stage",
                    "number": str(number),
                    "name": stage.name,
                    "description": (stage.description or "").strip(),
                    "arithmetic": stage._explain(),
                    "amount": self._to_decimal(stage.price_subtotal),
                }
            )
        return rows

    def _prepare_letter_totals(self):
        """Return (label, amount, is the total), as the customer's page shows them."""
        groups = [
            (group["group_name"], group["tax_amount_currency"])
            for subtotal in self._get_tax_totals()["subtotals"]
            for group in subtotal["tax_groups"]
        ]
        rows = []
        if self.discount:
            rows += [
                (self.env._("All stages"), self.amount_stages),
                (self._get_discount_label(), self.amount_discount),
            ]
        if groups:
            rows += [(self.env._("Without taxes"), self.amount_untaxed), *groups]
        totals = [(label, self._to_decimal(amount), False) for label, amount in rows]
        total = self._to_decimal(self.amount_total)
        return [*totals, (self.env._("Total"), total, True)]

    def _get_discount_label(self):
        return self.env._(
            "Discount %(percent)s", percent=self._format_percent(self.discount)
        )

    def _get_letter_closing(self):
        """Return what stands below the total.

        :rtype: Markup
        """
        parts = [Markup("<p>%s</p>") % text for text in self._get_total_remarks()]
        parts += self._get_factor_legend()
        if self.terms or self.payment_term_id:
            parts.append(Markup("<h3>%s</h3>") % self.env._("Terms"))
            parts.append(self.terms or "")
        if self.payment_term_id:
            parts.append(Markup("<p>%s</p>") % self._get_payment_term_text())
        if self._is_undecided() and self.date_valid:
            parts.append(Markup("<p>%s</p>") % self._get_validity_text())
        return Markup().join(parts)

    def _get_total_remarks(self):
        """Return the sentences below the total: the range, the advance."""
        texts = []
        if self.show_range:
            texts.append(self._get_range_text())
        if self.advance_percent:
            texts.append(
                self.env._(
                    "When you accept, we invoice an advance of %(percent)s: "
                    "%(amount)s.",
                    percent=self._format_percent(self.advance_percent),
                    amount=self._format_amount(self.amount_advance),
                )
            )
        return texts

    def _get_range_text(self):
        """Return between what the stages will probably come to, in one sentence."""
        return self.env._(
            "The work is estimated; all stages will probably come to between "
            "%(low)s and %(high)s%(sum)s, before discount and taxes.",
            low=self._format_amount(self.range_low),
            high=self._format_amount(self.range_high),
            sum=self._get_range_sum(),
        )

    def _get_range_sum(self):
        """Return how the range comes about: ' (4,000.00 € ± 433.33 €)'.

        Empty where the lower end is cut off at nothing.
        """
        margin = self.currency_id.round(self.range_high - self.amount_stages)
        if self.currency_id.compare_amounts(self.amount_stages, margin) < 0:
            return ""
        amounts = map(self._format_amount, (self.amount_stages, margin))
        return f" ({' ± '.join(amounts)})"

    def _get_factor_legend(self):
        """Return what the factors mean, as HTML parts; empty without any."""
        factors = self._prepare_portal_factors()
        if not factors:
            return []
        items = Markup().join(
            Markup("<li><b>%(name)s</b>: %(description)s</li>") % factor
            for factor in factors
        )
        title = self.env._("What the factors mean")
        return [Markup("<h3>%s</h3><ul>%s</ul>") % (title, items)]

    def _get_payment_term_text(self):
        return self.env._("Terms of payment: %(term)s", term=self.payment_term_id.name)

    def _get_validity_text(self):
        return self.env._(
            "This estimate is valid until %(date)s. You accept it by signing below or "
            "on its page.",
            date=self._format_date(self.date_valid),
        )
