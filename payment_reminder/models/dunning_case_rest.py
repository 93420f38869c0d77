from odoo import api, fields, models
from odoo.tools.misc import format_date


class DunningCase(models.Model):
    """What rests in the case until somebody decides, and since when."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    rest_ids = fields.One2many(
        comodel_name="dunning.rest", inverse_name="case_id", string="What Rests"
    )
    has_rests = fields.Boolean(compute="_compute_has_rests")

    @api.depends("rest_ids")
    def _compute_has_rests(self):
        for case in self:
            case.has_rests = bool(case.rest_ids)

    @api.depends_context("lang")
    def _compute_next_step_text(self):
        result = super()._compute_next_step_text()
        if not self.rest_ids:  # read for all cases at once
            return result
        for case in self.filtered(lambda one: one.next_step in ("payment", "stale")):
            since = case._get_rest_since()
            if since:
                text = self.env._("since %(date)s", date=format_date(self.env, since))
                case.next_step_text = f"{case.next_step_text} · {text}"
        return result

    def _get_rest_since(self):
        """Return since when that rests which the next step is about, or ``False``.

        :rtype: datetime.date | bool
        """
        rests = self.rest_ids
        if self.next_step == "payment":
            rests = rests.filtered(lambda rest: rest.kind == "payment")
        return rests.sorted("since")[:1].since
