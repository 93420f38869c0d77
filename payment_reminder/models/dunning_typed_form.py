from datetime import date

from odoo import models

from ..exceptions import FieldProblem
from ..tools.typed_amount import parse_amount
from ..tools.upload import MAX_BYTES, MAX_FILES, UploadError, check_upload
from .dunning_portal_document import MAX_TEXT


class DunningTypedForm(models.AbstractModel):
    """Reads what people outside type into forms: what is wrong is said at its field.

    A form is a dict of texts by name, as it was posted.
    """

    _name = "dunning.typed.form"
    _description = "Form of a Page"

    def _read_day(self, form, field):
        """Return a day, as browsers send it.

        :rtype: datetime.date
        :raise FieldProblem: when it is none
        """
        try:
            return date.fromisoformat(form.get(field) or "")
        except ValueError:
            problem = self.env._("Please choose a day.")
            raise FieldProblem(field, problem) from None

    def _read_number(self, form, field):
        """Return an amount as it was typed.

        :rtype: float
        :raise FieldProblem: when it is none
        """
        try:
            return float(parse_amount((form.get(field) or "").strip()))
        except ValueError:
            problem = self.env._("Please enter an amount, such as 120.50.")
            raise FieldProblem(field, problem) from None

    def _check_positive(self, amount, currency, field="amount"):
        """Raise a FieldProblem for an amount that is nothing in its currency."""
        if currency.compare_amounts(amount, 0) <= 0:
            problem = self.env._("Please enter an amount above zero.")
            raise FieldProblem(field, problem)

    def _read_text(self, form, is_required=False):
        """Return a text without what the database does not take, cut to its length.

        :raise FieldProblem: when it is missing and required
        """
        text = (form.get("text") or "").replace("\x00", "").strip()[:MAX_TEXT]
        if is_required and not text:
            raise FieldProblem("text", self.env._("Please tell us in a few words."))
        return text

    def _read_files(self, files):
        """Return the files under harmless names, as pairs of name and content.

        :raise FieldProblem: for too many, too big, or of a kind that is not taken
        """
        if len(files) > MAX_FILES:
            problem = self.env._(
                "Please attach %(count)s files at most.", count=MAX_FILES
            )
            raise FieldProblem("file", problem)
        try:
            return [(check_upload(name, data), data) for name, data in files]
        except UploadError as error:
            raise FieldProblem("file", self._explain_upload(error)) from None

    def _explain_upload(self, error):
        """Return in words why a file is not taken."""
        name = error.values["name"]
        texts = {
            "empty": self.env._("The file %(name)s is empty.", name=name),
            "big": self.env._(
                "The file %(name)s is too big: %(size)s MB are possible.",
                name=name,
                size=MAX_BYTES // 1024**2,
            ),
        }
        return texts.get(error.code) or self.env._(
            "%(name)s: please attach PDF, pictures (PNG, JPEG) or office documents.",
            name=name,
        )
