import hashlib

from odoo import SUPERUSER_ID, api, fields, models

from ..tools import letter_engine, pdf_bundle
from ..tools.pdf_bundle import BundleError, Entry


class DunningCaseFile(models.AbstractModel):
    """The file of a case for an agency, a lawyer or a court: one PDF with contents.

    It is never stored: it is made in memory of what the case has, and changes nothing.
    Whoever calls has checked that the user may see the case; the file is made with the
    rights of the system, so that nothing is silently missing.

    A part is a pair of a title and a content: the bytes of a PDF, a sheet (``_sheet``),
    or a list of parts. Another addon adds a part by extending ``_get_parts``.
    """

    _name = "dunning.case.file"
    _inherit = ["dunning.document", "dunning.unstored"]
    _description = "Case File"

    case_id = fields.Many2one(comodel_name="dunning.case")
    company_id = fields.Many2one(comodel_name="res.company")
    partner_id = fields.Many2one(comodel_name="res.partner")
    contact_id = fields.Many2one(comodel_name="res.partner")
    currency_id = fields.Many2one(comodel_name="res.currency")
    user_id = fields.Many2one(comodel_name="res.users")
    reader_id = fields.Many2one(
        comodel_name="res.partner", help="The agency, lawyer or court it is made for."
    )
    lang = fields.Char()
    date = fields.Date()
    number = fields.Char()

    # === ENTRANCES === #

    @api.model
    def _make_pdf(self, case, lines, date, reader=None, number=None):
        """Return the file of a case as one PDF: cover, contents, parts, stamps.

        :param dunning.case case: one
        :param lines: what is claimed: account.move.line or dunning.case.line of the
            case; nothing stands for all that is open
        :param datetime.date date: for days late, and printed as its date
        :param res.partner reader: whom it is made for; its language, else the company's
        :param str number: of the file, default made of case and date
        :rtype: bytes
        :raise LetterEngineError: when no program for PDF works
        """
        file = self._open(case, date, reader, number)
        case, lines = file.case_id, file._find_lines(case, lines)
        return file._bind(case, lines, file._get_parts(case, lines, date))

    @api.model
    def _get_checksum(self, content):
        """Return the SHA-256 of a file, in hexadecimal digits.

        :rtype: str
        """
        return hashlib.sha256(content).hexdigest()

    @api.model
    def _get_file_name(self, case, date, number=None):
        """Return the name of the file, without its ending.

        :rtype: str
        """
        number = number or self._get_default_number(case, date)
        name = self.env._("Case file %(number)s", number=number)
        return name.replace("/", "-")

    # === MAKING === #

    def _open(self, case, date, reader=None, number=None):
        """Return a file in memory: in its language, with the rights of the system.

        :rtype: dunning.case.file
        """
        case.ensure_one()
        company = case.sudo().company_id
        office = self.with_user(SUPERUSER_ID).with_company(company)
        office = office.with_context(allowed_company_ids=company.ids)
        case = case.with_env(office.env)
        file = office.new(
            {
                "case_id": case.id,
                "company_id": company.id,
                "partner_id": case.partner_id.id,
                "contact_id": case.partner_id.id,
                "currency_id": case.currency_id.id,
                "user_id": case._get_signatory().id,
                "reader_id": reader and reader.id,
                "date": date,
                "number": number or self._get_default_number(case, date),
            }
        )
        file.lang = file._find_lang()
        return file._localized()

    def _get_default_number(self, case, date):
        """Return the number of a file that was made without a hand-over."""
        return f"C{case.id:05d}-{date:%Y%m%d}"

    def _find_lang(self):
        """Return the language of the file: the reader's, else the company's.

        :rtype: str
        """
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        candidates = (self.reader_id.lang, self.company_id.partner_id.lang)
        return next((lang for lang in candidates if lang in installed), "en_US")

    def _find_lines(self, case, lines):
        """Return the receivables that the file is about, the first due one first.

        :param dunning.case case: as it was given
        :param lines: see ``_make_pdf``
        :rtype: account.move.line
        """
        if not lines:
            items = case.sudo().open_line_ids or case.sudo().line_ids
            lines = items.move_line_id
        elif lines._name == "dunning.case.line":
            lines = lines.sudo().move_line_id
        lines = lines.with_env(self.env)
        return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))

    # === PARTS === #

    def _get_parts(self, case, lines, date):
        """Return the parts of the file in their order; empty ones are left out.

        The hook: to add a part, an addon inserts a pair of title and content (see the
        class). It is called on the file, which knows ``lang``, ``reader_id`` and more.

        :param dunning.case case: in the language and with the rights of the file
        :param account.move.line lines: the receivables that are claimed
        :param datetime.date date: of the file
        :rtype: list[tuple[str, bytes | dict | list]]
        """
        parts = [
            (self.env._("Parties and claim"), self._make_parties(case, lines, date)),
            (self.env._("Statement of account"), self._make_statement(case, date)),
            (
                self.env._("Computation of the claim"),
                self._make_claims(case, lines, date),
            ),
            (self.env._("Invoices"), self._make_invoices(lines)),
            (
                self.env._("Reminders as they were sent"),
                self._make_notices(case, lines),
            ),
            (self.env._("Proof of delivery"), self._make_deliveries(case, lines)),
            (self.env._("Phone calls"), self._make_calls(case)),
            (
                self.env._("Promises, pauses and objections"),
                self._make_agreements(case, lines),
            ),
            (
                self.env._("What the customer told us online"),
                self._make_replies(case, lines),
            ),
            (self.env._("Instalment plans"), self._make_plans(case, lines)),
            (self.env._("Correspondence"), self._make_correspondence(case, lines)),
        ]
        return [part for part in parts if part[1]]

    def _get_cases(self, case):
        """Return the case with those that were merged into it.

        :rtype: dunning.case
        """
        cases = found = case
        while found:
            found = case.search([("merged_into_id", "in", found.ids)]) - cases
            cases |= found
        return cases

    def _make_statement(self, case, date):
        """Return the customer's statement of account, in the language of the file."""
        maker = self.env["dunning.statement"].with_context(
            dunning_document_lang=self.lang
        )
        statements = maker._make(
            self.company_id, self.partner_id, self.currency_id, date
        )
        return maker._render_pdf(statements)

    def _make_claims(self, case, lines, date):
        """Return the computation of interest and costs, where that is installed."""
        if "dunning.claim.statement" not in self.env:
            return b""
        statements = self.env["dunning.claim.statement"].with_context(
            dunning_document_lang=self.lang
        )
        with self._kept():
            return statements._render_pdf(case, lines, date)

    # === BINDING === #

    def _bind(self, case, lines, parts):
        """Return one PDF of all parts, with cover, contents, bookmarks and stamps.

        :param list parts: see ``_get_parts``
        :rtype: bytes
        """
        sheets = self._collect_sheets(parts)
        printer = self.env["dunning.case.file.printer"]
        pdfs = dict(zip(map(id, sheets), printer._render_pdf(sheets), strict=True))
        entries = tuple(self._make_entry(*part, pdfs) for part in parts)
        cover = self._make_cover(case, lines, pdf_bundle.iterate_places(entries))
        count = printer._count_pages(cover)
        places = pdf_bundle.iterate_places(entries, count + 1)
        cover = self._make_cover(case, lines, places)
        [content] = printer._render_pdf([cover])
        title = self.env._("Contents")
        return pdf_bundle.join(
            [Entry(title, content, letter_engine.count_pages(content)), *entries],
            self._get_stamp,
            {
                "/Title": self.env._("Case file %(number)s", number=self.number),
                "/Author": self.company_id.name or "",
            },
        )

    def _collect_sheets(self, parts):
        """Return all sheets, wherever they stand: they are printed at once."""
        sheets = []
        for _title, content in parts:
            if isinstance(content, dict):
                sheets.append(content)
            elif isinstance(content, list):
                sheets += self._collect_sheets(content)
        return sheets

    def _make_entry(self, title, content, pdfs):
        """Return a part as an entry of the bundle.

        :param dict pdfs: the printed sheets, by the id of the sheet
        """
        if isinstance(content, list):
            children = tuple(self._make_entry(*part, pdfs) for part in content)
            return Entry(title, children=children)
        if isinstance(content, dict):
            content = pdfs[id(content)]
        try:
            cleaned, pages = pdf_bundle.clean_pdf(content)
        except BundleError as error:
            sheet = self._make_problem_sheet(title, content, error)
            [cleaned] = self.env["dunning.case.file.printer"]._render_pdf([sheet])
            pages = letter_engine.count_pages(cleaned)
        return Entry(title, cleaned, pages)

    def _get_stamp(self, page, count):
        """Return what is printed on top of each page.

        :rtype: str
        """
        return self.env._(
            "Case file %(number)s, page %(page)s of %(count)s",
            number=self.number,
            page=page,
            count=count,
        )
