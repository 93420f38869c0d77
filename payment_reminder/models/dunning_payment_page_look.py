from werkzeug.urls import url_encode

from odoo import models

from ..tools.colour import darken, pick_text, read_colour

#: What stands for a company that has chosen no colour.
COLOUR = "#3f4a56"


class DunningPaymentPage(models.AbstractModel):
    """How the page looks and speaks: colours, logo, languages, its addresses."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === ADDRESSES === #

    def _get_page_options(self):
        """Return what the links and forms of the page carry on.

        :return: ``lang`` and ``currency`` where they are not those of the customer
        :rtype: dict
        """
        options = {}
        if self.lang != self._find_lang():
            options["lang"] = self.lang
        if self.currency_id != self.usual_currency_id:
            options["currency"] = self.currency_id.name
        return options

    def _get_step_url(self, step="", **options):
        """Return the path of the page, or of a step of it, in its language.

        :param options: further ones of the address; empty ones leave it out
        :rtype: str
        """
        found = {
            name: value
            for name, value in {**self._get_page_options(), **options}.items()
            if value
        }
        return f"{self.url}{step}" + (f"?{url_encode(found)}" if found else "")

    # === LANGUAGES === #

    def _get_page_languages(self, choice):
        """Return the installed languages, each called as its speakers call it.

        :param dict choice: the options of the choice, which stays
        :return: dicts with ``code``, ``tag`` (BCP 47), ``name``, ``url``, ``is_active``
        :rtype: list[dict]
        """
        return [
            {
                "code": code,
                "tag": get_language_tag(code),
                "name": get_language_name(name),
                "url": self._get_step_url(**choice, lang=code),
                "is_active": code == self.lang,
            }
            for code, name in self.env["res.lang"].sudo().get_installed()
        ]

    # === LOOK === #

    def _prepare_look(self):
        """Return the colours and the letterhead of the page.

        :return: ``style`` (CSS variables), ``logo`` (path, or False), ``name``
        :rtype: dict
        """
        company = self.company_id.sudo()
        colour = read_colour(company.primary_color) or COLOUR
        has_logo = not company.uses_default_logo
        return {
            "style": (
                f"--page-colour: {colour}; --page-on-colour: {pick_text(colour)};"
                f" --page-ink: {darken(colour)}"
            ),
            "logo": has_logo and f"/web/binary/company_logo?company={company.id}",
            "name": company.name,
        }


def get_language_tag(code):
    """Return the BCP 47 tag of a language: 'sr-Latn-RS' for 'sr@latin_RS'.

    :rtype: str
    """
    return code.replace("@latin", "_Latn").replace("@Cyrl", "_Cyrl").replace("_", "-")


def get_language_name(name):
    """Return what a language is called in itself: 'Deutsch' for 'German / Deutsch'.

    :rtype: str
    """
    own = name.split("/")[-1].strip()
    return own[:1].upper() + own[1:]
