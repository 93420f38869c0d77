import hashlib
import re
import secrets
from datetime import timedelta

from werkzeug.urls import url_encode

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .dunning_reply import KINDS

#: What was said in so many days is seen on the page.
SHOWN_DAYS = 90
#: So many items and replies at most are listed, however many there are.
MAX_ITEMS, MAX_REPLIES = 100, 20
#: What is arranged about items, instead of paying them when they are due.
ARRANGEMENTS = ("promise", "installments")
#: The one-time number of a form.
_NONCE = re.compile(r"[\w-]{20,64}", re.ASCII)


class DunningPaymentPage(models.AbstractModel):
    """What the customer can say on the page, and what was said before.

    Another kind: add it to ``dunning.reply`` with its texts and ``_follow_<kind>``, and
    a method ``_read_<kind>`` here that turns the form into values.
    """

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === SAYING === #

    def _say(self, kind, form, files=(), author=None):
        """Record what the customer says, do what follows, and acknowledge it.

        The same form posted twice makes one reply. Nothing but what the form of the
        kind asks for is read from it.

        :param str kind: of ``dunning.reply``
        :param dict form: texts by name, as posted; ``item`` is a list of texts
        :param files: pairs of the name that was sent and the content
        :param res.partner author: who is logged in, default the contact
        :rtype: dunning.reply
        :raise FieldProblem: when a field cannot be taken, in words
        :raise UserError: when it is not possible at all, in words
        :raise UniqueViolation: when the same form is being posted at this moment
        """
        self.ensure_one()
        key = self._get_key(kind, form)
        replies = self.env["dunning.reply"]
        known = replies.search(
            [("case_id", "in", self._get_cases().ids), ("key", "=", key)], limit=1
        )
        if known:
            return known
        values = {"case_id": self._get_own_case().id, "kind": kind, "key": key}
        values |= getattr(self, f"_read_{kind}")(form)
        kept = self._read_files(files)
        reply = replies.create(values | self._prepare_reply_values(values, author))
        reply._follow(kept)
        reply._acknowledge()
        return reply

    def _prepare_reply_values(self, values, author):
        """Return who has said it and who answers."""
        case = self.env["dunning.case"].browse(values["case_id"])
        items = self.env["dunning.case.line"].browse(values.pop("items", []))
        return {
            "line_ids": [(6, 0, items.ids)],
            "contact_id": self.contact_id.id,
            "author_id": (author or self.contact_id or self.partner_id).id,
            "user_id": case._get_answerer().id,
            "lang": self.lang,
        }

    def _get_own_case(self):
        """Return the case that hears what is about no items.

        :rtype: dunning.case
        :raise UserError: when the customer has none
        """
        case = self._ensure_case() or self._get_cases()[:1]
        if not case:
            raise UserError(
                self.env._("This cannot be settled here: please write to us.")
            )
        return case

    def _get_key(self, kind, form):
        """Return what two clicks on the same form have in common.

        :raise UserError: when the form does not come from the page
        """
        if not _NONCE.fullmatch(form.get("nonce") or ""):
            raise UserError(self.env._("Please open the page again and send it anew."))
        said = repr((kind, sorted((name, form[name]) for name in form)))
        return hashlib.sha256(said.encode()).hexdigest()

    # === WITHDRAWING === #

    def _find_reply(self, reply_id):
        """Return a reply of this page's customer, empty if it is another's.

        :rtype: dunning.reply
        """
        reply = self.env["dunning.reply"].browse(reply_id).exists()
        return reply if reply.case_id in self._get_cases() else reply.browse()

    def _get_replies(self):
        """Return what the customer has said in the last weeks, the newest first.

        :rtype: dunning.reply
        """
        return self.env["dunning.reply"].search(
            Domain("case_id", "in", self._get_cases().ids)
            & Domain("date", ">=", self.date - timedelta(days=SHOWN_DAYS))
        )

    # === CONTENT === #

    def _prepare_say(self, kind=None, typed=None, problem=None, preview=None):
        """Return what the page shows about saying something.

        :param str kind: of the form that was posted and comes back
        :param dict typed: what was typed into it; nothing of it is lost
        :param UserError problem: what is wrong with it
        :param preview: pairs of texts (day and amount) of a schedule
        :return: ``kind``, ``typed``, ``problem`` and the ``field`` it belongs to,
            ``preview``, ``nonce``, ``items`` and whether it ``has_more``, ``limits``,
            ``replies``, ``kinds`` (those that are offered), ``categories`` and ``ways``
            (values with labels)
        :rtype: dict
        """
        items = self._get_sayable()
        listed = items[:MAX_ITEMS]
        listed = listed.with_prefetch(listed.ids)
        return {
            "kind": kind,
            "typed": typed or {},
            "problem": str(problem) if problem else False,
            "field": getattr(problem, "field", False),
            "preview": preview,
            "nonce": (typed or {}).get("nonce") or secrets.token_urlsafe(18),
            "items": self._prepare_sayable(listed),
            "has_more": len(items) > MAX_ITEMS,
            "limits": self._prepare_limits(),
            "replies": self._get_replies()[:MAX_REPLIES],
            "kinds": self._get_offered(items),
            "categories": self._get_labels("dunning.dispute", "category"),
            "ways": self._get_labels("dunning.reply", "way"),
        }

    def _get_labels(self, model, field):
        """Return values and labels of a selection, in the language of the page."""
        return self.env[model]._fields[field]._description_selection(self.env)

    def _get_say_url(self, suffix="", **query):
        """Return the path of a step; a language that was chosen stays chosen.

        :rtype: str
        """
        if self.lang != self._find_lang():
            query["lang"] = self.lang
        return f"{self.url}{suffix}" + (f"?{url_encode(query)}" if query else "")

    def _get_offered(self, lines):
        """Return the kinds that can be said now, in the order of the page."""
        kinds = [kind for kind, _label in KINDS]
        if not lines:
            return [kind for kind in kinds if kind in ("callback", "question")]
        if not self._get_arrangeable(lines):
            return [kind for kind in kinds if kind not in ARRANGEMENTS]
        offered = self.company_id.sudo().installment_request_is_offered
        return [kind for kind in kinds if offered or kind != "installments"]

    def _get_arrangeable(self, lines):
        """Return those of the items that can be promised or paid in instalments.

        :param account.move.line lines: of ``_get_sayable``
        :rtype: account.move.line
        """
        return lines

    def _prepare_limits(self):
        """Return the days and numbers within which the forms can be filled in."""
        company, today = self.company_id.sudo(), self.date
        plan = self.env["installment.request"].sudo()._prepare_form(company)
        return {
            "today": today,
            "promise": today + timedelta(days=company.dunning_page_promise_days),
            "callback": today + timedelta(days=self._get_callback_days()),
            "plan": plan,
            "is_instant": company.installment_request_is_instant,
            "tz": self._get_customer_tz(),
        }

    def _get_callback_days(self):
        """Return within how many days one can ask to be called.

        :rtype: int
        """
        return 14

    def _prepare_sayable(self, lines):
        arrangeable = self._get_arrangeable(lines)
        return [
            {
                "id": str(line.id),
                "name": line.move_id.name,
                "due": self._format_date(line.date_maturity or line.date),
                "amount": line.currency_id._format_dunning(
                    line.amount_residual_currency
                ),
                "is_due": (line.date_maturity or line.date) <= self.date,
                "is_arrangeable": line in arrangeable,
            }
            for line in lines
        ]

    def _get_sayable(self):
        """Return the items something can be said about, of all currencies.

        :rtype: account.move.line
        """
        currencies = self._get_cases().currency_id
        return (
            self.env["account.move.line"]
            .sudo()
            .browse(
                one.key
                for currency in self.currency_id | currencies
                for one in self._get_open(currency)
                if one.amount > 0 and not one.is_pending
            )
        )

    def _get_items(self, lines):
        """Return the case items of receivables; those that are missing are made.

        :rtype: dunning.case.line
        """
        items = self._search_items(lines)
        if items.move_line_id != lines:
            planner = self.env["dunning.planner"].with_user(SUPERUSER_ID)
            planner = planner.with_company(self.company_id)
            with self._kept():
                planner._open_cases(self.company_id, self.partner_id)
            items = self._search_items(lines)
        return items

    def _search_items(self, lines):
        return (
            self.env["dunning.case.line"]
            .sudo()
            .search([("move_line_id", "in", lines.ids)])
        )

    def _get_customer_tz(self):
        """Return the name of the time zone in which the customer tells the time.

        :rtype: str
        """
        contact = self.contact_id or self.partner_id
        country = contact.country_id or self.partner_id.country_id
        zone = contact.tz or country._get_dunning_zone(country.id)
        return zone or self.company_id._get_dunning_tz() or "UTC"
