from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import HANDOVER_AT_ONCE


class DunningCase(models.Model):
    """The case whose items are with an agency or a lawyer."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    handover_ids = fields.One2many(
        comodel_name="dunning.handover", inverse_name="case_id", string="Hand-overs"
    )
    handover_count = fields.Integer(compute="_compute_handover_count")

    @api.depends("handover_ids")
    def _compute_handover_count(self):
        for case in self:
            case.handover_count = len(case.handover_ids)

    # === ACTION METHODS === #

    def action_view_handovers(self):
        """Open the hand-overs of the case."""
        self.ensure_one()
        return self.handover_ids._get_records_action(
            name=self.env._("Hand-overs"), context={"create": False}
        )

    def action_hand_over(self):
        """Ask what is handed over to whom."""
        self.check_access("write")
        wizard = self.env["dunning.handover.wizard"]._open_for(self)
        return wizard._get_action()

    # === HANDING OVER === #

    def _get_handing(self, date=None):
        """Return which open items are handed over by default, and why others are not.

        By default all that is overdue and neither disputed, promised, paid by
        instalments nor otherwise on its way.

        :param datetime.date date: the company's date, default today
        :return: ``{item: (whether it can be, whether it is by default, why not)}``
        :rtype: dict
        """
        found = {}
        for case in self:
            day = date or case.company_id._get_dunning_today()
            items = case.line_ids.filtered("is_open").sorted(
                lambda item: (str(item.date_maturity or ""), item.id)
            )
            reasons = items._get_handing_reasons(day)
            problems = items._get_handing_problems(day)
            for item in items:
                code = reasons.get(item)
                text = problems.get(item) or (code and item._get_reason_text(code))
                found[item] = (item not in problems, not text, text or False)
        return found

    def _hand_over(self, items, agency, date=None, step="send", **values):
        """Hand items over that can still be, and say what was left out.

        :param dunning.case.line items: of this case, as they were chosen
        :param res.partner agency: with a role
        :param datetime.date date: the company's date, default today
        :param str step: send (by e-mail), keep (to download), or prepare (no more)
        :param values: see ``dunning.handover._make``
        :return: the hand-over, and what was left out or changed in words
        :rtype: tuple[dunning.handover, list[str]]
        :raise UserError: when nothing can be handed over
        """
        self.ensure_one()
        date = date or self.company_id._get_dunning_today()
        problems = items._get_handing_problems(date)
        texts = [f"{item.move_id.name}: {why}" for item, why in problems.items()]
        kept = items.filtered(lambda item: item not in problems)
        if not kept:
            raise UserError(
                "\n".join([self.env._("Nothing is left to hand over."), *texts])
            )
        handover = self.env["dunning.handover"]._make(
            self, kept, agency, date, **values
        )
        if texts:
            handover._message_log(body="\n".join(texts))
        if step != "prepare":
            texts += handover._hand_over(is_sent=step == "send", date=date)
        return handover, texts

    def _hand_over_all(self, items, agency, step="send", **values):
        """Hand items of several cases over, one hand-over for each case.

        With several cases none stops the others: what is refused is named. Many are
        only prepared, and handed over in the background.

        :param dunning.case.line items: of these cases
        :param values: see ``_hand_over``
        :return: the hand-overs, and what was left out in words
        :rtype: tuple[dunning.handover, list[str]]
        :raise UserError: when nothing at all could be handed over
        """
        if not items:
            raise UserError(self.env._("Choose the items that are handed over."))
        handovers, texts = self.env["dunning.handover"], []
        by_case = items.grouped("case_id")
        is_many = len(by_case) > HANDOVER_AT_ONCE and step != "prepare"
        first = "prepare" if is_many else step
        for case, own in by_case.items():
            try:
                with self.env.cr.savepoint():
                    made, left = case._hand_over(own, agency, step=first, **values)
            except UserError as error:
                if len(by_case) == 1:
                    raise
                texts.append(f"{case.partner_id.name}: {error}")
                continue
            handovers |= made
            texts += left
        if not handovers:
            raise UserError("\n".join(texts))
        if is_many:
            handovers._set_waiting(step)
        return handovers, texts

    # === BUSINESS METHODS === #

    def _merge_into(self, kept):
        done = super()._merge_into(kept)
        self.sudo().handover_ids.write({"case_id": kept.id})
        return done
