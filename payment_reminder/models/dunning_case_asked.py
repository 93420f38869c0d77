from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import LIVE_STATES


@dataclass(frozen=True)
class AskedItems:
    """What a case asks for of its open items, in its currency."""

    #: overdue, and neither disputed nor on its way, with an agency or not due by a plan
    amount: float = 0.0
    #: of that, what was reminded of before or is late by a plan, in no waiting notice
    further: float = 0.0
    #: the receivables of ``further``
    further_ids: frozenset = frozenset()
    #: the open receivables that are not asked for now
    resting_ids: frozenset = frozenset()


class DunningCase(models.Model):
    """What the customer is asked to pay: the sum of the letter, and of the page."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    amount_asked = fields.Monetary(
        string="Asked for",
        compute="_compute_amount_asked",
        help="What the customer is asked to pay: by the notice that is proposed or "
        "being sent, or else what is overdue with interest and costs, less payments "
        "and credits that are not matched; without what is disputed, on its way or "
        "with an agency.",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.move_line_id.amount_residual_currency", "notice_ids.state")
    def _compute_amount_asked(self):
        waiting = self._find_waiting_notices()
        items = self._read_asked_items(waiting)
        claims = self.env["dunning.claim"]._search_asked(self).grouped("case_id")
        credit = (self - self.browse(waiting))._get_unmatched_credit()
        for case in self:
            own, claimed = items.get(case.id, AskedItems()), claims.get(case, ())
            notice = waiting.get(case.id)
            if notice and case.is_open:
                asked = notice.amount_asked + own.further
                told = [c for c in claimed if c.move_line_id.id in own.further_ids]
            else:
                asked = own.amount - credit[case.id]
                told = [c for c in claimed if not c._is_resting(own.resting_ids)]
            asked = max(asked + sum(claim.amount for claim in told), 0.0)
            case.amount_asked = case.currency_id.round(asked)

    # === BUSINESS METHODS === #

    def _find_waiting_notices(self):
        """Return the notice that each case waits for; mail and letter ask for the same.

        :return: ``{case id: dunning.notice}``
        :rtype: dict
        """
        notices = (
            self.env["dunning.notice"]
            .sudo()
            .search([("case_id", "in", self.ids), ("state", "in", LIVE_STATES)])
        )
        return {notice.case_id.id: notice for notice in notices}

    def _read_asked_items(self, waiting):
        """Sum up what the cases ask for of their open items.

        :param dict waiting: see ``_find_waiting_notices``
        :rtype: dict[int, AskedItems]
        """
        notices = self.env["dunning.notice"].union(*waiting.values()).sudo()
        noticed = notices.claim_ids.move_line_id.ids
        items = {}
        for company, cases in self.grouped("company_id").items():
            if cases.ids:
                query = cases._get_asked_items_sql(company.sudo(), noticed)
                for (
                    case,
                    amount,
                    further,
                    further_ids,
                    resting,
                ) in self.env.execute_query(query):
                    items[case] = AskedItems(
                        amount or 0.0,
                        further or 0.0,
                        frozenset(further_ids or ()),
                        frozenset(resting or ()),
                    )
        return items

    def _get_asked_items_sql(self, company, noticed):
        """Return the query of what cases of a company ask for; the page asks alike.

        :param list noticed: ids of the receivables in notices that wait
        :rtype: SQL
        """
        self.env.flush_all()
        plans = self.env["installment.plan"]
        today = company._get_dunning_today()
        return SQL(
            """
            SELECT case_id, SUM(amount) FILTER (WHERE is_asked),
                   SUM(amount) FILTER (WHERE is_asked AND is_further),
                   ARRAY_AGG(id) FILTER (WHERE is_asked AND is_further),
                   ARRAY_AGG(id) FILTER (WHERE NOT is_asked)
              FROM (SELECT item.case_id, line.id,
                           (line.amount_residual_currency
                            - COALESCE(announced.deducted, 0)) * %(share)s AS amount,
                           %(share)s > 0
                           AND move.payment_state NOT IN ('in_payment', 'paid')
                           AND announced.deducted IS DISTINCT FROM 0
                           AND item.id NOT IN (%(disputed)s)
                           AND (away.handover_id IS NULL OR %(payable)s) AS is_asked,
                           (item.level_id IS NOT NULL
                            OR planned.move_line_id IS NOT NULL)
                           AND NOT (line.id = ANY(%(noticed)s)) AS is_further
                      FROM dunning_case_line item
                      JOIN account_move_line line ON line.id = item.move_line_id
                      JOIN account_move move ON move.id = line.move_id
                 LEFT JOIN (%(planned)s) planned ON planned.move_line_id = line.id
                 LEFT JOIN (%(away)s) away ON away.move_line_id = line.id
                 LEFT JOIN (%(announced)s) announced
                        ON announced.move_line_id = line.id
                     WHERE item.case_id IN %(cases)s AND %(is_open)s) asked
          GROUP BY case_id
            """,
            share=plans._get_overdue_share_sql(SQL("%s", today)),
            announced=self.env["payment.transaction"]._get_dunning_announced_sql(
                company, today
            ),
            disputed=self.env["dunning.dispute"]._get_disputed_sql(company),
            payable=bool(company.dunning_handover_is_payable),
            noticed=list(noticed),
            planned=plans._get_planned_sql(company._get_dunning_todays_sql()),
            away=self.env["dunning.handover"]._get_away_sql(company),
            cases=tuple(self.ids),
            is_open=self.env["dunning.case.line"]._get_open_sql(SQL("line")),
        )
