from odoo import api, models
from odoo.exceptions import AccessError, UserError


class DunningClaimDecision(models.AbstractModel):
    """What a person decides about claims: waive them, wholly or in part, or undo it."""

    _name = "dunning.claim.decision"
    _description = "Claim: Decision"

    # === ACTION METHODS === #

    @api.model
    def action_open_claims(self):
        """Open the claims to decide, those of settled debts first."""
        self.check_access("read")
        for company in self.env.companies:
            self._watch(company, company._get_dunning_today())
        return self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_claim_action"
        )

    def action_waive(self):
        """Ask why, and how much of, the claims are waived."""
        self._check_manager()
        self._check_state("claimed", self.env._("waived"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waive"),
            "res_model": "dunning.claim.waive",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def action_claim_again(self):
        """Undo waiving: the claims are asked for again."""
        self._check_manager()
        self._check_state("waived", self.env._("claimed again"))
        self.sudo()._set_claimed()

    # === CHECKS === #

    def _check_manager(self):
        """Raise unless the user may give up money, or claim it again."""
        self.check_access("read")
        if not self.env.user.has_group("payment_reminder.group_dunning_manager"):
            raise AccessError(
                self.env._("Only managers of payment reminders decide about claims.")
            )

    def _check_state(self, state, doing):
        """Raise in words unless all claims are in a state.

        :param str doing: what is about to be done, for the message
        """
        if not self:
            raise UserError(self.env._("Choose at least one claim."))
        states = dict(self._fields["state"]._description_selection(self.env))
        for claim in self:
            if claim.state != state:
                raise UserError(
                    self.env._(
                        "'%(claim)s' cannot be %(doing)s: it is '%(state)s'.",
                        claim=claim.display_name,
                        doing=doing,
                        state=states[claim.state],
                    )
                )

    # === WAIVING === #

    def _waive(self, reason, date, amount=None):
        """Give up claims, and keep why.

        :param str reason: in words
        :param datetime.date date: the company's date
        :param float amount: only so much, of one claim; in its currency
        :raise UserError: without a reason, or for more than is claimed
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why it is waived."))
        self._check_state("claimed", self.env._("waived"))
        if amount is not None:
            self._check_part(amount)
        claims = self.sudo()
        if amount is not None and self.currency_id.compare_amounts(amount, self.amount):
            claims = claims._split_off(amount)
        claims._set_waived(reason.strip(), date)

    def _check_part(self, amount):
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if compare(self.amount, 0) <= 0:
            raise UserError(self.env._("Nothing is left of this claim to waive."))
        if compare(amount, 0) <= 0 or compare(amount, self.amount) > 0:
            raise UserError(
                self.env._(
                    "Waive an amount above zero and up to %(amount)s.",
                    amount=self.currency_id._format_dunning(self.amount),
                )
            )

    def _split_off(self, amount):
        """Return a part of the claim as another one.

        :rtype: dunning.claim
        """
        part = self.copy(
            {
                "amount": self.currency_id.round(amount),
                "origin_id": self.origin_id.id or self.id,
                # not two live claims at once, not even for a moment
                "state": "waived",
                "fee_line_ids": [],
            }
        )
        self.amount = self.currency_id.round(self.amount - amount)
        return part

    # === STATES === #
    # The only methods that change a state; called with the rights of the system.

    def _set_waived(self, reason, date):
        self.write(
            {
                "state": "waived",
                "waive_reason": reason,
                "waived_by_id": self.env.uid,
                "waived_on": date,
            }
        )
        self._log_decision(self.env._("Waived"), reason)
        self.case_id._refresh_waiting_claims()

    def _set_booked(self, line):
        """Record that the claim stands in a line of an invoice."""
        self.write(
            {
                "state": "booked",
                "invoice_line_id": line.id,
                "invoice_id": line.move_id.id,
            }
        )
        self.case_id._refresh_waiting_claims()

    def _set_claimed(self):
        """Ask for the claims again: they were waived, or their invoice is gone.

        What is a part of a claim, or interest on an item of which more is claimed
        meanwhile, goes back into that claim.
        """
        self._log_decision(self.env._("Claimed again"))
        cases = self.case_id
        for claim in self:
            live = claim._find_live()
            if live:
                live.amount = live.currency_id.round(live.amount + claim.amount)
                claim.unlink()
                continue
            claim.write(
                {
                    "state": "claimed",
                    "invoice_id": False,
                    "invoice_line_id": False,
                    "waive_reason": False,
                    "waived_by_id": False,
                    "waived_on": False,
                }
            )
            claim.is_final = claim._is_settled()
        cases._refresh_waiting_claims()

    def _find_live(self):
        """Return the live claim that this one is a part of.

        :rtype: dunning.claim
        """
        self.ensure_one()
        if self.kind != "interest":
            return self.origin_id.filtered(lambda one: one.state == "claimed")
        if not self.move_line_id:
            return self.browse()
        return self.search(
            [
                ("kind", "=", "interest"),
                ("state", "=", "claimed"),
                ("move_line_id", "=", self.move_line_id.id),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _log_decision(self, what, reason=""):
        """Write into the history of the cases what was decided."""
        for case, claims in self.grouped("case_id").items():
            listed = ", ".join(
                f"{one.display_name} {one.currency_id._format_dunning(one.amount)}"
                for one in claims
            )
            case._message_log(
                body=self.env._(
                    "%(what)s: %(claims)s. %(reason)s",
                    what=what,
                    claims=listed,
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
            )
