from odoo import models

from ..tools.pdf_bundle import MAX_BYTES, BundleError
from ..tools.pdf_picture import picture_to_pdf

#: Files of one part together; those beyond it are named only.
MAX_TOTAL = 60 * 1024 * 1024
MAX_FILES = 200
PICTURES = ("image/jpeg", "image/png")


class DunningCaseFile(models.AbstractModel):
    """Files that people attached: shown as pages where that is possible and safe."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    def _make_attachments(self, attachments):
        """Return files as parts, each content once; a page says what is not shown.

        :param ir.attachment attachments: of one part of the file
        :rtype: list
        """
        parts, seen, total = [], set(), 0
        for attachment in attachments.sorted("id"):
            if attachment.checksum and attachment.checksum in seen:
                continue
            seen.add(attachment.checksum)
            total += attachment.file_size
            is_full = total > MAX_TOTAL or len(parts) >= MAX_FILES
            title = attachment.name or "-"
            parts.append((title, self._get_attachment_content(attachment, is_full)))
        return parts

    def _get_attachment_content(self, attachment, is_full):
        """Return a PDF, or a sheet that says why there is none."""
        title = attachment.name or "-"
        if is_full or attachment.file_size > MAX_BYTES:
            return self._make_problem_sheet(title, b"", BundleError("big"))
        content = attachment.raw or b""
        try:
            return self._to_pdf(attachment, content)
        except BundleError as error:
            return self._make_problem_sheet(title, content, error)

    def _to_pdf(self, attachment, content):
        """Return a file as PDF, which need not be a good one.

        :raise BundleError: when its kind is not shown
        """
        if not content:
            raise BundleError("empty")
        if attachment.mimetype == "application/pdf":
            return content
        if attachment.mimetype in PICTURES:
            return picture_to_pdf(content)
        raise BundleError("kind")

    def _get_attachment_list(self, attachments):
        """Return names and sizes of files, one in a line.

        :rtype: str
        """
        return "\n".join(
            f"{attachment.name} ({self._format_size(attachment.file_size)})"
            for attachment in attachments.sorted("id")
        )
