from odoo import api, fields, models
from odoo.tools import SQL


class AccountMove(models.Model):
    """Entries about handed-over items: write-offs of ours, bills of the agency."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_is_write_off = fields.Boolean(
        string="Write-off of a Reminder Case",
        readonly=True,
        copy=False,
        help="Prepared from a case; posting it settles the items.",
    )

    @api.model
    def _get_dunning_written_off_sql(self, company):
        """Return the subquery of the receivables of which a write-off is prepared.

        :rtype: SQL
        """
        return SQL(
            """SELECT credit.dunning_written_off_line_id
                 FROM account_move_line credit
                WHERE credit.company_id = %(company)s
                  AND credit.dunning_written_off_line_id IS NOT NULL
                  AND credit.parent_state = 'draft'""",
            company=company.id,
        )


class AccountMoveLine(models.Model):
    """The credit that writes a receivable off."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    dunning_written_off_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Writes off",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
    )
