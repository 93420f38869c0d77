import hashlib
import re
import secrets
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import HANDOVER_AWAY_STATES
from ..exceptions import FieldProblem

#: What the agency chooses from; giving the file back is a form of its own.
NOT_CHOSEN = ("returned",)
#: The next report is not promised for later.
MAX_NEXT_DAYS = 366
#: The one-time number of a form.
_NONCE = re.compile(r"[\w-]{20,64}", re.ASCII)


class DunningHandover(models.Model):
    """The agency's page of a hand-over: what it sees there, and what it reports.

    The page is for users of the agency, in the companies that they may enter. While the
    agency has the items they read the hand-over by a record rule; of one that has ended
    the page tells little, of one that was recalled only that it was.
    """

    _name = "dunning.handover"
    _inherit = ["dunning.handover", "dunning.typed.form"]

    # the agency reads its hand-overs, but this is between us
    early_reason = fields.Char(groups="payment_reminder.group_dunning_readonly")

    # === ACCESS === #

    @api.model
    def _get_portal_domain(self, user):
        """Return the domain of what a user of an agency finds in the list.

        :param res.users user: whoever is logged in
        :rtype: Domain
        """
        agency = user.partner_id.commercial_partner_id
        return (
            Domain("agency_id.commercial_partner_id", "=", agency.id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("state", "!=", "prepared")
        )

    def _is_with_agency(self):
        """Return whether the agency has the items now: it may see them and report.

        :rtype: bool
        """
        self.ensure_one()
        return self.state in HANDOVER_AWAY_STATES and not self.is_recalled

    # === CONTENT === #

    def _prepare_portal_values(self):
        """Return what the page shows, in the agency's language.

        :return: ``title``, ``ended`` (a sentence, or False), ``sums`` (pairs of label
            and text); while the agency has it also ``debtor`` (texts), ``items``
            (dicts of texts), ``terms``, ``message``, ``files`` (pairs of ending and
            name), ``due`` (text) and ``is_late``, ``reports`` (dicts)
        :rtype: dict
        """
        self.ensure_one()
        if self.is_recalled:
            return {"title": self.name, "ended": self._get_ended_text(), "sums": []}
        title = self.env._(
            "%(number)s: %(customer)s", number=self.name, customer=self.partner_id.name
        )
        values = {"title": title, "ended": False, "sums": self._get_portal_sums()}
        if not self._is_with_agency():
            return {**values, "ended": self._get_ended_text()}
        return {
            **values,
            "debtor": self._get_customer_lines(),
            "items": [self._prepare_portal_item(line) for line in self.line_ids],
            "terms": self._get_commission_text(),
            "message": self.message or "",
            "files": self._get_portal_files(),
            "due": self._format_date(self.report_due_on),
            "is_late": self.is_report_late,
            "reports": [self._prepare_portal_report(one) for one in self.report_ids],
        }

    def _get_ended_text(self):
        """Return how it has ended, in a sentence for the agency."""
        values = {"date": self._format_date(self.closed_on)}
        if self.is_recalled:
            return self.env._(
                "We have recalled this hand-over on %(date)s. Please do nothing more "
                "about it.",
                **values,
            )
        texts = {
            "collected": self.env._("Everything was paid by %(date)s.", **values),
            "partly": self.env._(
                "It has ended on %(date)s: a part was paid.", **values
            ),
            "returned": self.env._("It was returned to us on %(date)s.", **values),
            "written_off": self.env._("It has ended on %(date)s.", **values),
        }
        is_late = self.state == "collected" and self._has_come_back()
        return texts.get(self.state_before if is_late else self.state, "")

    def _get_portal_sums(self):
        pairs = [(self.env._("Handed over"), self.amount_handed)]
        if not self.currency_id.is_zero(self.amount_claims):
            pairs.append((self._get_claims_label(), self.amount_claims))
        pairs += [
            (self.env._("Received by us"), self.amount_collected),
            (self.env._("Open now"), self.amount_open),
        ]
        return [(label, self._format_amount(amount)) for label, amount in pairs]

    def _prepare_portal_item(self, line):
        is_open = line.move_line_id.sudo().parent_state == "posted"
        return {
            "name": line.name or "",
            "due": self._format_date(line.date_maturity),
            "handed": self._format_amount(line.amount_handed),
            "open": self._format_amount(line.amount_residual if is_open else 0.0),
        }

    def _prepare_portal_report(self, report):
        labels = dict(report._fields["status"]._description_selection(self.env))
        is_zero = self.currency_id.is_zero(report.amount)
        return {
            "date": self._format_date(report.date),
            "status": labels.get(report.status, ""),
            "author": report.author_id.name if report._is_by_agency() else "",
            "text": report.text or "",
            "amount": "" if is_zero else self._format_amount(report.amount),
            "received": self._format_date(report.received_on),
            "files": ", ".join(report.attachment_ids.mapped("name")),
        }

    def _get_portal_files(self):
        """Return the files that can be downloaded: endings with names."""
        files = {"pdf": self.file_pdf_id, "xlsx": self.file_table_id}
        return [(ending, one.name) for ending, one in files.items() if one]

    def _get_portal_file(self, ending):
        """Return a file as it was handed over, empty if there is none.

        :param str ending: pdf or xlsx
        :rtype: ir.attachment
        :raise UserError: when it is not the one whose checksum was kept
        """
        self.ensure_one()
        files = {"pdf": self.file_pdf_id, "xlsx": self.file_table_id}
        found = files.get(ending, self.env["ir.attachment"]).sudo()
        if found and not self._is_file_intact():
            raise UserError(
                self.env._("The file is not there at this moment: please write to us.")
            )
        return found

    def _prepare_portal_form(self, kind=None, typed=None, problem=None):
        """Return what the forms of the page show.

        :param str kind: of the form that was posted and comes back
        :param dict typed: what was typed into it; nothing of it is lost
        :param UserError problem: what is wrong with it
        :rtype: dict
        """
        today = self._get_today()
        statuses = self.env["dunning.handover.report"]._fields["status"]
        return {
            "kind": kind,
            "typed": typed or {},
            "problem": str(problem) if problem else False,
            "field": getattr(problem, "field", False),
            "nonce": (typed or {}).get("nonce") or secrets.token_urlsafe(18),
            "statuses": [
                pair
                for pair in statuses._description_selection(self.env)
                if pair[0] not in NOT_CHOSEN
            ],
            "today": today,
            "first": self.handed_over_on,
            "tomorrow": today + timedelta(days=1),
            "last": today + timedelta(days=MAX_NEXT_DAYS),
        }

    # === REPORTING === #

    def _report_by_agency(self, kind, form, files, author):
        """Do what the agency has posted; the same form twice makes one report.

        :param str kind: report, payment or return
        :param dict form: texts by name, as posted
        :param list files: pairs of name and content
        :param res.partner author: of the agency
        :rtype: dunning.handover.report
        :raise UserError: in the agency's language, ``FieldProblem`` at a field
        """
        self.ensure_one()
        key = self._get_form_key(kind, form)
        known = self.report_ids.filtered(lambda report: report.key == key)
        if known:
            return known
        if not self._is_with_agency():
            raise UserError(
                self.env._("This is not possible any more: please look at the page.")
            )
        values = getattr(self, f"_read_{kind}")(form)
        kept = self._read_files(files)
        received_on = values.pop("received_on", False)
        report = self._for_office()._report(**values, author=author)
        report.sudo().write({"key": key, "received_on": received_on})
        if kept:
            report.sudo()._keep_files(kept)
            self._for_office()._log_files(report)
        self.env.flush_all()
        if kind == "payment":
            self._for_office()._tell_received(report)
        return report

    def _for_office(self):
        """Return the hand-over as the office reads it: nobody's rights, its language.

        :rtype: dunning.handover
        """
        person = self.case_id.sudo()._get_person(self.user_id)
        return (
            self.with_user(SUPERUSER_ID)
            .with_company(self.company_id)
            .with_context(lang=person.lang or self.env.lang)
        )

    def _log_files(self, report):
        """Show in the history what the agency has attached."""
        self._message_log(
            body=self.env._("Files of the agency's report"),
            author_id=report.author_id.id,
            attachment_ids=report.attachment_ids.ids,
        )

    def _tell_received(self, report):
        """Put on somebody's desk what the agency has received: it is not booked."""
        self.ensure_one()
        self._ask_person(
            self.env._(
                "The agency has received %(amount)s (%(date)s)",
                amount=self.currency_id._format_dunning(report.amount),
                date=report.received_on,
            ),
            self.env._(
                "It counts as collected when it has reached our books. %(text)s",
                text=report.text or "",
            ),
        )

    def _get_form_key(self, kind, form):
        """Return what two clicks on the same form have in common.

        :raise UserError: when the form does not come from the page
        """
        if not _NONCE.fullmatch(form.get("nonce") or ""):
            raise UserError(self.env._("Please open the page again and send it anew."))
        said = repr((kind, sorted(form.items())))
        return hashlib.sha256(said.encode()).hexdigest()

    # === READING === #

    def _read_report(self, form):
        statuses = self.env["dunning.handover.report"]._fields["status"]
        status = form.get("status")
        if status in NOT_CHOSEN or status not in statuses.get_values(self.env):
            raise FieldProblem("status", self.env._("Please choose how it stands."))
        return {
            "status": status,
            "text": self._read_text(form),
            "next_date": self._read_next_date(form),
        }

    def _read_next_date(self, form):
        """Return when the agency reports next, nothing if it does not say."""
        if not (form.get("next_date") or "").strip():
            return None
        day, today = self._read_day(form, "next_date"), self._get_today()
        if not today < day <= today + timedelta(days=MAX_NEXT_DAYS):
            problem = self.env._("Please choose a day to come, within a year.")
            raise FieldProblem("next_date", problem)
        return day

    def _read_payment(self, form):
        amount = self.currency_id.round(self._read_number(form, "amount"))
        self._check_positive(amount, self.currency_id)
        total = self.amount_reported + amount
        limit = self._get_receivable_amount(total, self._get_today())
        left = limit - self.amount_reported
        if self.currency_id.compare_amounts(amount, left) > 0:
            problem = self.env._(
                "This is more than what you have not reported yet: %(amount)s.",
                amount=self._format_amount(max(left, 0.0)),
            )
            raise FieldProblem("amount", problem)
        day = self._read_day(form, "received_on")
        if not self.handed_over_on <= day <= self._get_today():
            problem = self.env._(
                "Please enter the day on which you received it, by today."
            )
            raise FieldProblem("received_on", problem)
        return {
            "status": "paying",
            "amount": amount,
            "received_on": day,
            "text": self._read_text(form),
        }

    def _read_return(self, form):
        return {"status": "returned", "text": self._read_text(form, is_required=True)}
