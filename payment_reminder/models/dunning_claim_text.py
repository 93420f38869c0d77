from decimal import Decimal

from odoo import api, fields, models

from ..tools.claim_part import KINDS, get_amounts

#: More claims of a kind become one row: the calculation lists them all.
MAX_ROWS = 4


class DunningDocument(models.AbstractModel):
    """How documents speak of interest and costs, in the customer's language."""

    # one concept, one file
    _inherit = "dunning.document"  # pylint: disable=consider-merging-classes-inherited

    # === ROWS === #

    def _prepare_claim_rows(self, parts):
        """Return what a document lists below the items.

        :param list parts: of ``tools.claim_part.ClaimPart``
        :return: dicts with ``kind``, ``label``, ``note`` (a short text, may be empty)
            and ``amount`` (Decimal)
        :rtype: list[dict]
        """
        rows = []
        for kind in KINDS:
            own = [part for part in parts if part.kind == kind and part.amount > 0]
            if len(own) > self._get_max_claim_rows():
                rows.append(self._prepare_joint_row(kind, own))
            else:
                rows += [self._prepare_claim_row(part) for part in own]
        return rows

    def _get_max_claim_rows(self):
        """Return from how many claims of a kind on they become one row."""
        return MAX_ROWS

    def _prepare_claim_row(self, part):
        return {
            "kind": part.kind,
            "label": self._get_claim_label(part),
            "note": self._get_claim_note(part),
            "amount": part.amount,
        }

    def _prepare_joint_row(self, kind, parts):
        labels = {
            "interest": self.env._("Interest on %(count)s items", count=len(parts)),
            "compensation": self.env._(
                "Compensation for late payment of %(count)s items", count=len(parts)
            ),
            "fee": self.env._("Costs of %(count)s reminders", count=len(parts)),
        }
        amounts = {part.amount for part in parts}
        note = ""
        if kind == "interest":
            note = self.env._("see the calculation")
        elif len(amounts) == 1:
            amount = self._format_amount(float(parts[0].amount))
            note = f"{len(parts)} × {amount}"
        return {
            "kind": kind,
            "label": labels[kind],
            "note": note,
            "amount": sum((part.amount for part in parts), Decimal(0)),
        }

    def _get_claim_label(self, part):
        """Return what a claim is called: what for, and for which time.

        :param ClaimPart part: one claim
        :rtype: str
        """
        if part.kind == "fee":
            return part.name or self.env._("Costs of the reminder")
        if part.kind == "compensation":
            return self.env._(
                "Compensation for late payment of %(number)s", number=part.name
            )
        return self.env._(
            "Interest on %(number)s, %(start)s – %(end)s",
            number=part.name,
            start=self._format_date(part.start),
            end=self._format_date(part.end),
        )

    def _get_claim_note(self, part):
        """Return how a claim comes about, in a few words.

        :rtype: str
        """
        if part.kind != "interest" or not part.segments:
            return part.note
        rates = self._get_rates_text(part.segments)
        days = sum(row.days for row in part.segments)
        days_text = self._pluralize(
            self.env._("%(days)s day|%(days)s days", days=days), days
        )
        if len(part.segments) == 1:
            return self.env._(
                "%(rate)s on %(base)s for %(days)s",
                rate=rates,
                base=self._format_amount(float(part.segments[0].base)),
                days=days_text,
            )
        return self.env._(
            "%(rate)s for %(days)s, see the calculation", rate=rates, days=days_text
        )

    # === RATES === #

    @api.model
    def _get_rates_text(self, segments):
        """Return the rates of some segments: '10.27 % a year', '20 – 21 % a year'.

        :param segments: of ``tools.interest.Segment``
        :rtype: str | bool
        """
        percents = sorted({row.percent for row in segments})
        if not percents:
            return False
        texts = [self._format_percent(percent) for percent in percents]
        rates = " – ".join(dict.fromkeys((texts[0], texts[-1])))
        if segments[0].year_days:
            return self.env._("%(rate)s %% a year", rate=rates)
        return self.env._("%(rate)s %% a day", rate=rates)

    @api.model
    def _format_percent(self, percent):
        """Return a percentage in the language of the text.

        :param Decimal percent: exact
        :rtype: str
        """
        return self.env["interest.words"]._format_percent(percent)

    # === GROUNDS === #

    def _get_claim_ground(self, parts, level=None):
        """Return the sentences that name the law or contract of claims.

        :param dunning.level level: whose own sentence stands for those of the laws,
            if it has one; the ground of fees stands beside it
        :rtype: str
        """
        told = [part for part in parts if part.amount > 0]
        fees = [part for part in told if part.kind == "fee"]
        own = level and (level.with_env(self.env).claim_text or "").strip()
        if told and own:
            grounds = [own]
        else:
            grounds = self._get_law_grounds(one for one in told if one not in fees)
        grounds += [self._get_fee_ground(part) for part in fees]
        return " ".join(dict.fromkeys(filter(None, grounds)))

    def _get_law_grounds(self, parts):
        ids = dict.fromkeys(part.regime_id for part in parts if part.regime_id)
        regimes = self.env["interest.regime"].sudo().browse(ids).exists()
        return [(regime.legal_ground or "").strip() for regime in regimes]

    def _get_fee_ground(self, part):
        """Return why a fee is owed: as its level says, else as the law says.

        :rtype: str
        """
        levels = self.env["dunning.level"].sudo().browse(part.level_id or [])
        regimes = self.env["interest.regime"].sudo().browse(part.regime_id or [])
        own = (levels.exists().fee_ground or "").strip()
        return own or (regimes.exists().fee_ground or "").strip()

    def _get_claims_total(self, parts):
        """Return the sum of what is claimed.

        :rtype: Decimal
        """
        return sum(get_amounts(parts).values(), Decimal(0))


class DunningClaimText(models.AbstractModel):
    """Speaks of the claims of a case where no other document does, as on invoices."""

    _name = "dunning.claim.text"
    _inherit = "dunning.document"
    _description = "Text about Claims"

    company_id = fields.Many2one(comodel_name="res.company")
    partner_id = fields.Many2one(comodel_name="res.partner")
    contact_id = fields.Many2one(comodel_name="res.partner")
    currency_id = fields.Many2one(comodel_name="res.currency")
    user_id = fields.Many2one(comodel_name="res.users")
    lang = fields.Char()

    @api.model
    def _make(self, case):
        """Return what writes about a case, in its customer's language.

        :return: a record that is not stored
        :rtype: dunning.claim.text
        """
        text = self.new(
            {
                "company_id": case.company_id.id,
                "partner_id": case.partner_id.id,
                "contact_id": case.partner_id.id,
                "currency_id": case.currency_id.id,
            }
        )
        text.lang = text._find_lang()
        return text._localized()

    def _get_invoice_line_text(self, claim):
        """Return what stands in the line of an invoice: item, time and rate.

        :param dunning.claim claim: what is booked
        :rtype: str
        """
        part = claim._get_part()
        lines = (
            self._get_claim_label(part),
            self._get_claim_note(part),
            self._get_claim_ground([part]),
        )
        return "\n".join(filter(None, lines))

    def _get_origin_text(self, claims):
        """Return the numbers of the late invoices that a claims' invoice is about."""
        names = claims.filtered(lambda one: one.kind != "fee").mapped("item_name")
        return self._join_references(names, self.env._("Reminders"))
