from odoo import api, fields, models
from odoo.exceptions import UserError
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
    dunning_write_off_case_id = fields.Many2one(
        comodel_name="dunning.case",
        string="Written off in",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    dunning_write_off_handover_id = fields.Many2one(
        comodel_name="dunning.handover",
        string="Hand-over",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The hand-over whose rest is written off.",
    )

    # === WRITE-OFF === #

    def _post(self, soft=True):
        """Match what a posted write-off settles."""
        self._check_dunning_write_off()
        posted = super()._post(soft)
        posted.filtered("dunning_is_write_off")._match_dunning_write_off()
        return posted

    def _check_dunning_write_off(self):
        """Raise a UserError if more would be written off than is open by now."""
        for credit in self.sudo().line_ids.filtered("dunning_written_off_line_id"):
            line = credit.dunning_written_off_line_id
            left = line.amount_residual_currency + credit.amount_currency
            if line.currency_id.compare_amounts(left, 0) < 0:
                raise UserError(
                    self.env._(
                        "%(invoice)s is open for %(open)s by now, less than what is "
                        "written off: delete the entry and prepare it again.",
                        invoice=line.move_id.name,
                        open=line.currency_id._format_dunning(
                            line.amount_residual_currency
                        ),
                    )
                )

    def _match_dunning_write_off(self):
        """Match each credit with its receivable: that is what the entry is for."""
        for credit in self.line_ids.filtered("dunning_written_off_line_id"):
            line = credit.dunning_written_off_line_id
            if not (credit.reconciled or line.reconciled):
                (credit | line).reconcile()
        for move in self:
            case = move.sudo().dunning_write_off_case_id
            case._message_log(
                body=self.env._("Write-off %(entry)s posted", entry=move.name)
            )
            case._refresh_next_step()

    def button_draft(self):
        """A write-off that is a draft again settles nothing; Odoo keeps matchings."""
        self.filtered("dunning_is_write_off").line_ids.remove_move_reconcile()
        return super().button_draft()

    def button_cancel(self):
        cases = self.sudo().dunning_write_off_case_id
        done = super().button_cancel()
        cases._refresh_next_step()
        return done

    def unlink(self):
        cases = self.sudo().filtered("dunning_is_write_off").dunning_write_off_case_id
        done = super().unlink()
        for case in cases:
            case._message_log(body=self.env._("Prepared write-off deleted"))
        cases._refresh_next_step()
        return done

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
    """The credit that writes a receivable off, the commission on an agency's bill."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    dunning_written_off_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Writes off",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
    )
    dunning_write_off_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="dunning_written_off_line_id",
        string="Written off by",
    )
    dunning_handover_id = fields.Many2one(
        comodel_name="dunning.handover",
        string="Commission on",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
        copy=True,  # a credit note of the bill takes its commission back
    )
