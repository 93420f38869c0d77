from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.short_number import format_short_number


class ServiceEstimate(models.Model):
    """What the customer sees of an estimate on its page, and what opening it does."""

    # one concept, one file
    _inherit = "service.estimate"  # pylint: disable=consider-merging-classes-inherited

    # === ACCESS === #

    @api.model
    def _get_portal_domain(self, partner):
        return super()._get_portal_domain(partner) & Domain("is_template", "=", False)

    def _is_shown(self):
        """Return whether customers may see it: no drafts, no templates."""
        return super()._is_shown() and not self.is_template

    # === CONTENT === #

    def _prepare_portal_values(self):
        """Return what the page shows of an estimate, in the context's language.

        :return: ``lines`` (dicts with stage, price, explanation), ``factors`` (dicts
            with name, description), ``taxes`` (pairs of name and amount), ``amounts``,
            ``percents`` and ``dates`` (texts by field), ``sentences`` (texts by place),
            ``banner``, ``closed`` (why nothing can be decided, or False) and ``choice``
            (see ``_prepare_deadline_choice``)
        :rtype: dict
        """
        self.ensure_one()
        return {
            "lines": [self._prepare_portal_line(line) for line in self.stage_ids],
            "factors": self._prepare_portal_factors(),
            "taxes": self._prepare_portal_taxes(self._get_tax_totals()),
            "amounts": self._prepare_portal_amounts(),
            "percents": {
                name: self._format_percent(self[name])
                for name in ("discount", "advance_percent")
            },
            "dates": {
                name: self._format_date(self[name])
                for name in ("date", "date_valid", "date_start", "date_deadline")
            },
            "sentences": self._prepare_portal_sentences(),
            "banner": self._prepare_banner(),
            "closed": self._get_closed_text(),
            "choice": self._prepare_deadline_choice(),
        }

    def _prepare_portal_line(self, stage):
        if stage.display_type:
            return {"stage": stage}
        return {
            "stage": stage,
            "price": self._format_amount(stage.price_subtotal),
            "explanation": stage._explain(),
        }

    def _prepare_portal_factors(self):
        """Return the factors that change a price, explained in words."""
        values = {
            value["factor_id"]: value["factor"]
            for stage in self._get_priced_stages()
            for value in stage.factor_values or []
            if Decimal(value["multiplier"]) != 1
        }
        factors = self.env["estimate.factor"].browse(values).exists()
        is_draft = self.state == "draft"
        return [
            {
                "name": factor.name if is_draft else values[factor.id],
                "description": factor.description,
            }
            for factor in factors
            if factor.description
        ]

    def _prepare_portal_taxes(self, totals):
        """Return name and amount of each group of taxes.

        :param dict totals: the summary of Odoo's tax engine
        :rtype: list[tuple[str, str]]
        """
        return [
            (
                group["group_name"],
                self._format_amount(group["tax_amount_currency"]),
            )
            for subtotal in totals["subtotals"]
            for group in subtotal["tax_groups"]
        ]

    def _prepare_portal_amounts(self):
        names = (
            "amount_stages",
            "amount_discount",
            "amount_untaxed",
            "amount_total",
            "amount_advance",
        )
        return {name: self._format_amount(self[name]) for name in names}

    def _prepare_portal_sentences(self):
        """Return sentences whose parts other languages put in another order."""
        return {
            "head": self.env._(
                "Estimate %(estimate)s of %(date)s for %(customer)s",
                estimate=self.display_name,
                date=self._format_date(self.date),
                customer=self.partner_id.name,
            ),
            "accept": self.env._(
                "By signing you accept the estimate %(estimate)s of %(company)s: "
                "%(title)s.",
                estimate=self.display_name,
                company=self.company_id.name,
                title=self.title,
            ),
            "range": self._get_range_text(),
        }

    def _format_percent(self, percent):
        """Return a percentage with no more decimals than it has: '12.5 %'."""
        number = format_short_number(self.env, percent, most=2)
        return f"{number}\N{NO-BREAK SPACE}%"

    def _prepare_banner(self):
        """Return what has become of the estimate, ``False`` while it is open.

        :return: see ``dunning.portal.document._prepare_portal_values``
        :rtype: dict | bool
        """
        self.ensure_one()
        text = self._get_closed_text()
        if not text:
            return False
        if self.state in ("accepted", "invoiced"):
            return {
                "kind": "success",
                "text": self._get_signed_text(),
                "signature": self.signature,
            }
        return {
            "kind": "warning",
            "text": text,
            "newer": self._get_replacement(),
            "newer_label": self.env._("Open the newer revision"),
            "reason": self.decline_reason,
        }

    def _get_replacement(self):
        """Return the newest revision for the same customer that may be shown.

        :rtype: service.estimate
        """
        self.ensure_one()
        for newer in self.revision_ids.sorted("revision", reverse=True):
            found = newer._get_replacement()
            if not found and newer._is_shown():
                found = newer
            if found and found._is_of_customer(self.partner_id):
                return found
        return self.browse()

    # === OPENING === #

    def _log_opened(self):
        """Note when the customer first opened the page, and tell the responsible.

        :return: whether this was the first time
        :rtype: bool
        """
        self.ensure_one()
        if self.opened_on or self.state != "sent" or not self.try_lock_for_update():
            return False
        self.sudo().opened_on = fields.Datetime.now()
        self._notify_responsible(
            self._for_responsible().env._(
                "%(estimate)s: the customer has opened it", estimate=self.name
            )
        )
        return True

    # === DECIDING === #

    def _accept_by_customer(self, name, signature):
        """Record that the customer has accepted on the page.

        :param str name: who accepts
        :param str signature: base64 of a picture
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        self._lock_decision()
        self._check_open()
        name = self._check_signer(name)
        self._set_accepted(name, self._check_signature(signature))

    def _decline_by_customer(self, reason):
        """Record that the customer has declined on the page.

        :param str reason: why, must not be empty
        :raise UserError: in words for the customer
        """
        self.ensure_one()
        self._lock_decision()
        self._check_open()
        self._set_declined(self._check_reason(reason))
