from datetime import timedelta

from odoo import models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from .dunning_case_desk import TODAY_STEPS

#: How many of the largest overdue cases are named.
TOP_CASES = 5

#: How many payments are named; the others are counted.
TOP_PAYMENTS = 15

#: After a longer silence, the summary speaks of the last day only.
MAX_DAYS = 7


class DunningDigest(models.AbstractModel):
    """The desk in numbers, by e-mail, for the colleagues who want it.

    It goes through Odoo's own mail queue: a colleague who gets it twice is no harm.
    """

    _name = "dunning.digest"
    _description = "Daily Reminder Summary"

    # === WHEN AND TO WHOM === #

    def _send_once(self, company, date):
        """Send the summary of a company's day, unless it was sent already.

        :param res.company company: one company
        :param datetime.date date: the company's date
        :return: the mails, which Odoo sends
        :rtype: mail.mail
        """
        mails = self.env["mail.mail"]
        users = company.dunning_digest_user_ids.filtered(lambda u: u.active and u.email)
        if not users or not company._lock_dunning_planning():
            return mails
        company.invalidate_recordset(["dunning_digest_date"])
        last = company.dunning_digest_date
        if last and last >= date:
            return mails
        since = self._get_since(last, date)
        for user in users:
            digest = self.with_company(company).with_context(
                lang=user.lang or self.env.lang, tz=company._get_dunning_tz()
            )
            values = digest._prepare_values(company.with_env(digest.env), since, date)
            if digest._is_worth_sending(values):
                mails += digest._create_mail(user, values)
        company.dunning_digest_date = date
        if mails:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return mails

    def _get_since(self, last, date):
        """Return the day from which on the summary tells what happened.

        :param datetime.date | bool last: the day of the last summary
        :param datetime.date date: the day of this one
        :rtype: datetime.date
        """
        yesterday = date - timedelta(days=1)
        if not last or last < date - timedelta(days=MAX_DAYS):
            return yesterday
        return min(last, yesterday)

    def _is_worth_sending(self, values):
        """Return whether something is to do, has happened or is wrong.

        A desk on which nothing moves is not worth a mail every day.

        :rtype: bool
        """
        names = ("todo", "sent", "paid", "watchdog")
        return any(values[name] for name in names)

    def _create_mail(self, user, values):
        """Return the mail to ``user``, queued."""
        company = values["company"]
        subject = self.env._(
            "%(company)s: payment reminders, %(date)s",
            company=company.name,
            date=values["date_text"],
        )
        values = values | {"user": user}
        body = self.env["ir.qweb"]._render("payment_reminder.digest_body", values)
        html = self.env["mail.render.mixin"]._render_encapsulate(
            "payment_reminder.mail_layout",
            body,
            add_context={"company": company, "lang": self.env.lang},
            context_record=self.env["dunning.notice"].new({"company_id": company.id}),
        )
        return self.env["mail.mail"].create(
            {
                "subject": subject,
                "body_html": html,
                "email_from": company.email_formatted or user.email_formatted,
                "email_to": user.email_formatted,
                "auto_delete": True,
            }
        )

    # === WHAT === #

    def _prepare_values(self, company, since, date):
        """Return what the summary says, in the language of the environment.

        :param res.company company: one company
        :param datetime.date since: first day of which it tells what happened
        :param datetime.date date: the company's date
        :return: ``{company, date_text, since_text, url, todo: [{text, count, url}],
            sent: [{text, count}], paid: [{text, amount, url}], paid_more: int,
            overdue: str, top: [{text, amount, late_text, asked_text, level,
            url}],
            watchdog: str | False}``
        :rtype: dict
        """
        start = company._get_dunning_midnight(since)
        end = company._get_dunning_midnight(date)
        paid, paid_more = self._get_paid(company, start, end)
        return {
            "company": company,
            "date_text": format_date(self.env, date, date_format="long"),
            "since_text": self._get_since_text(since, date),
            "url": self._get_url("dunning_desk_action"),
            "todo": self._get_todo(company, date),
            "sent": self._get_sent(company, start, end),
            "paid": paid,
            "paid_more": paid_more,
            "overdue": self._get_overdue_text(company, date),
            "top": self._get_top_cases(company, date),
            "watchdog": company._get_dunning_watchdog(),
        }

    def _get_since_text(self, since, date):
        if since == date - timedelta(days=1):
            return self.env._("yesterday")
        day = format_date(self.env, since, date_format="long")
        return self.env._("since %(date)s", date=day)

    def _get_url(self, action, record=None):
        """Return the link to an action of this addon, or to one of its records."""
        path = f"/odoo/action-payment_reminder.{action}"
        record_path = f"/{record}" if record else ""
        return (
            self.env["ir.config_parameter"].sudo().get_base_url() + path + record_path
        )

    # === TO DO === #

    def _get_todo(self, company, date):
        """Return what waits for a person, by kind, the most urgent first; overridable.

        The next steps are those of the desk, so that both say the same.

        :return: ``[{text: str, count: int, url: str}]``
        :rtype: list[dict]
        """
        self.env["dunning.desk"]._refresh(company, date=date)
        Case = self.env["dunning.case"]
        counts = dict(
            Case._read_group(
                [("company_id", "=", company.id), ("next_step", "in", TODAY_STEPS)],
                ["next_step"],
                ["__count"],
            )
        )
        labels = Case._fields["next_step"]._description_selection(self.env)
        steps = [
            self._prepare_todo(label, counts[step])
            for step, label in labels
            if counts.get(step)
        ]
        return steps + self._get_disputes(company)

    def _prepare_todo(self, text, count, action="dunning_desk_action"):
        return {"text": text, "count": count, "url": self._get_url(action)}

    def _get_disputes(self, company):
        """Return the disputes that wait for an answer, nothing without any."""
        count = self.env["dunning.dispute"].search_count(
            [("company_id", "=", company.id), ("state", "=", "open")]
        )
        text = self.env._("Open disputes")
        return [self._prepare_todo(text, count, "dunning_dispute_action")][:count]

    # === WHAT HAPPENED === #

    def _get_sent(self, company, start, end):
        """Return how many notices went out, by channel.

        :return: ``[{text: str, count: int}]``
        :rtype: list[dict]
        """
        rows = self.env["dunning.notice"]._read_group(
            [
                ("company_id", "=", company.id),
                ("state", "=", "sent"),
                ("sent_at", ">=", start),
                ("sent_at", "<", end),
            ],
            ["channel_id"],
            ["__count"],
        )
        return [{"text": channel.name, "count": count} for channel, count in rows]

    def _get_paid(self, company, start, end):
        """Return what was paid on items of each case, the largest amounts first.

        From reconciliation: credit notes, write-offs and exchange differences are no
        payments.

        :return: ``[{text: str, amount: str, url: str}]`` and the number of the cases
            that are not in it any more
        :rtype: tuple[list[dict], int]
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.case_id, SUM(part.debit_amount_currency),
                       COUNT(*) OVER ()
                  FROM account_partial_reconcile part
                  JOIN dunning_case_line item ON item.move_line_id = part.debit_move_id
                  JOIN account_move_line line ON line.id = part.debit_move_id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move move ON move.id = credit.move_id
                 WHERE item.company_id = %(company)s
                   AND part.create_date >= %(start)s AND part.create_date < %(end)s
                   AND %(kind)s = 'payment'
                   AND NOT EXISTS (
                       SELECT 1 FROM account_partial_reconcile other
                        WHERE other.exchange_move_id = move.id)
              GROUP BY item.case_id
                HAVING SUM(part.debit_amount_currency) > 0
              ORDER BY SUM(part.amount) DESC, item.case_id
                 LIMIT %(limit)s
                """,
                kind=self.env["account.partial.reconcile"]._get_dunning_kind_sql(
                    SQL("line"), SQL("move")
                ),
                company=company.id,
                start=start,
                end=end,
                limit=TOP_PAYMENTS,
            )
        )
        more = rows[0][2] - len(rows) if rows else 0
        amounts = {case_id: paid for case_id, paid, _number in rows}
        return self._prepare_cases(amounts), more

    def _prepare_cases(self, amounts):
        """Return what the summary says about cases and amounts in their currencies.

        :param dict amounts: ``{case id: amount}``, in the order of the list
        """
        cases = self.env["dunning.case"].browse(amounts)
        met = cases.currency_id
        return [self._prepare_case(case, amounts[case.id], met) for case in cases]

    def _prepare_case(self, case, amount, met):
        """Return what the summary says about a case.

        :param float amount: in its currency
        :param res.currency met: all currencies of the list
        """
        return {
            "text": case.partner_id.display_name,
            "amount": case.currency_id._format_dunning(amount, met),
            "url": self._get_url("dunning_case_action", case.id),
        }

    # === WHAT IS OVERDUE === #

    def _get_overdue_sql(self, company, date):
        """Return the query of what is overdue of a company's cases, line by line.

        ``due`` is since when, ``overdue`` and ``company_overdue`` how much.

        :rtype: SQL
        """
        self.env.flush_all()
        plans = self.env["installment.plan"]
        return SQL(
            """SELECT dcase.id AS case_id, dcase.currency_id,
                      COALESCE(planned.due, line.date_maturity) AS due,
                      line.amount_residual_currency * share.overdue AS overdue,
                      line.amount_residual * share.overdue AS company_overdue
                 FROM dunning_case_line item
                 JOIN dunning_case dcase ON dcase.id = item.case_id
                 JOIN account_move_line line ON line.id = item.move_line_id
            LEFT JOIN (%(planned)s) planned ON planned.move_line_id = line.id
           CROSS JOIN LATERAL (SELECT %(share)s AS overdue) share
                WHERE item.company_id = %(company)s AND %(is_open)s
                  AND share.overdue > 0""",
            company=company.id,
            planned=plans._get_planned_sql(company._get_dunning_todays_sql(date)),
            share=plans._get_overdue_share_sql(SQL("%s", date)),
            is_open=self.env["dunning.case.line"]._get_open_sql(SQL("line")),
        )

    def _get_overdue_text(self, company, date):
        """Return what is overdue in all, by currency, the largest first."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT currency_id, SUM(overdue)
                  FROM (%s) overdue
              GROUP BY currency_id
              ORDER BY SUM(company_overdue) DESC
                """,
                self._get_overdue_sql(company, date),
            )
        )
        Currency = self.env["res.currency"]
        return Currency._format_dunning_sums({Currency.browse(i): a for i, a in rows})

    def _get_top_cases(self, company, date):
        """Return the cases with the largest overdue amounts.

        :return: ``[{text: str, amount: str, late_text: str, asked_text: str,
            level: str, url: str}]``
        :rtype: list[dict]
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT case_id, SUM(overdue), MIN(due)
                  FROM (%s) overdue
              GROUP BY case_id
              ORDER BY SUM(company_overdue) DESC, case_id
                 LIMIT %s
                """,
                self._get_overdue_sql(company, date),
                TOP_CASES,
            )
        )
        told = self._prepare_cases({case_id: amount for case_id, amount, _d in rows})
        cases = self.env["dunning.case"].browse(case_id for case_id, _a, _d in rows)
        return [
            {
                **values,
                "level": case.level_id.name or "",
                "late_text": self.env._(
                    "due since %(date)s", date=format_date(self.env, due)
                ),
                "asked_text": self._get_asked_text(case, amount),
            }
            for case, values, (_id, amount, due) in zip(cases, told, rows, strict=True)
        ]

    def _get_asked_text(self, case, amount):
        """Return what is asked for of a case where it is another sum than ``amount``.

        :rtype: str
        """
        if not case.currency_id.compare_amounts(case.amount_asked, amount):
            return ""
        return self.env._(
            "asked for: %(amount)s",
            amount=case.currency_id._format_dunning(case.amount_asked),
        )
