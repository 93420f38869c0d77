from odoo import api, fields, models
from odoo.tools import SQL, plaintext2html

from ..const import LIVE_STATES


class DunningNoticeSending(models.AbstractModel):
    """The part of ``dunning.notice`` between its release and its outcome."""

    _name = "dunning.notice.sending"
    _description = "Reminder Notice: Sending"

    # === BUSINESS METHODS - SENDING === #

    def _trigger_sending(self):
        """Wake the sender."""
        self.env.ref("payment_reminder.ir_cron_dunning_send").sudo()._trigger()

    @api.model
    def _cron_send_queued(self):
        """Send what is queued; see ``dunning.sender``."""
        self.env["dunning.sender"].sudo()._process_queue()

    def _recheck(self, date):
        """Read again what is open and refresh the notices before they are sent.

        :param datetime.date date: the company's date of the delivery
        :return: the notices that still have something to say; the others were skipped
        :rtype: dunning.notice
        """
        self.env.flush_all()
        for company, notices in self.grouped("company_id").items():
            notices._refresh_lines(date, company)
        self.env.invalidate_all()
        credit = self.case_id._get_free_credit()
        return self.browse().union(
            *(n for n in self if n._refresh_totals(date, credit[n.case_id.id]))
        )

    def _refresh_lines(self, date, company):
        """Update residual and lateness of all items in one statement."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_notice_line snapshot
                   SET amount_residual = COALESCE(now.residual, 0),
                       amount_announced = COALESCE(now.announced, 0),
                       days_late = %(date)s - snapshot.date_maturity,
                       left_out_reason = now.reason
                  FROM (%(now)s) now
                 WHERE now.id = snapshot.id
                """,
                date=date,
                now=self._get_lines_now_sql(
                    date, company, SQL("nline.notice_id IN %s", tuple(self.ids))
                ),
            )
        )

    def _get_lines_now_sql(self, date, company, where):
        """Return the query of what is owed on ``date`` of the items of notices.

        :param SQL where: which, about ``nline`` and its ``notice``
        :return: ``id`` of the item, ``residual`` and ``announced``, and the ``reason``
            why it is not asked for, if it is not
        :rtype: SQL
        """
        planner = self.env["dunning.planner"]
        return SQL(
            """
            SELECT nline.id,
                   account_move_line.amount_residual_currency
                       - COALESCE(announced.deducted, 0) AS residual,
                   announced.deducted AS announced,
                   CASE WHEN account_move_line.id IS NULL
                        THEN 'not_posted'
                        WHEN owner.commercial_partner_id <> customer.id
                          OR account_move_line.currency_id <> dcase.currency_id
                          OR account_move_line.date_maturity
                             IS DISTINCT FROM nline.date_maturity
                        THEN 'changed'
                        ELSE %(not_owed)s END AS reason
              FROM dunning_notice_line nline
              JOIN dunning_notice notice ON notice.id = nline.notice_id
              JOIN dunning_case dcase ON dcase.id = notice.case_id
              JOIN res_partner customer ON customer.id = dcase.partner_id
         LEFT JOIN account_move_line ON account_move_line.id = nline.move_line_id
         LEFT JOIN res_partner owner ON owner.id = account_move_line.partner_id
         LEFT JOIN account_move move ON move.id = account_move_line.move_id
         LEFT JOIN dunning_case_line item ON item.move_line_id = account_move_line.id
         %(announced)s
             WHERE %(where)s
            """,
            not_owed=planner._get_not_owed_sql(date, company),
            announced=planner._get_announced_join(date, company),
            where=where,
        )

    def _refresh_totals(self, date, credit):
        """Update total, lateness and pay-by date; skip what has become pointless.

        :param datetime.date date: the company's date of the delivery
        :param float credit: unmatched credit of the case, in its currency
        :return: whether something is left to say
        :rtype: bool
        """
        self.ensure_one()
        if self.run_id.state == "cancelled":
            self._set_skipped(self.env._("The run was cancelled."))
            return False
        claims = self.claim_ids
        # what is only due as well is reminded of at its own level, by the next run
        if not any(self._get_claimed_rows().mapped("is_climbing")):
            self._set_skipped(self._get_settled_text())
            return False
        amount = sum(claims.mapped("amount_residual"))
        reason = self._get_pointless_reason(claims, amount, credit)
        if reason:
            self._set_skipped(reason)
            return False
        is_reduced = self.level_id.procedure_id.credit_treatment == "reduce"
        deducted = credit if is_reduced else 0.0
        self.write(
            {
                "date": date,
                "amount_credit": deducted,
                "amount_total": self.currency_id.round(amount - deducted),
                "amount_company": self._get_company_amount(claims, amount, credit),
                "days_late": max(claims.mapped("days_late")),
                "pay_by_date": self.level_id._get_pay_by_date(date),
            }
        )
        return True

    def _get_pointless_reason(self, claims, amount, credit):
        """Return why owed money is not worth a notice, in words, or ``False``.

        The planner asks the same questions in SQL.

        :param dunning.notice.line claims: the items that are still owed
        :param float amount: their sum, in the notice's currency
        :param float credit: unmatched credit of the case, in the notice's currency
        :rtype: str | bool
        """
        self.ensure_one()
        climbing = claims.filtered("is_climbing")
        if self.level_id._is_heads_up() and max(climbing.mapped("days_late")) > 0:
            return self.env._("It is overdue by now: too late for a heads-up.")
        treatment = self.level_id.procedure_id.credit_treatment
        compare = self.currency_id.compare_amounts
        code = False
        if treatment == "hold" and compare(credit, 0) > 0:
            code = "credit_hold"
        elif treatment == "reduce" and compare(credit, amount) >= 0:
            code = "credit"
        elif self._is_tolerated(claims, amount, credit):
            code = "tolerance"
        field = self.env["dunning.run.exclusion"]._fields["reason"]
        return dict(field._description_selection(self.env)).get(code, False)

    def _is_tolerated(self, claims, amount, credit):
        """Return whether so little is left that the procedure lets it pass.

        :rtype: bool
        """
        self.ensure_one()
        procedure = self.level_id.procedure_id
        left = self._get_company_amount(claims, amount, credit)
        return (
            procedure.currency_id.compare_amounts(left, procedure.tolerance_amount) < 0
        )

    def _get_company_amount(self, claims, amount, credit):
        """Return what is asked for, in the company's currency.

        :param dunning.notice.line claims: the items that are still owed
        :param float amount: their sum, in the notice's currency
        :param float credit: unmatched credit of the case, in the notice's currency
        :rtype: float
        """
        is_reduced = self.level_id.procedure_id.credit_treatment == "reduce"
        share = 1 - credit / amount if is_reduced else 1
        return share * sum(claim._get_company_residual() for claim in claims)

    def _get_settled_text(self):
        """Return why nothing is left to say, in the words of the items' reasons."""
        self.ensure_one()
        field = self.env["dunning.notice.line"]._fields["left_out_reason"]
        labels = dict(field._description_selection(self.env))
        codes = set(self.line_ids.filtered("is_climbing").mapped("left_out_reason"))
        return self.env._(
            "Settled before it was sent: %(reasons)s",
            reasons=", ".join(labels[code] for code in sorted(codes - {False})),
        )

    # === BUSINESS METHODS - OUTCOME === #

    def _climb(self, date):
        """Let the items reach their level, once, and start their own clock anew.

        What a notice only names keeps its pay-by date and its previous notice; the
        minimum gap is the customer's, whatever was named.

        :param datetime.date date: the company's date of the delivery
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case_line item
                   SET level_id = line.level_id,
                       last_notice_date = %(date)s,
                       pay_by_date = GREATEST(item.pay_by_date, notice.pay_by_date)
                  FROM dunning_notice_line line
                  JOIN dunning_notice notice ON notice.id = line.notice_id
                 WHERE line.notice_id IN %(notices)s
                   AND line.is_climbing
                   AND line.left_out_reason IS NULL
                   AND item.move_line_id = line.move_line_id
                """,
                date=date,
                notices=tuple(self.ids),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case
                   SET last_notice_date = GREATEST(last_notice_date, %s)
                 WHERE id IN %s
                """,
                date,
                tuple(self.case_id.ids),
            )
        )
        self.env["dunning.case.line"].invalidate_model()
        self.env["dunning.case"].invalidate_model(["last_notice_date", "level_id"])

    def _fall_back(self):
        """Let another address or channel take over a failed notice, or tell a person.

        The customer's own address in the same channel comes before another channel.
        """
        self.ensure_one()
        other = self.channel_id._get_handler()._get_other_recipient(self)
        if other:
            self.fallback_notice_id = self._copy_to_channel(self.channel_id, other)
            return
        siblings = self._get_siblings().grouped("channel_id")
        for way in self.channel_id._get_fallbacks():
            sibling = siblings.get(way, self.browse())[:1]
            if sibling.state in ("failed", "skipped"):
                continue  # that way was tried
            if sibling:
                self.fallback_notice_id = sibling
                return
            recipient = self._find_recipient(way)
            if recipient:
                self.fallback_notice_id = self._copy_to_channel(way, recipient)
                return
        self._notify_person()  # nobody is left to take over

    def _find_recipient(self, channel):
        """Return whom ``channel`` could carry the notice to, empty for nobody.

        It is asked anew for each channel: who has no e-mail address may have a postal
        one.

        :rtype: res.partner
        """
        self.ensure_one()
        handler = channel._get_handler()
        if not handler._has_text(self.level_id):
            return self.contact_id.browse()
        customer = self.partner_id
        lines = self.claim_ids.sudo().move_line_id
        contact = customer._get_dunning_contact(self.company_id, lines)
        return handler._find_recipient(contact, customer)

    def _get_recipient(self):
        """Return whom the notice goes to, or went to.

        The one it was planned for; while it is not sent, somebody else whom its channel
        reaches in his stead.

        :rtype: res.partner
        """
        self.ensure_one()
        is_open = self.state in LIVE_STATES
        if is_open and self._get_handler_reason(self.contact_id):
            return self._find_recipient(self.channel_id) or self.contact_id
        return self.contact_id

    def _get_copy_partners(self):
        """Return who gets a copy of an e-mail.

        Whom the customer names, and the salespeople of the items where the level says
        so. An addon adds others.

        :rtype: res.partner
        """
        self.ensure_one()
        copied = self.partner_id.dunning_copy_ids
        if self.level_id.copy_salesperson:
            sellers = self.claim_ids.move_id.sudo().invoice_user_id
            copied |= sellers.filtered("active").partner_id
        return copied - self.contact_id

    def _get_undeliverable_reason(self):
        """Return in words why the channel reaches nobody, or ``False``.

        :rtype: str | bool
        """
        self.ensure_one()
        return self._get_handler_reason(self._get_recipient())

    def _get_handler_reason(self, recipient):
        return self.channel_id._get_handler()._get_unreachable_reason(recipient)

    def _get_siblings(self):
        """Return the notices to the same customer in the same run."""
        self.ensure_one()
        return self.search(
            [("run_id", "=", self.run_id.id), ("case_id", "=", self.case_id.id)]
        )

    def _copy_to_channel(self, channel, recipient):
        """Return a queued copy of the notice for another channel or recipient."""
        self.ensure_one()
        self.flush_recordset(["state"])  # it lives no more: one at a time does
        copied = self.create(
            {
                **self._prepare_copy_values(),
                "contact_id": recipient.id,
                "channel_id": channel.id,
                "channel": channel.code,
                "state": "queued",
                "queued_at": fields.Datetime.now(),
                "line_ids": [
                    fields.Command.create(line.copy_data({"notice_id": False})[0])
                    for line in self.line_ids
                ],
            }
        )
        copied._reopen_runs()
        self._trigger_sending()
        return copied

    def _prepare_copy_values(self):
        """Return the values that a notice shares with its replacement."""
        names = (
            "run_id case_id company_id partner_id level_id date"
            " currency_id amount_credit amount_total amount_company days_late sequence"
            " claim_parts claim_problem amount_interest amount_compensation amount_fee"
        ).split()
        return self._convert_to_write({name: self[name] for name in names})

    def _notify_person(self):
        """Put the notices on the desk of the person responsible.

        The e-mail about it goes through the queue: here, the mail server may be the
        very thing that fails.
        """
        for notice in self.with_context(mail_notify_force_send=False):
            notice.case_id.activity_schedule(
                "mail.mail_activity_data_warning",
                user_id=notice._get_person().id,
                summary=self.env._("Reminder not delivered"),
                dunning_matter="delivery",
                note=plaintext2html(notice.reason or ""),
            )

    def _get_person(self):
        """Return who is told when something goes wrong with the notice.

        Who works on the case, which need not be who signs: the level may name a
        superior.

        :rtype: res.users
        """
        self.ensure_one()
        chosen = () if self.case_id.user_id else self.run_id.user_id
        return self.case_id._get_person(self.user_id, first=chosen)
