import base64

from odoo import api, fields, models


class InterestRateImport(models.TransientModel):
    """Asks for a file with rates, shows what it would change, and imports it."""

    _name = "interest.rate.import"
    _description = "Import Interest Rates"

    file = fields.Binary(string="CSV File", required=True, attachment=False)
    filename = fields.Char()
    is_replacing = fields.Boolean(
        string="Replace Rates",
        help="Rates of the file replace others of the same days.",
    )
    new_count = fields.Integer(string="New Rates", compute="_compute_plan")
    same_count = fields.Integer(string="Here Already", compute="_compute_plan")
    changed_count = fields.Integer(string="Other Rates", compute="_compute_plan")
    changes = fields.Text(compute="_compute_plan")
    problems = fields.Text(compute="_compute_plan")

    @api.depends("file")
    def _compute_plan(self):
        references = self.env["interest.reference"]
        for wizard in self:
            plan = {"new": [], "changed": [], "same": 0, "problems": []}
            if wizard.file:
                plan = references._plan_import(wizard._get_content(), self.env.company)
            wizard.new_count = len(plan["new"])
            wizard.same_count = plan["same"]
            wizard.changed_count = len(plan["changed"])
            wizard.problems = "\n".join(plan["problems"])
            wizard.changes = references._list_changes(plan["changed"])

    def _get_content(self):
        return base64.b64decode(self.file)

    def action_import(self):
        """Import the file: all of it or nothing."""
        self.ensure_one()
        counts = self.env["interest.reference"]._import_csv(
            self._get_content(), self.env.company, self.is_replacing
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Rates added: %(new)s, replaced: %(changed)s, here already: "
                    "%(same)s.",
                    **counts,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
