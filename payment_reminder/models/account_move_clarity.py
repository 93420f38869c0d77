from odoo import api, fields, models


class AccountMove(models.Model):
    """Whether the invoice is clear enough to be demanded."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_clarity = fields.Json(
        compute="_compute_dunning_clarity",
        compute_sudo=True,
        groups="payment_reminder.group_dunning_readonly",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("lang")
    def _compute_dunning_clarity(self):
        findings = self._get_clarity_findings()
        for move in self:
            move.dunning_clarity = move._prepare_clarity_panel(findings[move])

    def _prepare_clarity_panel(self, findings):
        """Return what the panel of the invoice shows, ``False`` if all is well.

        :param list findings: of the invoice, see ``_get_clarity_findings``
        :return: ``title``, ``is_stopped``, ``findings``
        :rtype: dict | bool
        """
        if not findings:
            return False
        stopped = any(finding["severity"] == "stop" for finding in findings)
        if stopped:
            title = self.env._("Clarity: no notice can be sent")
        else:
            title = self.env._("Clarity")
        return {"title": title, "is_stopped": stopped, "findings": findings}

    # === ACTION METHODS === #

    def action_dunning_check_clarity(self):
        """Show what is unclear in the invoices, in a list grouped by kind.

        :return: an action; its list says 'All clear' when nothing is found
        :rtype: dict
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminder.dunning_clarity_finding_action"
        )
        action["domain"] = [("move_id", "in", self.ids)]
        if len(self) == 1:
            action["display_name"] = self.env._(
                "Clarity of %(invoice)s", invoice=self.display_name
            )
        return action

    # === BUSINESS METHODS === #

    def _get_clarity_findings(self):
        """Return what is unclear in the invoices, the worst first.

        Invoices that were never saved, are paid or are not customer invoices have no
        findings. The number of queries does not depend on the number of invoices.

        :return: ``{invoice: [finding]}``, a finding as in
            ``dunning.clarity.finding._prepare_panel_values``
        :rtype: dict[account.move, list[dict]]
        """
        origins = self._origin
        if not origins:
            return {move: [] for move in self}
        self.env.flush_all()
        companies = origins.company_id.ids
        model = self.env["dunning.clarity.finding"].sudo()
        rows = model.with_context(allowed_company_ids=companies).search(
            [("move_id", "in", origins.ids)]
        )
        by_move = rows.grouped(lambda row: row.move_id.id)
        return {
            move: [row._prepare_panel_values() for row in by_move.get(origin, [])]
            for move, origin in ((move, move._origin.id) for move in self)
        }
