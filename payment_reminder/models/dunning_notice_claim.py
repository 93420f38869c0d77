from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

from ..tools.claim_part import get_amounts, keep_parts, read_parts

#: What a notice in these states claims may still change.
WAITING_STATES = ("proposed", "queued")
#: So many planned notices are asked at once what they claim.
BATCH = 1000


class DunningNotice(models.Model):
    """What a notice claims beside the debts.

    It is kept when the notice is planned, worked out anew when it is claimed for
    sending, and becomes real (``dunning.claim``) when it was sent. ``amount_total``
    stays what is open of the debts; ``amount_asked`` is what the customer is asked to
    pay, the same sum in every list, figure and document.
    """

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    claim_parts = fields.Json(
        readonly=True, help="Evidence: the claims as the notice tells them."
    )
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_compensation = fields.Monetary(string="Compensation", readonly=True)
    amount_fee = fields.Monetary(string="Fees", readonly=True)
    # stored: lists and runs sort and add it up; the planner writes it by SQL
    amount_asked = fields.Monetary(
        string="Asked for",
        compute="_compute_amount_asked",
        store=True,
        help="What the customer is asked to pay: what is open, with interest and "
        "costs, less payments and credits that are deducted.",
    )
    claim_problem = fields.Char(
        string="Not Claimed",
        readonly=True,
        help="Why interest or a fee was not claimed when the notice was sent.",
    )

    # === COMPUTE METHODS === #

    @api.depends("amount_total", "amount_interest", "amount_compensation", "amount_fee")
    def _compute_amount_asked(self):
        for notice in self:
            claimed = (
                notice.amount_interest + notice.amount_compensation + notice.amount_fee
            )
            asked = notice.amount_total + claimed
            currency = notice.currency_id
            notice.amount_asked = currency.round(asked) if currency else asked

    # === BUSINESS METHODS - WHAT IT CLAIMS === #

    def _read_claim_parts(self):
        """Return what the notice tells of claims, as it was kept.

        :rtype: list[tools.claim_part.ClaimPart]
        """
        self.ensure_one()
        return read_parts(self.claim_parts)

    def _get_current_claim_parts(self):
        """Return what notices that wait would claim by now; the others what they told.

        :return: ``{notice: list of tools.claim_part.ClaimPart}``
        :rtype: dict
        """
        waiting = self.filtered(lambda one: one.id and one.state in WAITING_STATES)
        found = self.env["dunning.claim.making"]._get_parts(waiting)
        now = {notice.id: parts for notice, (parts, _problems) in found.items()}
        return {
            notice: now[notice.id] if notice in waiting else notice._read_claim_parts()
            for notice in self
        }

    def _get_fee_key(self):
        """Return what the mail and the letter of the same level have in common.

        :rtype: str
        """
        self.ensure_one()
        return f"{self.run_id.id}-{self.case_id.id}-{self.level_id.id}"

    # === BUSINESS METHODS - PLANNING === #

    @api.model
    def _keep_planned_claims(self, run):
        """Keep what the planned notices of a run claim, in batches.

        Those that claim nothing, all of most procedures, cost one query.
        """
        for ids in split_every(BATCH, self._search_planned_claims(run).ids):
            self.browse(ids)._keep_current_claims()
            self.env.flush_all()
            self.env.invalidate_all()

    def _search_planned_claims(self, run):
        """Return the planned notices that may ask for more than what is open.

        Their level claims, or something was claimed before and is still asked for.
        """
        planned = Domain("run_id", "=", run.id) & Domain("state", "=", "proposed")
        levels = self.env["dunning.level"].browse(
            level.id for [level] in self._read_group(planned, ["level_id"])
        )
        claims = self.env["dunning.claim"].sudo()
        asked = claims._search(claims._get_asked_domain())
        return self.sudo().search(
            planned
            & (
                Domain(
                    "level_id",
                    "in",
                    levels.filtered(lambda one: one._is_claiming()).ids,
                )
                | Domain("case_id", "in", asked.subselect("case_id"))
            )
        )

    # === BUSINESS METHODS - SENDING === #

    def _recheck(self, date):
        kept = super()._recheck(date)
        kept._refresh_claims()
        return kept

    def _refresh_claims(self):
        """Keep what the notices claim on their dates, and mend what was claimed."""
        self.env["dunning.claim"]._follow_lines(self.claim_ids.sudo().move_line_id)
        self._keep_current_claims()

    def _keep_current_claims(self):
        """Keep what the notices claim on their dates; nothing else changes."""
        making = self.env["dunning.claim.making"]
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
