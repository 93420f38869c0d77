from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.claim_offset import Offset
from ..tools.claim_part import ClaimPart


class DunningClaimMaking(models.AbstractModel):
    """Works out the fee of a notice: once for each item and level, with its ground."""

    # one concept, one file
    _inherit = "dunning.claim.making"  # pylint: disable=consider-merging-classes-inherited

    def _get_fee_parts(self, notice, lines, context):
        """Return the fee of the level, unless its items have caused it before.

        :raise UserError: in words, why a fee of the level is not claimed
        """
        level = notice.level_id
        if not level._has_fee() or notice._get_fee_key() in context.fee_keys:
            return []
        rows = self._get_fee_rows(notice, lines, context)
        if not rows:
            return []
        regimes = self._get_fee_regimes(notice, rows, context)
        ground = regimes.filtered("fee_ground")[:1]
        self._check_fee(notice, ground)
        whole = self._get_fee(notice, rows)
        amount, items = whole, rows.move_line_id.ids
        if "absorbed" in regimes.mapped("fee_treatment"):
            amount = context.offset.add_fee(items, whole)
        words = notice._localized()
        texts = (
            words._get_fee_text(level, rows),
            words._get_covered_text("fee", whole, whole - amount),
        )
        return [
            ClaimPart(
                kind="fee",
                amount=amount,
                covered=whole - amount or None,
                note=", ".join(filter(None, texts)),
                is_new=True,
                name=level.with_context(lang=notice.lang).fee_name or "",
                fee_line_ids=tuple(items),
                level_id=level.id,
                regime_id=(ground or regimes[:1]).id or None,
            )
        ]

    def _get_fee_rows(self, notice, lines, context):
        """Return the items that cause the fee: they reach the level, by a law that
        does not forbid it.

        :rtype: dunning.notice.line
        """
        level = notice.level_id
        return notice.claim_ids.filtered(
            lambda row: (
                row.is_climbing
                and row.level_id == level
                and row.move_line_id in lines
                and (level.id, row.move_line_id.id) not in context.charged
                and self._get_regime(notice, row.move_line_id, context).fee_treatment
                != "forbidden"
            )
        )

    def _get_fee_regimes(self, notice, rows, context):
        regimes = self.env["interest.regime"]
        for line in rows.move_line_id:
            regimes |= self._get_regime(notice, line, context)
        return regimes

    def _check_fee(self, notice, ground):
        """Raise a UserError when a fee has no ground, or cannot be converted."""
        level, company = notice.level_id, notice.company_id
        if not ground and not (level.fee_ground or "").strip():
            raise UserError(
                self.env._(
                    "The fee of '%(level)s' is not claimed, for neither the level nor "
                    "the law says on what ground.",
                    level=level.name,
                )
            )
        if not company._has_dunning_rate(notice.currency_id, notice.date):
            raise UserError(
                self.env._(
                    "The fee of '%(level)s' cannot be converted, for there is no "
                    "exchange rate of %(currency)s.",
                    level=level.name,
                    currency=notice.currency_id.name,
                )
            )

    def _get_fee(self, notice, rows):
        """Return what a fee comes to by itself, in the currency of the notice.

        :rtype: Decimal
        """
        terms = notice._get_fee_terms(notice.level_id, rows)
        return terms["fixed"] + terms["limited"]


class DunningClaim(models.Model):
    """What fees and compensations cover of each other."""

    # one concept, one file
    _inherit = "dunning.claim"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _read_offset(self, lines):
        """Return what was claimed of fees and compensations about receivables.

        What was waived is not claimed.

        :param account.move.line lines: the receivables
        :rtype: tools.claim_offset.Offset
        """
        claims, offset = self.env["dunning.claim"].sudo(), Offset()
        live = [("state", "!=", "waived")]
        fees = claims.search(
            [("kind", "=", "fee"), ("fee_line_ids", "in", lines.ids), *live]
        )
        items = lines | fees.fee_line_ids
        others = claims.search(
            [("kind", "=", "compensation"), ("move_line_id", "in", items.ids), *live]
        )
        for claim in fees | others:
            amounts = (claim._to_exact(claim.amount), claim._to_exact(claim.covered))
            offset.keep(claim.kind, claim._get_items().ids, *amounts)
        return offset

    def _to_exact(self, amount):
        return Decimal(f"{amount:.{self.currency_id.decimal_places}f}")


class DunningDocument(models.AbstractModel):
    """How a fee comes about, in the customer's language."""

    # one concept, one file
    _inherit = "dunning.document"  # pylint: disable=consider-merging-classes-inherited

    def _get_fee_terms(self, level, rows):
        """Return what a fee of a level consists of, in the document's currency.

        :param dunning.level level: whose fee
        :param dunning.notice.line rows: the items that cause it
        :return: ``fixed``, ``principal`` (what is open), ``share`` (the percentage of
            it), ``limited`` (the same between the least and the most)
        :rtype: dict[str, Decimal]
        """
        own, date = level.company_currency_id, self.date
        fixed, least, most = (
            self._to_decimal(
                own._convert(amount, self.currency_id, self.company_id, date)
            )
            for amount in (level.fee_amount, level.fee_min, level.fee_max)
        )
        principal = sum(map(self._to_decimal, rows.mapped("amount_residual")))
        percent = Decimal(str(round(level.fee_percent, 3)))
        share = self._to_decimal(
            self.currency_id.round(float(principal * percent / 100))
        )
        limited = max(share, least) if percent else Decimal(0)
        return {
            "fixed": fixed,
            "principal": principal,
            "share": share,
            "limited": min(limited, most) if most else limited,
        }

    def _get_fee_text(self, level, rows):
        """Return how a fee in percent comes about: '2 % of €1,000.00, at least €25.00'.

        :rtype: str
        """
        if not level.fee_percent:
            return ""
        terms = self._get_fee_terms(level, rows)
        text = self.env._(
            "%(percent)s %% of %(principal)s",
            percent=self._format_percent(Decimal(str(round(level.fee_percent, 3)))),
            principal=self._format_amount(float(terms["principal"])),
        )
        limit = self._format_amount(float(terms["limited"]))
        if terms["limited"] > terms["share"]:
            text = self.env._("%(text)s, at least %(amount)s", text=text, amount=limit)
        if terms["limited"] < terms["share"]:
            text = self.env._("%(text)s, at most %(amount)s", text=text, amount=limit)
        if terms["fixed"]:
            fixed = self._format_amount(float(terms["fixed"]))
            text = self.env._("%(fixed)s + %(text)s", fixed=fixed, text=text)
        return text

    def _get_covered_text(self, kind, whole, covered):
        """Return what of a fee or compensation is not claimed, empty if nothing is.

        :param str kind: fee or compensation
        :param Decimal whole: what it comes to by itself
        :param Decimal covered: what of it the other kind covers
        :rtype: str
        """
        if not covered:
            return ""
        values = {
            "whole": self._format_amount(float(whole)),
            "covered": self._format_amount(float(covered)),
        }
        if kind == "fee":
            return self.env._(
                "%(whole)s, of which the compensation covers %(covered)s", **values
            )
        return self.env._(
            "%(whole)s, of which costs claimed before cover %(covered)s", **values
        )
