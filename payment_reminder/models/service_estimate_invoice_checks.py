from odoo import fields, models
from odoo.exceptions import UserError


class ServiceEstimateInvoiceChecks(models.AbstractModel):
    """Why an estimate cannot be invoiced, in words."""

    _name = "service.estimate.invoice.checks"
    _description = "Estimate: Checks before Invoices"

    def _check_invoiceable(self):
        """Raise a UserError that says why there can be no invoice."""
        self.ensure_one()
        problem = self._get_uninvoiceable_text()
        if problem:
            raise UserError(problem)

    def _get_uninvoiceable_text(self):
        """Return why there can be no invoice, or ``False``.

        :rtype: str | bool
        """
        if self.company_id not in self.env.companies:
            return self.env._(
                "The estimate belongs to %(company)s: switch to that company.",
                company=self.company_id.sudo().name,
            )
        if self.state not in ("accepted", "invoiced"):
            return self.env._("Only an accepted estimate can be invoiced.")
        newer = self._get_accepted_revision()
        if newer:
            return self.env._(
                "The customer has accepted %(estimate)s instead: invoice that one.",
                estimate=newer.display_name,
            )
        if not self._get_stages_to_invoice():
            return self._get_all_invoiced_text()
        return self._get_rate_problem() or self._get_product_problem()

    def _get_accepted_revision(self):
        """Return a newer revision that the customer has accepted.

        :rtype: service.estimate
        """
        for newer in self.sudo().revision_ids:
            if newer.state in ("accepted", "invoiced"):
                return newer
            found = newer._get_accepted_revision()
            if found:
                return found
        return self.browse()

    def _get_all_invoiced_text(self):
        advances = self._get_open_advances().move_id
        if not advances:
            return self.env._("Everything is invoiced already.")
        return self.env._(
            "All stages are invoiced, but the advance %(advance)s is not deducted: "
            "cancel or credit it.",
            advance=", ".join(advances.mapped("display_name")),
        )

    def _get_rate_problem(self):
        currency = self.currency_id
        if currency == self.company_id.currency_id:
            return False
        today = fields.Date.context_today(self)
        rates = self.env["res.currency.rate"].sudo()
        if rates.search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", [False, self.company_id.root_id.id]),
                ("name", "<=", today),
            ],
            limit=1,
        ):
            return False
        return self.env._(
            "There is no exchange rate of %(currency)s on %(date)s: enter one first.",
            currency=currency.name,
            date=self._format_date(today),
        )

    def _get_product_problem(self):
        stages = self._get_stages_to_invoice()
        archived = stages.filtered(lambda one: not one.product_id.active).filtered(
            "product_id"
        )[:1]
        if not archived:
            return False
        return self.env._(
            "Stage %(stage)s: the product %(product)s is archived; restore it first.",
            stage=archived.name,
            product=archived.product_id.display_name,
        )

    def _check_chosen(self, stages, left):
        """Return ``stages``, or raise a UserError that says what is wrong with them."""
        stages = (stages or left.browse()).with_env(self.env)
        if not stages:
            raise UserError(self.env._("Choose the stages to invoice."))
        if stages - self._get_priced_stages():
            raise UserError(self.env._("A stage belongs to another estimate."))
        invoiced = (stages - left)[:1]
        if invoiced:
            raise UserError(
                self.env._("Stage %(stage)s is invoiced already.", stage=invoiced.name)
            )
        unfinished = stages.filtered(lambda one: not one.is_done)[:1]
        if unfinished:
            raise UserError(
                self.env._(
                    "Stage %(stage)s is not finished yet.", stage=unfinished.name
                )
            )
        return left & stages

    def _check_advance(self, amount):
        """Raise a UserError if no advance of ``amount`` can be asked for."""
        left = self._get_amount_left()
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            raise UserError(self.env._("An advance is more than 0."))
        if self.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "The advance of %(amount)s is more than the %(left)s that are left "
                    "to invoice.",
                    amount=self._format_amount(amount),
                    left=self._format_amount(left),
                )
            )

    def _check_advances_covered(self, stages, advances):
        """Raise a UserError if ``stages`` are too few to deduct ``advances`` later."""
        left = self._get_amount_of(stages) - sum(advances.mapped("price_total"))
        if self.currency_id.compare_amounts(left, 0) < 0:
            raise UserError(
                self.env._(
                    "The stages left after these do not cover the advances: make the "
                    "final invoice."
                )
            )

    def _get_amount_left(self):
        """Return what is left to invoice, with taxes."""
        advances = self._get_open_advances()
        stages = self._get_amount_of(self._get_stages_to_invoice())
        return self.currency_id.round(stages - sum(advances.mapped("price_total")))

    def _get_amount_of(self, stages):
        """Return what ``stages`` come to, with taxes."""
        base_lines = self._get_fixed_base_lines()
        details = [base_lines[stage]["tax_details"] for stage in stages]
        return sum(
            detail["total_excluded_currency"]
            + detail["delta_total_excluded_currency"]
            + sum(data["tax_amount_currency"] for data in detail["taxes_data"])
            for detail in details
        )
