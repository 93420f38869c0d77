from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..const import HANDOVER_AWAY_STATES


class AccountMoveLine(models.Model):
    """The receivable that is with an agency."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    dunning_handover_line_ids = fields.One2many(
        comodel_name="dunning.handover.line",
        inverse_name="move_line_id",
        string="Hand-overs",
        groups="payment_reminder.group_dunning_readonly",
    )

    def _get_dunning_handover(self):
        """Return the hand-over by which the agency has the receivable now.

        :rtype: dunning.handover
        """
        return self.sudo().dunning_handover_line_ids.handover_id.filtered(
            lambda handover: handover.state in HANDOVER_AWAY_STATES
        )[:1]


class AccountMove(models.Model):
    """The invoice that is with an agency: it is paid there, not to us."""

    # one concept, one file
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _get_dunning_handovers(self):
        """Return the hand-overs by which agencies have something of the invoices.

        :rtype: dunning.handover
        """
        handovers = self.env["dunning.handover"].sudo()
        for line in self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ):
            handovers |= line._get_dunning_handover()
        return handovers

    def _is_dunning_paid_elsewhere(self):
        """Return whether an agency has the invoice and we do not take payments for it.

        :rtype: bool
        """
        self.ensure_one()
        company = self.company_id.sudo()
        return not company.dunning_handover_is_payable and bool(
            self._get_dunning_handovers()
        )

    def _has_to_be_paid(self):
        """Let Odoo's portal not ask for what is with an agency."""
        return super()._has_to_be_paid() and not self._is_dunning_paid_elsewhere()

    def _get_online_payment_error(self):
        if self._is_dunning_paid_elsewhere():
            return self.env._(
                "%(agency)s collects this invoice: please pay there.",
                agency=self._get_dunning_handovers()[0].agency_id.name,
            )
        return super()._get_online_payment_error()

    def _prepare_dunning_invoice_qr(self):
        if self._is_dunning_paid_elsewhere():
            return False
        return super()._prepare_dunning_invoice_qr()


class DunningCaseLine(models.Model):
    """Says on screens that an item is with an agency."""

    # one concept, one file
    _inherit = "dunning.case.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_agreements(self):
        texts = super()._get_agreements()
        handover = self.sudo().move_line_id._get_dunning_handover()
        if handover:
            texts.append(self.env._("with %(agency)s", agency=handover.agency_id.name))
        return texts


class DunningCase(models.Model):
    """What is with an agency is not promised to us."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def _get_claimable_lines(self):
        items = super()._get_claimable_lines()
        own = items.filtered(
            lambda item: not item.sudo().move_line_id._get_dunning_handover()
        )
        return own or items


class InstallmentPlanItem(models.Model):
    """What is with an agency is not paid by a plan with us."""

    # one concept, one file
    _inherit = "installment.plan.item"  # pylint: disable=consider-merging-classes-inherited

    def _get_agreement_problem(self, line, name, others):
        living = self.env["dunning.handover"]._get_living(line)
        if living:
            return self.env._(
                "%(invoice)s is handed over to %(agency)s: recall it first.",
                invoice=name,
                agency=living[0].agency_id.name,
            )
        return super()._get_agreement_problem(line, name, others)


class DunningDispute(models.Model):
    """An objection to what the agency collects is put on somebody's desk."""

    # one concept, one file
    _inherit = "dunning.dispute"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        for dispute in disputes:
            receivables = dispute.sudo().line_ids.move_line_id
            for handover in receivables.env["dunning.handover"]._get_living(
                receivables
            ):
                handover._ask_person(
                    self.env._("The customer objects: tell the agency, or recall it"),
                    dispute.text,
                )
        return disputes


class DunningExplainer(models.AbstractModel):
    """Says who has an item, and since when."""

    # one concept, one file
    _inherit = "dunning.explainer"  # pylint: disable=consider-merging-classes-inherited

    def _say_handed_over(self, row):
        lines = self._item(row).move_line_id
        handover = self.env["dunning.handover"]._get_living(lines)[:1]
        if not handover:
            return self._say_label(row)
        if handover.waiting_step:
            return self.env._(
                "a hand-over to %(agency)s is prepared (%(number)s) and handed over in "
                "the background.",
                agency=handover.agency_id.name,
                number=handover.name,
            )
        if handover.state == "prepared":
            return self.env._(
                "a hand-over to %(agency)s is prepared (%(number)s); it rests until "
                "that is sent or discarded.",
                agency=handover.agency_id.name,
                number=handover.name,
            )
        return self.env._(
            "with %(agency)s since %(date)s (%(number)s), which reports by "
            "%(report)s; it rests until it is paid, returned or recalled.",
            agency=handover.agency_id.name,
            date=format_date(self.env, handover.handed_over_on, date_format="medium"),
            number=handover.name,
            report=self._date(handover.report_due_on),
        )

    def _say_write_off(self, row):
        return self.env._(
            "a write-off is prepared; it rests until the accountant posts or deletes "
            "the entry."
        )
