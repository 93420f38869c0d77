from decimal import Decimal

from odoo import models

ZERO = Decimal(0)


class DunningPaymentPage(models.AbstractModel):
    """What is with an agency: the page says whom to pay, and how."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_content(self, choice=None, options=None):
        """Add ``agencies``, see ``_prepare_agencies``."""
        content = super()._prepare_content(choice, options)
        agencies = self._prepare_agencies(self._get_open())
        return content | {"agencies": agencies}

    def _prepare_agencies(self, found):
        """Return who collects what of the customer.

        :return: dicts with ``name``, ``intro`` (a sentence), ``lines`` (address),
            ``phone``, ``email``, ``hint`` (how to pay there), ``reference``, ``rows``
            (dicts with ``number``, ``url``, ``due``, ``amount``), ``total``
        :rtype: list[dict]
        """
        by_handover = {}
        for one in found:
            if one.handover_id and one.amount > 0:
                by_handover.setdefault(one.handover_id, []).append(one)
        handovers = self.env["dunning.handover"].sudo().browse(by_handover)
        return [
            self._prepare_agency(handover, by_handover[handover.id])
            for handover in handovers
        ]

    def _prepare_agency(self, handover, items):
        agency = handover.agency_id.with_context(lang=self.lang)
        return {
            "name": agency.name,
            "intro": self._get_agency_intro(agency, items),
            "lines": self._get_address_lines(agency),
            "phone": agency.phone or "",
            "email": agency.email or "",
            "hint": agency.dunning_payment_hint or "",
            "reference": handover.name,
            "rows": [self._prepare_agency_row(one) for one in items],
            "total": self._format_amount(float(sum((o.amount for o in items), ZERO))),
        }

    def _get_agency_intro(self, agency, items):
        """Return whom to pay, in one or two sentences."""
        if any(one.is_elsewhere for one in items):
            return self.env._(
                "We have asked %(agency)s to collect these items. Please pay them "
                "there, not to us.",
                agency=agency.name,
            )
        return self.env._(
            "We have asked %(agency)s to collect these items. You can pay them there, "
            "or to us.",
            agency=agency.name,
        )

    def _prepare_agency_row(self, one):
        move = self.env["account.move"].sudo().browse(one.move_id)
        return {
            "number": move.name or "",
            "url": self._get_invoice_pdf_url(move),
            "due": self._format_date(one.due),
            "amount": self._format_amount(float(one.amount)),
        }

    def _get_arrangeable(self, lines):
        """Take no promises and requests for what is with an agency: it arranges."""
        lines = super()._get_arrangeable(lines)
        currencies = self.currency_id | self._get_cases().currency_id
        away = {
            one.key
            for currency in currencies
            for one in self._get_open(currency)
            if one.handover_id
        }
        return lines.filtered(lambda line: line.id not in away) if away else lines

    def _get_heading(self, found, owed):
        if owed <= 0 and any(one.is_elsewhere for one in found):
            return self.env._("Nothing is to be paid to us")
        return super()._get_heading(found, owed)
