import hashlib
from datetime import date as date_type

from odoo import fields, models
from odoo.exceptions import UserError


class DunningHandover(models.Model):
    """The file that goes to the agency: made once, kept with its checksum."""

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    # === ACTION METHODS === #

    def action_make_file(self):
        """Make the file of a prepared hand-over, to look at it."""
        self.check_access("write")
        for handover in self:
            handover._check_in(("prepared",))
            if not handover._make_file(handover._get_today()):
                raise UserError(handover._get_no_file_text())

    def action_download_file(self):
        """Download the file as it was handed over."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.file_pdf_id.id}?download=1",
        }

    def action_download_table(self):
        """Download the table of the items as it was handed over."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.file_table_id.id}?download=1",
        }

    # === MAKING === #

    def _get_file_maker(self):
        """Return the model that makes case files, ``None`` where there is none.

        :rtype: dunning.case.file
        """
        return self.env.get("dunning.case.file")

    def _get_no_file_text(self):
        return self.env._("Case files cannot be made here: send the papers yourself.")

    def _make_file(self, date: date_type):
        """Make the PDF and the table of a hand-over, and keep both with checksums.

        A file that was made before replaces nothing once it was handed over.

        :param datetime.date date: for days late, printed as the date of the file
        :return: whether there is a file
        :rtype: bool
        """
        self.ensure_one()
        maker = self._get_file_maker()
        if maker is None:
            return False
        case, items, reader = self.case_id, self._get_items(), self.agency_id
        pdf = maker._make_pdf(case, items, date, reader=reader, number=self.name)
        table = maker._make_table(case, items, date, reader=reader)
        old = (self.file_pdf_id | self.file_table_id).sudo()
        self.sudo().write(
            {
                "file_pdf_id": self._keep_file(pdf, "pdf", "application/pdf").id,
                "file_pdf_checksum": hashlib.sha256(pdf).hexdigest(),
                "file_table_id": self._keep_file(table, "xlsx").id,
                "file_table_checksum": hashlib.sha256(table).hexdigest(),
                "file_made_at": fields.Datetime.now(),
            }
        )
        old.unlink()
        return True

    def _keep_file(self, content, ending, mimetype=None):
        """Return the stored file; whoever may read the hand-over may read it.

        :rtype: ir.attachment
        """
        values = {
            "name": f"{self.name.replace('/', '-')}.{ending}",
            "raw": content,
            "res_model": self._name,
            "res_id": self.id,
        }
        if mimetype:
            values["mimetype"] = mimetype
        return self.env["ir.attachment"].sudo().create(values)

    def _is_file_intact(self):
        """Return whether the kept files are those whose checksums were kept.

        :rtype: bool
        """
        self.ensure_one()
        pairs = (
            (self.file_pdf_id, self.file_pdf_checksum),
            (self.file_table_id, self.file_table_checksum),
        )
        return all(
            hashlib.sha256(attachment.sudo().raw or b"").hexdigest() == checksum
            for attachment, checksum in pairs
            if checksum
        )


class IrAttachment(models.Model):
    """Files that were handed over stay as they were."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if {"raw", "datas", "res_model", "res_id", "url", "type"} & set(vals):
            self._check_handed_over()
        return super().write(vals)

    def unlink(self):
        self._check_handed_over()
        return super().unlink()

    def _check_handed_over(self):
        """Raise a UserError if a file is evidence of a hand-over."""
        own = self.filtered(lambda one: one.res_model == "dunning.handover")
        if not own:
            return
        handovers = self.env["dunning.handover"].sudo()
        if handovers.search_count(
            [
                ("state", "!=", "prepared"),
                "|",
                ("file_pdf_id", "in", own.ids),
                ("file_table_id", "in", own.ids),
            ],
            limit=1,
        ):
            raise UserError(
                self.env._("This file was handed over: it is evidence and is kept.")
            )
