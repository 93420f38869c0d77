from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

#: So many letters are printed from the list at once: their ids stand in the address.
MAX_PRINTED = 300


class DunningNotice(models.Model):
    """The way of a letter out of the house: to print, printed, posted.

    The letter itself is evidence and stays as it was stored; what is added is who has
    printed it first, and on which day it was posted. One whose items were all settled
    since is not printed any more.
    """

    # one concept, one file
    _inherit = "dunning.notice"  # pylint: disable=consider-merging-classes-inherited

    printed_at = fields.Datetime(
        string="Printed on", readonly=True, copy=False, help="For the first time."
    )
    printed_by_id = fields.Many2one(
        comodel_name="res.users", string="Printed by", readonly=True, copy=False
    )
    posted_on = fields.Date(string="Posted on", readonly=True, copy=False)
    letter_state = fields.Selection(
        selection=[
            ("to_print", "To print"),
            ("printed", "Printed"),
            ("posted", "Posted"),
            ("settled", "Settled before it was printed"),
        ],
        string="Letter Is",
        compute="_compute_letter_state",
        search="_search_letter_state",
    )
    settled_text = fields.Char(
        string="Settled Since",
        compute="_compute_letter_state",
        help="Which items of a letter that was not posted yet are not owed any more.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "pdf_attachment_id", "printed_at", "posted_on")
    @api.depends_context("lang")
    def _compute_letter_state(self):
        in_house = self.filtered(lambda one: one._is_letter() and not one.posted_on)
        reasons = in_house._get_reasons_now()
        for notice in self:
            settled = notice.claim_ids.filtered(lambda line: reasons.get(line.id))
            notice.letter_state = notice._is_letter() and notice._get_letter_state(
                settled
            )
            notice.settled_text = ", ".join(line.invoice_name or "" for line in settled)

    def _get_letter_state(self, settled):
        """Return how far the letter has come.

        :param dunning.notice.line settled: what is not owed any more
        """
        if self.posted_on:
            return "posted"
        if self.printed_at:
            return "printed"
        climbing = self.claim_ids.filtered("is_climbing")
        return "to_print" if climbing - settled else "settled"

    def _search_letter_state(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        letters = Domain("state", "=", "sent")
        letters &= Domain("pdf_attachment_id", "!=", False)
        new = letters & Domain("printed_at", "=", False)
        new &= Domain("posted_on", "=", False)
        owed = self._get_owed_domain() if {"to_print", "settled"} & set(value) else None
        domains = {
            "posted": letters & Domain("posted_on", "!=", False),
            "printed": letters
            & Domain("printed_at", "!=", False)
            & Domain("posted_on", "=", False),
            "to_print": new & (owed or Domain.FALSE),
            "settled": new & ~(owed or Domain.TRUE),
            False: ~letters,
        }
        domain = Domain.OR(domains[state] for state in value if state in domains)
        return domain if operator == "in" else ~domain

    def _is_letter(self):
        """Return whether the notice is a letter that is made and counts as sent."""
        self.ensure_one()
        return self.state == "sent" and bool(self.pdf_attachment_id)

    # === WHAT IS SETTLED SINCE === #

    def _get_reasons_now(self):
        """Return why items of the letters are not owed any more, as when sending.

        :return: ``{id of dunning.notice.line: reason}``
        :rtype: dict
        """
        self.env.flush_all()
        reasons = {}
        for company, notices in self.grouped("company_id").items():
            today = company._get_dunning_today()
            where = SQL("nline.notice_id IN %s", tuple(notices.ids))
            now = self._get_lines_now_sql(today, company, where)
            rows = self.env.execute_query(
                SQL("SELECT id, reason FROM (%s) now WHERE reason IS NOT NULL", now)
            )
            reasons |= dict(rows)
        return reasons

    def _get_owed_domain(self):
        """Return the domain of the new letters of which something is still owed."""
        self.env.flush_all()
        return Domain.OR(
            Domain("id", "in", self._get_owed_sql(company))
            for company in self.env.companies.sudo()
        )

    def _get_owed_sql(self, company):
        where = SQL(
            """notice.company_id = %s AND notice.state = 'sent'
               AND notice.pdf_attachment_id IS NOT NULL AND notice.printed_at IS NULL
               AND nline.is_climbing AND nline.left_out_reason IS NULL""",
            company.id,
        )
        today = company._get_dunning_today()
        return SQL(
            """(SELECT nline.notice_id FROM (%s) now
                  JOIN dunning_notice_line nline ON nline.id = now.id
                 WHERE now.reason IS NULL)""",
            self._get_lines_now_sql(today, company, where),
        )

    # === PRINTING === #

    def action_print_letters(self):
        """Print the chosen letters; those that were printed before once more."""
        letters = self._check_letters()
        if len(letters) > MAX_PRINTED:
            raise UserError(
                self.env._(
                    "Print at most %(count)s letters at once, or print them from "
                    "their run.",
                    count=MAX_PRINTED,
                )
            )
        printed, left_out = letters._print()
        ids = ",".join(str(letter.id) for letter in printed)
        return printed._get_print_action(
            f"/payment_reminder/letters.pdf?ids={ids}", left_out
        )

    def action_mark_posted(self):
        """Ask on which day the letters were posted."""
        letters = self._check_letters()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.letter.post",
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Posted"),
            "context": {"default_notice_ids": letters.ids},
        }

    def _check_letters(self):
        """Return the letters among the notices, with the right to work on them.

        :raise UserError: without any
        """
        self.check_access("read")
        self.run_id.check_access("write")
        letters = self.filtered(lambda notice: notice._is_letter())
        if not letters:
            raise UserError(
                self.env._("There is no letter among them that is ready to be printed.")
            )
        return letters

    def _print(self):
        """Record who prints the letters; leave out those that were settled since.

        :return: what is printed, and what is left out
        :rtype: tuple[dunning.notice, dunning.notice]
        :raise UserError: when nothing is left to print
        """
        printed = self._get_printable()
        left_out = self - printed
        if not printed:
            raise UserError(
                self.env._(
                    "Nothing is left to print: all of it was settled since, or rests."
                )
            )
        printed.sudo().filtered(lambda notice: not notice.printed_at).write(
            {"printed_at": fields.Datetime.now(), "printed_by_id": self.env.uid}
        )
        return printed, left_out

    def _get_printable(self):
        """Return the letters but those that were settled before they were printed."""
        return self.filtered(lambda notice: notice.letter_state != "settled")

    def _get_print_action(self, url, left_out):
        """Return the action that downloads letters and says what was left out.

        :param str url: of the file
        :param dunning.notice left_out: settled since
        """
        download = {"type": "ir.actions.act_url", "url": url, "target": "new"}
        if not left_out:
            return download
        numbers = ", ".join(left_out.mapped("number")[:10])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "Left out, because all of it was settled since or rests: "
                    "%(letters)s",
                    letters=numbers,
                ),
                "next": download,
            },
        }

    def _get_letters_pdf(self):
        """Return the stored letters in one file, empty without any.

        :rtype: bytes
        """
        letters = self.filtered("pdf_attachment_id").sorted("number")
        files = [letter.pdf_attachment_id.raw for letter in letters]
        return self.env["dunning.letter.printer"]._merge_pdf(files) if files else b""

    # === POSTING === #

    def _set_posted(self, date):
        """Record on which day the letters were posted.

        :param datetime.date date: not before the letter
        """
        for letter in self:
            if date < letter.date:
                raise UserError(
                    self.env._(
                        "%(letter)s is of %(date)s: it cannot have been posted before.",
                        letter=letter.number,
                        date=letter.date,
                    )
                )
        new = self.sudo().filtered(lambda letter: not letter.printed_at)
        new.write({"printed_at": fields.Datetime.now(), "printed_by_id": self.env.uid})
        self.sudo().write({"posted_on": date})
