from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html
from odoo.tools.misc import format_date

from .dunning_portal_document import MAX_TEXT


class InstallmentPlan(models.Model):
    """A plan that the customer has asked for on the page of an invoice."""

    # one concept, one file
    _inherit = "installment.plan"  # pylint: disable=consider-merging-classes-inherited

    requested_on = fields.Datetime(
        readonly=True, copy=False, help="When the customer has asked for it."
    )
    request_text = fields.Text(
        readonly=True, copy=False, help="What the customer has written."
    )


class InstallmentRequest(models.AbstractModel):
    """'I need instalments': what a customer can ask for, and what comes of it.

    Nothing is agreed by it: a person finds a draft and something to do.
    """

    _name = "installment.request"
    _description = "Request of an Instalment Plan"

    # === WHETHER === #

    def _prepare_portal_values(self, move):
        """Return what the page of an invoice says about instalments.

        :param account.move move: with the rights of the system
        :return: ``plan`` (the one it is paid by, or that is proposed), ``text`` (what
            has become of it or of a request, or False) and ``form`` (what can be asked
            for, or False)
        :rtype: dict
        """
        plan = move.installment_plan_id
        text = self._get_plan_text(plan) if plan else self._get_request_text(move)
        is_offered = not text and not self._get_problem(move)
        return {
            "plan": plan,
            "text": text,
            "form": is_offered and self._prepare_form(move.company_id),
        }

    def _get_plan_text(self, plan):
        if plan.state == "proposed":
            return self.env._(
                "We have proposed to you to pay this invoice by the instalment plan "
                "%(plan)s.",
                plan=plan.display_name,
            )
        return self.env._(
            "You pay this invoice by the instalment plan %(plan)s.",
            plan=plan.display_name,
        )

    def _get_request_text(self, move):
        """Return that the customer waits for an answer, or ``False``."""
        plan = self._find_open(move)
        if not plan:
            return False
        local = plan.with_context(tz=plan.company_id._get_dunning_tz())
        day = fields.Datetime.context_timestamp(local, plan.requested_on)
        return self.env._(
            "You have asked for instalments on %(date)s. We look at it and answer you "
            "soon.",
            date=format_date(self.env, day),
        )

    def _find_open(self, move):
        """Return the drafts over an invoice that its customer has asked for."""
        items = self.env["installment.plan.item"].sudo()
        return items.search(
            [
                ("move_id", "=", move.id),
                ("plan_id.state", "=", "draft"),
                ("plan_id.requested_on", "!=", False),
            ]
        ).plan_id[:1]

    def _get_problem(self, move):
        """Return why instalments cannot be asked for, or ``False``.

        :rtype: str | bool
        """
        if not move.company_id.sudo().installment_request_is_offered:
            return self.env._("Please write to us: we agree on instalments in person.")
        if move.move_type != "out_invoice" or move.state != "posted":
            return self.env._("This invoice cannot be paid in instalments.")
        if self._find_open(move):
            return self._get_request_text(move)
        try:
            items = self.env["installment.plan.item"].sudo()
            items._check_plannable(self._get_receivables(move))
        except UserError:  # says it in a bookkeeper's words
            return self.env._("This invoice cannot be paid in instalments.")
        return False

    def _get_receivables(self, move):
        return self.env["installment.plan"]._get_open_receivables(move)

    def _prepare_form(self, company):
        """Return the limits of what can be asked for.

        :return: ``counts`` (numbers), ``first``, ``last`` (days for the first
            instalment) and ``start`` (the day that is suggested)
        :rtype: dict
        """
        company, today = company.sudo(), company._get_dunning_today()
        return {
            "counts": range(2, company.installment_request_max_count + 1),
            "first": today + relativedelta(days=1),
            "last": today + relativedelta(days=company.installment_request_max_days),
            "start": today + relativedelta(days=14),
        }

    # === ASKING === #

    def _request(self, move, count, first_date, text, author):
        """Record that a customer asks to pay an invoice in monthly instalments.

        :param account.move move: with the rights of the system
        :param int count: how many instalments
        :param datetime.date first_date: of the first one
        :param str text: what the customer writes, may be empty
        :param res.partner author: who asks
        :return: a draft, for a person to check
        :rtype: installment.plan
        :raise UserError: in words for the customer
        """
        move.ensure_one()
        if not move.try_lock_for_update():
            raise UserError(
                self.env._("Somebody is asking for this at this moment; wait a little.")
            )
        move.invalidate_recordset()
        problem = self._get_problem(move)
        if problem:
            raise UserError(problem)
        plan = self._make_draft(
            move,
            self._schedule(move, count, first_date),
            (text or "").strip()[:MAX_TEXT],
        )
        self._tell(move, plan, author)
        return plan

    def _schedule(self, move, count, first_date):
        """Return the instalments that are asked for, within the company's limits."""
        form = self._prepare_form(move.company_id)
        if count not in form["counts"]:
            raise UserError(
                self.env._(
                    "Please choose from 2 to %(count)s instalments.",
                    count=form["counts"][-1],
                )
            )
        found = self.env["installment.plan"]._schedule_equal(
            self._get_receivables(move), count, first_date
        )
        self._check_days(found, form)
        return found

    def _check_days(self, found, form):
        if found.lines[0].date < form["first"]:
            raise UserError(
                self.env._("The first instalment has to be due after today.")
            )
        if found.lines[-1].date > form["last"]:
            raise UserError(
                self.env._(
                    "The last instalment would be due on %(date)s, but the latest day "
                    "is %(last)s: choose fewer instalments or an earlier first day.",
                    date=format_date(self.env, found.lines[-1].date),
                    last=format_date(self.env, form["last"]),
                )
            )

    def _make_draft(self, move, found, text):
        plans = self.env["installment.plan"].sudo().with_company(move.company_id)
        return plans._make(
            self._get_receivables(move),
            found,
            user_id=self._get_responsible(move).id,
            requested_on=fields.Datetime.now(),
            request_text=text,
        )

    def _get_responsible(self, move):
        """Return who answers: never a customer, nor the public user."""
        company = move.company_id.sudo()
        case = self._find_case(move)
        return (
            case.user_id.filtered("active")
            or company._get_dunning_person()
            or move.invoice_user_id.filtered("active")
            or self.env.ref("base.user_root")
        )

    def _find_case(self, move):
        """Return the case of the customer, which is opened if there is none."""
        planner = (  # a new case belongs to nobody, least of all to who asks
            self.env["dunning.planner"]
            .with_user(SUPERUSER_ID)
            .with_company(move.company_id)
        )
        planner._open_cases(move.company_id, move.commercial_partner_id)
        return planner.env["dunning.case"].search(
            [
                ("company_id", "=", move.company_id.id),
                ("partner_id", "=", move.commercial_partner_id.id),
                ("currency_id", "=", move.currency_id.id),
                ("merged_into_id", "=", False),
            ],
            limit=1,
        )

    # === TELLING === #

    def _tell(self, move, plan, author):
        """Put the request on the desk: into the customer's case, or on the plan."""
        office = plan._for_responsible()
        note = self.with_env(office.env)._get_note(move, office)
        case = plan.case_id.sudo().with_env(office.env)
        if not case:
            summary = office.env._("Instalment plan wanted")
            office._notify_responsible(summary, note)
            return
        case.message_post(
            body=plaintext2html(note),
            author_id=author.id,
            subtype_xmlid="mail.mt_note",
        )
        office.env["dunning.call.outcome"]._follow_asks_instalments(
            case,
            office.env["dunning.notice"],
            fields.Datetime.now(),
            move.company_id._get_dunning_today(),
            {"note": note, "user_id": plan.user_id.id},
        )

    def _get_note(self, move, plan):
        """Return what is asked for, in the language of the one who answers."""
        lines = plan.line_ids.sorted("date")
        note = self.env._(
            "%(invoice)s: %(count)s instalments are wanted, the first one on %(date)s. "
            "The draft %(plan)s is ready to be checked.",
            invoice=move.name,
            count=len(lines),
            date=format_date(self.env, lines[:1].date),
            plan=plan.display_name,
        )
        return f"{note}\n\n{plan.request_text}" if plan.request_text else note
