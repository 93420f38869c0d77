import logging

from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html
from odoo.tools.misc import format_date

from .dunning_portal_document import MAX_TEXT

_logger = logging.getLogger(__name__)


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

    It is about one invoice, or several of one customer and currency. Nothing is agreed
    by it: a person finds a draft and something to do. Within the company's limits, the
    plan is proposed at once, and the customer can accept it on its page.
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

    def _find_open(self, moves):
        """Return a draft over one of the invoices that its customer has asked for."""
        items = self.env["installment.plan.item"].sudo()
        return items.search(
            [
                ("move_id", "in", moves.ids),
                ("plan_id.state", "=", "draft"),
                ("plan_id.requested_on", "!=", False),
            ]
        ).plan_id[:1]

    def _get_problem(self, moves):
        """Return why instalments cannot be asked for, or ``False``.

        :param account.move moves: of one company
        :rtype: str | bool
        """
        if not moves.company_id.sudo().installment_request_is_offered:
            return self.env._("Please write to us: we agree on instalments in person.")
        for move in moves:
            if move.move_type != "out_invoice" or move.state != "posted":
                return self._get_unfit_text(moves)
        if self._find_open(moves):
            return self._get_request_text(moves)
        try:
            items = self.env["installment.plan.item"].sudo()
            items._check_plannable(self._get_receivables(moves))
        except UserError:  # says it in a bookkeeper's words
            return self._get_unfit_text(moves)
        return False

    def _get_unfit_text(self, moves):
        if len(moves) > 1:
            return self.env._(
                "These invoices cannot be paid in instalments together: please choose "
                "fewer, or write to us."
            )
        return self.env._("This invoice cannot be paid in instalments.")

    def _get_receivables(self, moves):
        return self.env["installment.plan"]._get_open_receivables(moves)

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

    def _request(self, moves, count, first_date, text, author):
        """Record that a customer asks to pay invoices in monthly instalments.

        :param account.move moves: of one customer and currency, with the rights of the
            system
        :param int count: how many instalments
        :param datetime.date first_date: of the first one
        :param str text: what the customer writes, may be empty
        :param res.partner author: who asks
        :return: a draft, for a person to check; or a proposal, within the limits
        :rtype: installment.plan
        :raise UserError: in words for the customer
        """
        if moves.try_lock_for_update() != moves:
            raise UserError(
                self.env._("Somebody is asking for this at this moment; wait a little.")
            )
        moves.invalidate_recordset()
        found = self._preview(moves, count, first_date)
        plan = self._make_draft(moves, found, (text or "").strip()[:MAX_TEXT])
        self._tell(moves, plan, author, self._propose_at_once(plan))
        return plan

    def _preview(self, moves, count, first_date):
        """Return the instalments that would be asked for; nothing is kept.

        :rtype: Schedule
        :raise UserError: in words for the customer, see ``_request``
        """
        problem = self._get_problem(moves)
        if problem:
            raise UserError(problem)
        return self._schedule(moves, count, first_date)

    # === AT ONCE === #

    def _propose_at_once(self, plan):
        """Propose a plan that is within the company's limits, if nothing is against it.

        :return: whether it was proposed: the customer can accept it now
        :rtype: bool
        """
        if not self._is_instant(plan):
            return False
        try:
            with self.env.cr.savepoint():
                plan._for_responsible().sudo().action_propose()
        except UserError as error:  # a person sees why, and decides
            _logger.info("Plan %s is not proposed at once: %s", plan.name, error)
            plan.invalidate_recordset()
        return plan.state == "proposed"

    def _is_instant(self, plan):
        """Return whether the company proposes such a plan without looking at it.

        The amount counts in the company's currency.

        :rtype: bool
        """
        company = plan.company_id.sudo()
        amount = plan.currency_id._convert(
            plan.amount_total,
            company.currency_id,
            company,
            company._get_dunning_today(),
        )
        limit = company.installment_request_instant_amount
        return (
            company.installment_request_is_instant
            and company.currency_id.compare_amounts(amount, limit) <= 0
            and len(plan.line_ids) <= company.installment_request_instant_count
        )

    # === SCHEDULE === #

    def _schedule(self, moves, count, first_date):
        """Return the instalments that are asked for, within the company's limits."""
        form = self._prepare_form(moves.company_id)
        if count not in form["counts"]:
            raise UserError(
                self.env._(
                    "Please choose from 2 to %(count)s instalments.",
                    count=form["counts"][-1],
                )
            )
        found = self.env["installment.plan"]._schedule_equal(
            self._get_receivables(moves), count, first_date
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

    def _make_draft(self, moves, found, text):
        plans = self.env["installment.plan"].sudo().with_company(moves.company_id)
        case = self._find_case(moves)
        return plans._make(
            self._get_receivables(moves),
            found,
            user_id=self._get_responsible(moves, case).id,
            requested_on=fields.Datetime.now(),
            request_text=text,
        )

    def _get_responsible(self, moves, case):
        """Return who answers: never a customer, nor the public user."""
        if case:
            return case._get_answerer()
        person = moves.company_id.sudo()._get_dunning_person()
        return person or self.env.ref("base.user_root")

    def _find_case(self, moves):
        """Return the case of the customer, which is opened if there is none."""
        company, customer = moves.company_id, moves.commercial_partner_id
        planner = (  # a new case belongs to nobody, least of all to who asks
            self.env["dunning.planner"].with_user(SUPERUSER_ID).with_company(company)
        )
        planner._open_cases(company, customer)
        return planner.env["dunning.case"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", customer.id),
                ("currency_id", "=", moves.currency_id.id),
                ("merged_into_id", "=", False),
            ],
            limit=1,
        )

    # === TELLING === #

    def _tell(self, moves, plan, author, is_proposed):
        """Put the request on the desk: into the customer's case, or on the plan.

        :param bool is_proposed: it is only told, for there is nothing to decide
        """
        office = plan._for_responsible()
        note = self.with_env(office.env)._get_note(moves, office)
        case = plan.case_id.sudo().with_env(office.env)
        if not case:
            if not is_proposed:
                office._notify_responsible(office.env._("Instalment plan wanted"), note)
            return
        case.message_post(
            body=plaintext2html(note),
            author_id=author.id,
            subtype_xmlid="mail.mt_note",
        )
        if is_proposed:
            return
        office.env["dunning.call.outcome"]._follow_asks_instalments(
            case,
            office.env["dunning.notice"],
            fields.Datetime.now(),
            moves.company_id._get_dunning_today(),
            {"note": note, "user_id": plan.user_id.id},
        )

    def _get_note(self, moves, plan):
        """Return what is asked for, in the language of the one who answers."""
        lines = plan.line_ids.sorted("date")
        values = {
            "invoice": ", ".join(moves.mapped("name")),
            "count": len(lines),
            "date": format_date(self.env, lines[:1].date),
            "plan": plan.display_name,
        }
        if plan.state == "proposed":
            note = self.env._(
                "%(invoice)s: %(count)s instalments are wanted, the first one on "
                "%(date)s. The plan %(plan)s was proposed at once: it is within the "
                "limits of the settings.",
                **values,
            )
        else:
            note = self.env._(
                "%(invoice)s: %(count)s instalments are wanted, the first one on "
                "%(date)s. The draft %(plan)s is ready to be checked.",
                **values,
            )
        return f"{note}\n\n{plan.request_text}" if plan.request_text else note
