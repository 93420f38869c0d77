from odoo import api, models
from odoo.fields import Domain


class InstallmentPlan(models.Model):
    """What the customer sees of a plan on its page."""

    # one concept, one file
    _inherit = "installment.plan"  # pylint: disable=consider-merging-classes-inherited

    # === ACCESS === #

    @api.model
    def _get_portal_domain(self, partner):
        known = Domain("proposed_on", "!=", False) | Domain("activated_on", "!=", False)
        return super()._get_portal_domain(partner) & known

    def _is_shown(self):
        """Return whether customers may see it: no drafts, nor cancelled ones."""
        return super()._is_shown() and bool(self.proposed_on or self.activated_on)

    def _ensure_portal_keys(self):
        """Let the customer open the plan, and from there the invoices to pay."""
        self.ensure_one()
        self._portal_ensure_token()
        self.item_ids.move_id.sudo()._dunning_ensure_portal_tokens()

    # === CONTENT === #

    def _prepare_portal_values(self):
        """Return what the page shows of a plan, in the context's language.

        :return: see ``dunning.portal.document``, and ``upcoming`` (see
            ``_prepare_portal_next``), ``lines`` and ``items`` (dicts of texts),
            ``payments`` (what to pay now, invoice by invoice), ``transfer`` (pairs of
            label and value), ``amounts`` and ``sentences`` (texts by place), ``rules``
            (sentences)
        :rtype: dict
        """
        self.ensure_one()
        return {
            "upcoming": self._prepare_portal_next(),
            "lines": [self._prepare_portal_line(line) for line in self._get_in_order()],
            "items": [self._prepare_portal_item(item) for item in self.item_ids],
            "payments": self._prepare_portal_payments(),
            "transfer": self._prepare_portal_transfer(),
            "amounts": {
                name: self._format_amount(self[name])
                for name in ("amount_total", "amount_paid", "amount_open")
            },
            "percent": int(self.progress),
            "valid_until": self._format_date(self.date_valid),
            "sentences": self._prepare_portal_sentences(),
            "rules": self._prepare_portal_rules(),
            "banner": self._prepare_banner(),
            "closed": self._get_closed_text(),
            "may_ask": self.state in ("proposed", "active"),
        }

    def _get_in_order(self):
        return self.line_ids.sorted("date")

    def _get_due_lines(self):
        """Return what is to be paid now: all that is late, else the next instalment.

        :rtype: installment.plan.line
        """
        self.ensure_one()
        unpaid = self._get_in_order().filtered(
            lambda line: not self.currency_id.is_zero(line.amount_open)
        )
        today = self._get_today()
        return unpaid.filtered(lambda line: line._is_missed(today)) or unpaid[:1]

    def _prepare_portal_next(self):
        """Return what is to be paid next, ``False`` when the plan is over.

        :return: ``title``, ``amount``, ``date`` and ``days`` (texts), ``is_late`` and
            ``late_total`` (text, where several are late, or False)
        :rtype: dict | bool
        """
        if self.state not in ("proposed", "active"):
            return False
        due = self._get_due_lines()
        line, today = due[:1], self._get_today()
        is_late = self.state == "active" and line._is_missed(today)
        late_total = len(due) > 1 and is_late
        return {
            "title": self._get_next_title(line, is_late),
            "amount": self._format_amount(line.amount_open),
            "date": self._format_date(line.date),
            "days": self._get_days_text(-line._get_days_late(today)),
            "is_late": is_late,
            "late_total": late_total
            and self._format_amount(sum(due.mapped("amount_open"))),
        }

    def _get_next_title(self, line, is_late):
        if is_late:
            return self.env._("Overdue instalment")
        if not line.number:
            return self.env._("Down payment")
        if self.state == "proposed":
            return self.env._("First instalment")
        return self.env._("Next instalment")

    def _get_days_text(self, days):
        """Return how far away a day is, in words."""
        if days < -1:
            return self.env._("%(days)s days late", days=-days)
        near = {
            -1: self.env._("one day late"),
            0: self.env._("today"),
            1: self.env._("tomorrow"),
        }
        return near.get(days) or self.env._("in %(days)s days", days=days)

    def _prepare_portal_line(self, line):
        return {
            "line": line,
            "label": line.number or self.env._("Down payment"),
            "date": self._format_date(line.date),
            "amount": self._format_amount(line.amount),
            "status": line.status,
            "note": self._get_line_note(line),
        }

    def _get_line_note(self, line):
        """Return what has become of an instalment, in words."""
        if line.status == "paid":
            return self.env._("paid on %(date)s", date=self._format_date(line.paid_on))
        notes = []
        if line.status == "late":
            days = line._get_days_late(self._get_today())
            notes.append(self._get_days_text(-days))
        if not self.currency_id.is_zero(line.amount_paid):
            notes.append(
                self.env._(
                    "%(amount)s are open", amount=self._format_amount(line.amount_open)
                )
            )
        return ", ".join(notes)

    def _prepare_portal_item(self, item):
        return {
            "name": item.name,
            "due": self._format_date(item.date_maturity),
            "start": self._format_amount(item.amount_start),
            "open": self._format_amount(item._get_residual()),
            "url": item.move_id and self._get_invoice_url(item.move_id),
        }

    def _get_invoice_url(self, move, **options):
        """Return the page of an invoice; looking at the plan makes no new key."""
        move = move.sudo()
        if not move.access_token:
            return move.access_url
        return move.get_portal_url(**options)

    def _prepare_portal_payments(self):
        """Return what to pay now of which invoice, with its payment page.

        :return: dicts with ``amount``, ``label`` and ``url``; empty unless active
        :rtype: list[dict]
        """
        if self.state != "active":
            return []
        due, payments = self._get_due_lines(), []
        for move in self.item_ids.move_id.sudo():
            parts = self._get_open_parts(move)
            amount = sum(part for line, part in parts if line in due)
            if amount and move._has_to_be_paid():
                amount = self._format_amount(float(amount))
                payments.append(
                    {
                        "amount": amount,
                        "label": self._get_pay_label(move, amount),
                        "url": self._get_invoice_url(
                            move, anchor="portal_pay", query_string="&payment=True"
                        ),
                    }
                )
        return payments

    def _get_pay_label(self, move, amount):
        if len(self.item_ids.move_id) == 1:
            return self.env._("Pay %(amount)s", amount=amount)
        return self.env._(
            "Pay %(amount)s for %(invoice)s", amount=amount, invoice=move.name
        )

    def _prepare_portal_transfer(self):
        """Return how to pay by bank transfer, and what to write on it.

        :rtype: list[tuple[str, str]]
        """
        details = self.state == "active" and self._get_payment_details()
        if not details:
            return []
        moves = self.item_ids.move_id.sudo()
        references = [move.payment_reference or move.name for move in moves]
        return [*details, (self.env._("Reference"), ", ".join(references))]

    # === SENTENCES === #

    def _prepare_portal_sentences(self):
        """Return sentences whose parts other languages put in another order."""
        lines = self._get_in_order()
        return {
            "head": self.env._(
                "Instalment plan %(plan)s of %(date)s for %(customer)s",
                plan=self.display_name,
                date=self._format_date(self.date),
                customer=self.partner_id.name,
            ),
            "accept": self.env._(
                "By signing you agree with %(company)s to pay %(total)s by the "
                "instalment plan %(plan)s, for the first time on %(date)s.",
                plan=self.display_name,
                company=self.company_id.name,
                total=self._format_amount(self.amount_total),
                date=self._format_date(lines[:1].date),
            ),
            "cost": self._get_cost_text(),
        }

    def _get_cost_text(self):
        """Return what the plan costs and how that is invoiced, or ``False``."""
        interest, fee = (
            not self.currency_id.is_zero(amount) and self._format_amount(amount)
            for amount in (self.amount_interest, self.amount_fee)
        )
        if interest and fee:
            return self.env._(
                "Interest of %(interest)s and a fee of %(fee)s are not part of the "
                "instalments: you get a separate invoice for them.",
                interest=interest,
                fee=fee,
            )
        if interest:
            return self.env._(
                "Interest of %(interest)s is not part of the instalments: you get a "
                "separate invoice for it.",
                interest=interest,
            )
        return fee and self.env._(
            "A fee of %(fee)s is not part of the instalments: you get a separate "
            "invoice for it.",
            fee=fee,
        )

    def _prepare_portal_rules(self):
        """Return what happens when an instalment is missed.

        :return: sentences
        :rtype: list[str]
        """
        self.ensure_one()
        rules = [
            self.env._("Please pay every instalment on its day at the latest."),
            *self._get_end_rules(),
        ]
        rules.append(
            self.env._(
                "If you see that you cannot pay in time, ask us before the day: a plan "
                "can be changed."
            )
        )
        return rules

    def _get_end_rules(self):
        """Return what ends the plan, as its page, agreement and mails say it.

        :return: sentences
        :rtype: list[str]
        """
        rules = [self._get_grace_text()]
        if self.max_missed == 1:
            rules.append(
                self.env._("It ends as well if more than one instalment is paid late.")
            )
        elif self.max_missed:
            rules.append(
                self.env._(
                    "It ends as well if more than %(count)s instalments are paid late.",
                    count=self.max_missed,
                )
            )
        return rules

    def _get_grace_text(self):
        if self.grace_days:
            return self.env._(
                "If an instalment stays open for more than %(days)s days after its "
                "date, the plan ends: then all that is open is due at once.",
                days=self.grace_days,
            )
        return self.env._(
            "If an instalment is not paid on its day, the plan ends: then all that is "
            "open is due at once."
        )

    def _prepare_banner(self):
        """Return what has become of the plan, ``False`` while it can be accepted.

        :return: see ``dunning.portal.document._prepare_portal_values``
        """
        self.ensure_one()
        text = self._get_closed_text()
        if not text:
            return False
        kinds = {"active": "success", "completed": "success", "defaulted": "danger"}
        if self.is_late:
            kinds["active"] = "warning"
            late = self.env._("Please pay what is overdue, so that it stays so.")
            text = f"{text} {late}"
        return {
            "kind": kinds.get(self.state, "warning"),
            "text": text,
            "newer": self._get_replacement(),
            "newer_label": self.env._("Open the newer version"),
            "signature": self.state in ("active", "completed") and self.signature,
            "reason": self.state == "cancelled" and self.decline_reason,
        }
