from markupsafe import Markup, escape

from odoo import models
from odoo.tools import format_datetime
from odoo.tools.misc import format_date

from ..tools.letter_text import strip_controls


class DunningCaseFile(models.AbstractModel):
    """The sheets of a file: what they have in common, the cover, what is missing."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    # === SHEETS === #

    def _sheet(self, title, content, **values):
        """Return a sheet: pages that look like a letter's, see the printer.

        :param list content: see ``dunning.case.file.printer``
        :param values: further ones of the sheet
        :rtype: dict
        """
        return {
            "lang": self.lang,
            "number": self.env._("Case file %(number)s", number=self.number),
            "date": self.date,
            "subject": title,
            "sender": self._prepare_letter_sender(),
            "recipient_lines": [],
            "content": content,
            **values,
        }

    def _as_html(self, text):
        """Return a plain text with its line breaks, for a sheet.

        :rtype: markupsafe.Markup
        """
        lines = strip_controls(text or "").splitlines()
        return Markup("<p>%s</p>") % Markup("<br/>").join(map(escape, lines))

    def _get_zone(self):
        """Return the name of the time zone in which the file tells times."""
        return self.company_id._get_dunning_tz() or "UTC"

    def _format_time(self, moment):
        """Return date and time where the company is."""
        if not moment:
            return ""
        zone = self._get_zone()
        return format_datetime(self.env, moment, tz=zone, dt_format="medium")

    def _format_moment(self, moment):
        """Return date and time where the company is, with the name of its zone."""
        return moment and f"{self._format_time(moment)} ({self._get_zone()})" or ""

    def _get_label(self, record, name):
        """Return the label of a selection's value, in the language of the file."""
        selection = record._fields[name]._description_selection(self.env)
        return dict(selection).get(record[name]) or ""

    # === COVER === #

    def _make_cover(self, case, lines, places):
        """Return the cover with the contents.

        :param places: of all parts, see ``tools.pdf_bundle``
        :rtype: dict
        """
        title = self.env._(
            "Case file: %(customer)s", customer=self.partner_id.name or ""
        )
        rows = [
            ["\N{EM SPACE}" * 2 * place.depth + place.title, str(place.page)]
            for place in places
        ]
        content = [
            {"pairs": self._get_cover_pairs(lines)},
            {"heading": self.env._("Contents")},
            {
                "columns": [
                    (self.env._("Part"), 9, False),
                    (self.env._("Page"), 1, True),
                ],
                "rows": rows,
            },
        ]
        return self._sheet(
            title,
            content,
            is_cover=True,
            number=self.number,
            number_label=self.env._("Case file"),
            recipient_lines=self._get_reader_lines(),
            info=self._get_letter_info(),
        )

    def _get_reader_lines(self):
        """Return the address that is read through the window; the debtor's is none."""
        reader = self.reader_id
        return [reader.name, *self._get_address_lines(reader)] if reader else []

    def _get_cover_pairs(self, lines):
        debts = lines._get_debts(self.date)
        total = float(sum(debt.left for debt in debts.values()))
        date = format_date(self.env, self.date, date_format="long")
        return [
            (self.env._("Creditor"), self.company_id.name),
            (self.env._("Debtor"), self.partner_id.name),
            (self.env._("Open on %(date)s", date=date), self._format_amount(total)),
            (self.env._("Items"), str(len(lines))),
        ]

    # === WHAT IS MISSING === #

    def _make_problem_sheet(self, title, content, error):
        """Return the page that stands for a document that cannot be included.

        :param bytes content: of the document
        :param ..tools.pdf_bundle.BundleError error: why
        :rtype: dict
        """
        pairs = [(self.env._("Document"), title)]
        if content:
            pairs += [
                (self.env._("Size"), self._format_size(len(content))),
                ("SHA-256", self._get_checksum(content)),
            ]
        text = self.env._(
            "This document is not included: %s", self._get_problem_text(error)
        )
        return self._sheet(title, [text, {"pairs": pairs}])

    def _get_problem_text(self, error):
        """Return in words why a document cannot be included."""
        texts = {
            "empty": self.env._("there is nothing in it."),
            "big": self.env._("it is too large."),
            "locked": self.env._("it is protected by a password."),
            "kind": self.env._("it cannot be shown as pages."),
            "changed": self.env._(
                "it is not the file that was kept: its checksum differs."
            ),
            "failed": self.env._(
                "it was not kept and could not be made again in time."
            ),
        }
        if error.code == "long":
            return self.env._("it has %(count)s pages.", count=error.values["pages"])
        return texts.get(error.code) or self.env._("the file is damaged.")

    def _format_size(self, size):
        """Return the size of a file in kilobytes, at least one."""
        return self.env._("%(size)s KB", size=max(1, round(size / 1024)))
