from odoo import models
from odoo.fields import Domain


class DunningCaseFile(models.AbstractModel):
    """What the customer said on the payment page, and the plans that were agreed."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    # === ON THE PAYMENT PAGE === #

    def _find_replies(self, case, lines):
        return self._find_agreements("dunning.reply", case, lines)

    def _make_replies(self, case, lines):
        """Return what was said, and the files that came with it, as parts.

        :rtype: list
        """
        replies = self._find_replies(case, lines)
        if not replies:
            return []
        content = []
        for reply in replies:
            content += self._get_reply_content(reply)
        title = self.env._("What the customer told us online")
        files = self._make_attachments(replies.attachment_ids)
        return [(self.env._("Replies"), self._sheet(title, content)), *files]

    def _get_reply_content(self, reply):
        pairs = [
            (self.env._("On"), self._format_moment(reply.date)),
            (self.env._("By"), (reply.author_id or reply.contact_id).name or ""),
            (self.env._("Files"), self._get_attachment_list(reply.attachment_ids)),
            (self.env._("Withdrawn on"), self._format_moment(reply.withdrawn_on)),
        ]
        content = [{"heading": self._get_label(reply, "kind")}]
        content += [reply._get_note(), {"pairs": pairs}]
        return content + ([self._as_html(reply.text)] if reply.text else [])

    # === INSTALMENT PLANS === #

    def _find_plans(self, lines):
        """Return the plans that the customer was offered about the items.

        :rtype: installment.plan
        """
        return self.env["installment.plan"].search(
            Domain("item_ids.move_line_id", "in", lines.ids)
            & (
                Domain("proposed_on", "!=", False) | Domain("activated_on", "!=", False)
            ),
            order="date, id",
        )

    def _make_plans(self, case, lines):
        """Return of each plan what became of it, the agreement and its signed copy.

        :rtype: list
        """
        parts = []
        for plan in self._find_plans(lines):
            parts.append((plan.display_name, self._make_plan_sheet(plan)))
            title = self.env._("Agreement %(plan)s", plan=plan.display_name)
            parts.append((title, plan._render_pdf()))
            parts += self._make_attachments(plan.agreement_ids)
        return parts

    def _make_plan_sheet(self, plan):
        pairs = [
            (self.env._("State"), self._get_label(plan, "state")),
            (self.env._("Proposed on"), self._format_moment(plan.proposed_on)),
            (self.env._("In force since"), self._format_date(plan.activated_on)),
            (self.env._("Accepted by"), plan.signed_by or ""),
            (self.env._("Accepted on"), self._format_moment(plan.signed_on)),
            (self.env._("Ended on"), self._format_date(plan.closed_on)),
            (self.env._("Reason"), plan.close_reason or ""),
            (
                self.env._("Invoices"),
                ", ".join(filter(None, plan.item_ids.mapped("name"))),
            ),
            (
                self.env._("Signed agreement"),
                self._get_attachment_list(plan.agreement_ids),
            ),
        ]
        rows = [
            [
                self._format_date(line.date),
                self._format_amount(line.amount),
                self._format_amount(line.amount_paid),
                self._format_amount(line.amount_open),
            ]
            for line in plan.line_ids.sorted("date")
        ]
        columns = [
            (self.env._("Due"), 2, False),
            (self.env._("Instalment"), 2, True),
            (self.env._("Paid"), 2, True),
            (self.env._("Open"), 2, True),
        ]
        title = self.env._("Instalment plan %(plan)s", plan=plan.display_name)
        return self._sheet(
            title, [{"pairs": pairs}, {"columns": columns, "rows": rows}]
        )
