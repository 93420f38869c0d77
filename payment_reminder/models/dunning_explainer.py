from datetime import timedelta

from odoo import models
from odoo.tools import SQL
from odoo.tools.misc import format_date

#: Invoices named in one sentence; the others are counted.
NAMED = 3
#: The reasons that are about payments and credits without a match.
CREDIT_REASONS = ("credit", "credit_hold")


class DunningExplainer(models.AbstractModel):
    """Says in sentences why customers and invoices are reminded today, or not.

    It asks the planner's own queries, so that what it says is what a run would do.
    """

    _name = "dunning.explainer"
    _description = "Reminder Explanations"

    # === QUESTIONS === #

    def _explain_partner(self, partner, company, date=None):
        """Return why a customer is reminded today, or not.

        :param res.partner partner: any contact of the customer
        :param res.company company: who would remind
        :param datetime.date date: the day to decide for, default the company's today
        :return: sentences in the user's language
        :rtype: list[str]
        """
        rows = self._get_rows(partner.commercial_partner_id, company, date)
        if not rows:
            return [
                self.env._(
                    "%(customer)s owes nothing to %(company)s.",
                    customer=partner.commercial_partner_id.name,
                    company=company.name,
                )
            ]
        archived = [] if partner.active else [self._say_archived(partner)]
        return archived + self._say_rows(rows) + self._say_unmatched(rows)

    def _say_archived(self, partner):
        return self.env._(
            "%(customer)s is archived but still owes money, so reminders go on. Pause "
            "or exclude the customer to stop them.",
            customer=partner.display_name,
        )

    def _explain_move(self, move, date=None):
        """Return why an invoice is reminded of today, or not.

        :rtype: list[str]
        """
        obvious = self._get_obvious_reason(move)
        if obvious:
            return [obvious]
        customer = move.commercial_partner_id
        rows = [
            row
            for row in self._get_rows(customer, move.company_id, date)
            if row["move_id"] == move.id
        ]
        return self._say_rows(rows) or [
            self.env._("Nothing of %(invoice)s is open.", invoice=move.display_name)
        ]

    def _get_obvious_reason(self, move):
        """Return why nobody would ever be reminded of ``move``, or ``False``.

        :rtype: str | bool
        """
        name = move.display_name
        if move.state == "draft":
            return self.env._("%(invoice)s is not posted yet.", invoice=name)
        if move.state == "cancel":
            return self.env._("%(invoice)s is cancelled.", invoice=name)
        if not move.is_sale_document(include_receipts=True):
            return self.env._("%(invoice)s is no customer invoice.", invoice=name)
        if move.move_type == "out_refund":
            return self.env._(
                "%(invoice)s is a credit note: it reduces what is owed.", invoice=name
            )
        if move.payment_state in ("paid", "reversed"):
            return self.env._("%(invoice)s is settled.", invoice=name)
        return False

    # === ANSWERS === #

    def _get_rows(self, customer, company, date=None):
        """Return what the planner decides for each open item of ``customer``.

        :rtype: list[dict]
        """
        self.env.flush_all()
        desk = self.env["dunning.desk"].sudo()
        run = self.env["dunning.run"].new(
            {
                "company_id": company.id,
                "date": date or company._get_dunning_today(),
                "partner_ids": customer.ids,
            }
        )
        return self.env.execute_query_dict(
            SQL(
                """
                WITH %(plan)s
                SELECT line.move_id, line.invoice_name, line.date_maturity,
                       line.days_late, line.residual, line.currency_id,
                       line.climb_date, line.level_id, line.current_level_id,
                       line.procedure_id,
                       line.last_notice_date, line.case_notice_date, line.pay_by_date,
                       line.known_case_id AS case_id, line.partner_id,
                       plan.contact_id, plan.credit, credit.amount AS unmatched,
                       COALESCE(line.reason, plan.reason, obstacle.reason) AS reason
                  FROM dunning_plan_line line
             LEFT JOIN dunning_plan_case plan
                    ON plan.case_id = line.known_case_id
             LEFT JOIN dunning_plan_obstacle obstacle
                    ON obstacle.case_id = line.known_case_id
             LEFT JOIN (%(credit)s) credit ON credit.partner_id = line.partner_id
                   AND credit.currency_id = line.currency_id
              ORDER BY line.currency_id, line.date_maturity, line.move_line_id
                """,
                plan=desk._get_plan_sql(run),
                credit=desk._get_credit_sql(run),
            )
        )

    def _say_rows(self, rows):
        """Return one sentence for all rows that have the same answer."""
        groups, met = {}, self._get_currencies(rows)
        for row in rows:
            groups.setdefault((row["currency_id"], self._say(row)), []).append(row)
        return [
            self.env._(
                "%(items)s: %(sentence)s",
                items=self._name_items(group, met),
                sentence=sentence,
            )
            for (_currency, sentence), group in groups.items()
        ]

    def _say_unmatched(self, rows):
        """Return what waits for its match, unless it is said as the reason already.

        :rtype: list[str]
        """
        said = {r["currency_id"] for r in rows if r["reason"] in CREDIT_REASONS}
        amounts = {
            row["currency_id"]: row["unmatched"]
            for row in rows
            if row["unmatched"] and row["currency_id"] not in said
        }
        met = self._get_currencies(rows)
        return [
            self.env._(
                "Payments or credits of %(amount)s are not matched yet.",
                amount=met.browse(currency_id)._format_dunning(amount, met),
            )
            for currency_id, amount in amounts.items()
        ]

    def _get_currencies(self, rows):
        """Return the currencies that meet in an answer."""
        return self.env["res.currency"].browse({row["currency_id"] for row in rows})

    def _name_items(self, rows, met):
        """Return which invoices a sentence is about, and what they are open for.

        :param list[dict] rows: of one currency
        :param res.currency met: all currencies of the answer
        """
        currency = self.env["res.currency"].browse(rows[0]["currency_id"])
        names = list(dict.fromkeys(row["invoice_name"] for row in rows))
        text = ", ".join(names[:NAMED])
        if len(names) > NAMED:
            text = self.env._(
                "%(names)s and %(number)s more", names=text, number=len(names) - NAMED
            )
        total = currency._format_dunning(sum(row["residual"] for row in rows), met)
        return self.env._("%(names)s (%(amount)s)", names=text, amount=total)

    def _say(self, row):
        """Return the answer for one item, as a sentence.

        A reason of another addon needs a method ``_say_<reason>`` only when its label
        does not say enough.
        """
        say = getattr(self, f"_say_{row['reason'] or 'remind'}", None)
        return say(row) if say else self._say_label(row)

    def _say_label(self, row):
        field = self.env["dunning.run.exclusion"]._fields["reason"]
        labels = dict(field._description_selection(self.env))
        return self.env._("%(reason)s.", reason=labels[row["reason"]])

    def _say_remind(self, row):
        return self.env._(
            "%(days)s days late, will be reminded of today with '%(level)s'.",
            days=row["days_late"],
            level=self._next_level(row),
        )

    def _say_not_reached(self, row):
        if row["days_late"] <= 0:
            return self.env._(
                "due on %(due)s, not late yet; '%(level)s' would follow on %(date)s.",
                due=self._date(row["date_maturity"]),
                level=self._next_level(row),
                date=self._date(row["climb_date"]),
            )
        return self.env._(
            "%(days)s days late; '%(level)s' follows on %(date)s.",
            days=row["days_late"],
            level=self._next_level(row),
            date=self._date(row["climb_date"]),
        )

    def _say_pay_by(self, row):
        return self.env._(
            "the last notice asked to pay by %(pay_by)s; '%(level)s' follows on "
            "%(date)s.",
            pay_by=self._date(row["pay_by_date"]),
            level=self._next_level(row),
            date=self._date(row["climb_date"]),
        )

    def _say_min_gap(self, row):
        return self.env._(
            "the customer was written to on %(last)s; '%(level)s' follows on %(date)s "
            "at the earliest.",
            last=self._date(row["case_notice_date"]),
            level=self._next_level(row),
            date=self._date(row["climb_date"]),
        )

    def _say_last_level(self, row):
        if not row["date_maturity"]:
            return self.env._("nothing says when it is due; enter its due date.")
        if not row["current_level_id"]:
            return self.env._("the procedure has no level for it.")
        if self._is_asked_until_later(row):
            return self.env._(
                "'%(level)s', the last level, asked to pay by %(pay_by)s; then a "
                "person decides what comes next.",
                level=self._level(row["current_level_id"]),
                pay_by=self._date(row["pay_by_date"]),
            )
        return self.env._(
            "'%(level)s', the last level, was reached on %(date)s; a person decides "
            "what comes next.",
            level=self._level(row["current_level_id"]),
            date=self._date(row["last_notice_date"]),
        )

    def _is_asked_until_later(self, row):
        """Return whether the pay-by date of the item has not passed.

        :rtype: bool
        """
        today = row["date_maturity"] + timedelta(days=row["days_late"])
        return bool(row["pay_by_date"]) and row["pay_by_date"] >= today

    def _say_excluded(self, row):
        company = self.env["account.move"].browse(row["move_id"]).company_id
        customer = self.env["res.partner"].browse(row["partner_id"])
        reason = customer.with_company(company).dunning_excluded_reason
        return self.env._(
            "the customer is excluded from reminders: %(reason)s.",
            reason=(reason or self.env._("no reason given")).rstrip("."),
        )

    def _say_on_hold(self, row):
        pauses = self._find_pauses(row)
        if not pauses:
            return self._say_label(row)
        return self.env._(
            "reminders are paused until %(date)s: %(reason)s.",
            date=self._date(pauses[0].date_until),
            reason=(pauses[0].reason or "").rstrip("."),
        )

    def _find_pauses(self, row):
        case = self.env["dunning.case"].browse(row["case_id"] or [])
        move = self.env["account.move"].browse(row["move_id"])
        today = move.company_id._get_dunning_today()
        by_case = case.pause_ids.filtered(lambda pause: pause.state == "active")
        by_move = move._get_dunning_pauses().get(move, by_case.browse())
        by_partner = by_case.search(
            by_case._get_active_domain(today)
            & by_case._get_partner_domain(move.commercial_partner_id, move.company_id)
        )
        return (by_case | by_move | by_partner).sorted("date_until", reverse=True)

    def _say_pending_payment(self, row):
        move = self.env["account.move"].browse(row["move_id"]).sudo()
        waiting = move.transaction_ids.filtered(lambda tx: tx._is_on_its_way())
        if not waiting:
            return self._say_label(row)
        last = waiting.sorted(lambda tx: tx._get_dunning_wait_until())[-1]
        return self.env._(
            "an online payment of %(amount)s (%(provider)s) is on its way since "
            "%(date)s; it rests until %(until)s.",
            amount=last.currency_id._format_dunning(sum(waiting.mapped("amount"))),
            provider=last.provider_id.name,
            date=self._date(last._get_dunning_wait_since()),
            until=self._date(last._get_dunning_wait_until()),
        )

    def _say_disputed(self, row):
        disputes = self._item(row).dispute_ids.filtered(
            lambda dispute: dispute.state in ("open", "accepted")
        )
        if not disputes:
            return self._say_label(row)
        labels = dict(disputes._fields["category"]._description_selection(self.env))
        return self.env._(
            "disputed since %(date)s (%(category)s); it rests until that is settled.",
            date=self._date(disputes[0].date),
            category=labels[disputes[0].category],
        )

    def _say_promised(self, row):
        promises = self._item(row).promise_ids.filtered(lambda p: p.state == "open")
        if not promises:
            return self._say_label(row)
        return self.env._(
            "promised: %(promise)s; it rests until %(until)s.",
            promise=promises[0]._get_text(),
            until=self._date(promises[0].rest_until),
        )

    def _say_plan(self, row):
        plan = self.env["account.move"].browse(row["move_id"]).installment_plan_id
        if not plan:
            return self._say_label(row)
        if plan.state == "proposed":
            return self.env._(
                "the plan %(plan)s is proposed; it rests until %(until)s.",
                plan=plan.display_name,
                until=self._date(plan.date_valid),
            )
        return self.env._(
            "paid by the plan %(plan)s; the next instalment of %(amount)s is due on "
            "%(date)s.",
            plan=plan.display_name,
            amount=plan.currency_id._format_dunning(plan.next_amount),
            date=self._date(plan.next_date),
        )

    def _say_automatic(self, row):
        procedure = self.env["dunning.procedure"].browse(row["procedure_id"]).sudo()
        return self.env._(
            "the customer pays automatically; '%(procedure)s' leaves such customers "
            "out.",
            procedure=procedure.name,
        )

    def _say_unclear(self, row):
        move = self.env["account.move"].browse(row["move_id"])
        stops = [
            finding["text"]
            for finding in move._get_clarity_findings()[move]
            if finding["severity"] == "stop"
        ]
        if not stops:  # an opening balance has no panel
            return self._say_label(row)
        return self.env._(
            "not clear enough to be demanded: %(findings)s.", findings="; ".join(stops)
        )

    def _say_credit(self, row):
        return self.env._(
            "payments or credits of %(amount)s are not matched yet and cover what is "
            "overdue; match them first.",
            amount=self.env["res.currency"]
            .browse(row["currency_id"])
            ._format_dunning(row["credit"]),
        )

    def _say_no_contact(self, row):
        level = self.env["dunning.level"].browse(row["level_id"]).sudo()
        contact = self.env["res.partner"].browse(row["contact_id"])
        customer = self.env["res.partner"].browse(row["partner_id"])
        reasons = [
            channel._get_handler()._get_unreachable_reason(partner)
            for channel in level.channel_ids | level.channel_ids.fallback_id
            for partner in contact | customer
        ]
        return self.env._(
            "there is no way to reach the customer. %(reasons)s",
            reasons=" ".join(dict.fromkeys(reason for reason in reasons if reason)),
        )

    # === WORDS === #

    def _to_html(self, sentences):
        """Return the sentences as a list for a screen.

        :rtype: markupsafe.Markup
        """
        return self.env["ir.qweb"]._render(
            "payment_reminder.explanation", {"sentences": sentences}
        )

    def _date(self, date):
        return format_date(self.env, date, date_format="medium") if date else "?"

    def _level(self, level_id):
        return self.env["dunning.level"].browse(level_id or []).sudo().name or ""

    def _next_level(self, row):
        """Return the name of the level to come, and whether it is a repetition."""
        name = self._level(row["level_id"])
        if row["level_id"] == row["current_level_id"]:
            return self.env._("%(level)s (repeated)", level=name)
        return name

    def _item(self, row):
        return self.env["dunning.case.line"].search(
            [
                ("case_id", "=", row["case_id"]),
                ("move_line_id.move_id", "=", row["move_id"]),
            ]
        )
