from odoo import api, fields, models

from ..tools.claim_part import get_amounts, keep_parts, read_parts

#: A notice in these states has told, or is about to tell, what it has kept.
TOLD_STATES = ("in_flight", "sent", "failed", "in_doubt")


class DunningNotice(models.Model):
    """What a notice claims beside the debts.

    It is worked out anew for a preview, kept when the notice is claimed for sending,
    and becomes real (``dunning.claim``) when it was sent. ``amount_total`` stays what
    is open of the debts; ``amount_asked`` is what the customer is asked to pay.
    """

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    claim_parts = fields.Json(
        readonly=True, help="Evidence: the claims as the notice tells them."
    )
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_compensation = fields.Monetary(string="Compensation", readonly=True)
    amount_fee = fields.Monetary(string="Fees", readonly=True)
    amount_asked = fields.Monetary(
        string="Asked for",
        compute="_compute_amount_asked",
        help="What is open, with interest and costs.",
    )
    claim_problem = fields.Char(
        string="Not Claimed",
        readonly=True,
        help="Why interest or a fee was not claimed when the notice was sent.",
    )

    # === COMPUTE METHODS === #

    @api.depends("amount_total", "claim_parts", "state")
    def _compute_amount_asked(self):
        parts = self._get_claim_parts()
        for notice in self:
            claimed = sum(get_amounts(parts[notice]).values())
            notice.amount_asked = notice.currency_id.round(
                notice.amount_total + float(claimed)
            )

    @api.depends("level_id.claim_interest", "level_id.claim_compensation")
    def _compute_warning_text(self):
        done = super()._compute_warning_text()
        claiming = self.filtered(
            lambda one: one.state == "proposed" and one.level_id._is_claiming()
        )
        found = self.env["dunning.claim.making"]._get_parts(claiming)
        for notice in claiming:
            texts = [notice.warning_text, *found[notice][1]]
            notice.warning_text = " · ".join(filter(None, texts))
        return done

    # === BUSINESS METHODS - WHAT IT CLAIMS === #

    def _read_claim_parts(self):
        """Return the parts that were kept when the notice was claimed for sending.

        :rtype: list[tools.claim_part.ClaimPart]
        """
        self.ensure_one()
        return read_parts(self.claim_parts)

    def _get_claim_parts(self):
        """Return what notices tell of claims, or would tell if they were sent now.

        :return: ``{notice: list of tools.claim_part.ClaimPart}``
        :rtype: dict
        """
        told = self.filtered(lambda one: one.state in TOLD_STATES or not one.id)
        result = {notice: notice._read_claim_parts() for notice in told}
        ahead = self - told
        gone = ahead.filtered(lambda notice: notice.state == "skipped")
        result |= dict.fromkeys(gone, [])
        if ahead - gone:
            found = self.env["dunning.claim.making"]._get_parts(ahead - gone)
            result |= {
                one.with_env(self.env): parts for one, (parts, _p) in found.items()
            }
        return result

    def _get_own_claim_parts(self):
        """Return what one notice tells of claims, see ``_get_claim_parts``.

        :rtype: list[tools.claim_part.ClaimPart]
        """
        self.ensure_one()
        return self._get_claim_parts()[self]

    def _get_fee_key(self):
        """Return what the mail and the letter of the same level have in common.

        :rtype: str
        """
        self.ensure_one()
        return f"{self.run_id.id}-{self.case_id.id}-{self.level_id.id}"

    # === BUSINESS METHODS - SENDING === #

    def _recheck(self, date):
        kept = super()._recheck(date)
        kept._refresh_claims()
        return kept

    def _refresh_claims(self):
        """Keep what the notices claim on their dates."""
        making = self.env["dunning.claim.making"]
        self.env["dunning.claim"]._follow_lines(self.claim_ids.sudo().move_line_id)
        for notice, (parts, problems) in making._get_parts(self).items():
            if parts or problems or notice.claim_parts or notice.claim_problem:
                notice._keep_claims(parts, problems)

    def _keep_claims(self, parts, problems):
        self.ensure_one()
        amounts = {kind: float(amount) for kind, amount in get_amounts(parts).items()}
        self.write(
            {
                "claim_parts": keep_parts(parts),
                "claim_problem": " ".join(problems) or False,
                **{f"amount_{kind}": amount for kind, amount in amounts.items()},
            }
        )
        self.claim_ids._keep_claims(parts)

    def _set_sent(self, date, **values):
        done = super()._set_sent(date, **values)
        self.env["dunning.claim.making"]._make_claims(self)
        for notice in self.filtered("claim_problem"):
            notice.case_id._message_log(
                body=self.env._(
                    "Not everything was claimed: %(reason)s",
                    reason=notice.claim_problem,
                )
            )
        return done


class DunningNoticeLine(models.Model):
    """What a notice claims for an item, as it was told."""

    # one concept, one file
    _inherit = "dunning.notice.line"  # pylint: disable=consider-merging-classes-inherited

    # never copied: another notice works them out anew
    amount_interest = fields.Monetary(string="Interest", readonly=True, copy=False)
    amount_compensation = fields.Monetary(
        string="Compensation", readonly=True, copy=False
    )

    def _keep_claims(self, parts):
        """Keep what is claimed for each item."""
        for line in self:
            own = [one for one in parts if one.line_id == line.move_line_id.id]
            amounts = get_amounts(own)
            values = {
                f"amount_{kind}": float(amounts[kind])
                for kind in ("interest", "compensation")
            }
            if any(values[name] != line[name] for name in values):
                line.write(values)
