from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import fields, models

from ..exceptions import FieldProblem
from ..tools.phone import parse_phone
from .dunning_reply import WAYS

#: Between which hours somebody wants to be called.
WINDOWS = {"morning": (time(9), time(12)), "afternoon": (time(13), time(17))}
#: The last payment that one may have in mind was made so many days ago.
PAID_DAYS = 366


class DunningPaymentPage(models.AbstractModel):
    """Reads the forms of the page: what is wrong is said at its field."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === KINDS === #

    def _read_promise(self, form):
        lines = self._read_items(form, is_arranged=True)
        day = self._read_day(form, "day")
        self._check_promise_day(lines, day)
        return {
            **self._prepare_items(lines),
            "day": day,
            "amount": self._read_amount(form, lines),
            "text": self._read_text(form),
        }

    def _check_promise_day(self, lines, day):
        """Raise a FieldProblem for a day that the company does not wait for.

        Who promises again cannot move the day for ever: the days count from the first
        time.
        """
        if day < self.date:
            problem = self.env._("This day has passed: choose a day to come.")
            raise FieldProblem("day", problem)
        days = self.company_id.sudo().dunning_page_promise_days
        last = self._get_first_promise_date(lines) + timedelta(days=days)
        if day > max(last, self.date) or last < self.date:
            problem = self.env._(
                "The latest day that can be promised here is %(date)s. If you need "
                "more time, ask for instalments or for a call.",
                date=self._format_date(max(last, self.date)),
            )
            raise FieldProblem("day", problem)

    def _get_first_promise_date(self, lines):
        """Return when the items were first promised here, today if never."""
        replies = self._get_replies().filtered(
            lambda reply: (
                reply.kind == "promise"
                and not reply.withdrawn_on
                and reply.line_ids.move_line_id & lines
            )
        )
        days = [reply._get_local_date() for reply in replies]
        return min(days, default=self.date)

    def _read_installments(self, form):
        lines = self._read_items(form, is_arranged=True)
        try:
            count = int(form.get("count") or "")
        except ValueError:
            problem = self.env._("Please choose a number of instalments.")
            raise FieldProblem("count", problem) from None
        return {
            **self._prepare_items(lines),
            "count": count,
            "day": self._read_day(form, "day"),
            "text": self._read_text(form),
        }

    def _preview_installments(self, form):
        """Return the schedule that is asked for; nothing is kept.

        :return: pairs of a day and an amount, in words
        :raise UserError: as asking for it would
        """
        values = self._read_installments(form)
        requests = self.env["installment.request"].sudo()
        lines = self._read_items(form, is_arranged=True)
        found = requests._preview(lines.move_id, values["count"], values["day"])
        currency = lines.currency_id
        return [
            (self._format_date(line.date), currency._format_dunning(float(line.amount)))
            for line in found.lines
        ]

    def _read_dispute(self, form):
        lines = self._read_items(form, is_required=True)
        categories = (
            self.env["dunning.dispute"]._fields["category"].get_values(self.env)
        )
        if form.get("category") not in categories:
            problem = self.env._("Please choose what it is about.")
            raise FieldProblem("category", problem)
        return {
            **self._prepare_items(lines),
            "category": form["category"],
            "text": self._read_text(form, is_required=True),
        }

    def _read_paid(self, form):
        lines = self._read_items(form)
        day = self._read_day(form, "day")
        if not self.date - timedelta(days=PAID_DAYS) <= day <= self.date:
            problem = self.env._("Please enter the day on which you paid, by today.")
            raise FieldProblem("day", problem)
        if form.get("way") not in dict(WAYS):
            raise FieldProblem("way", self.env._("Please choose how you paid."))
        return {
            **self._prepare_items(lines),
            "day": day,
            "way": form["way"],
            "amount": self._read_amount(form, lines),
            "reference": " ".join((form.get("reference") or "").split())[:100],
            "text": self._read_text(form),
        }

    def _read_callback(self, form):
        contact = self.contact_id or self.partner_id
        country = contact.country_id or self.company_id.country_id
        number = parse_phone(form.get("phone"), country.code)
        if number.reason not in ("", "not_assigned"):
            problem = self.env._(
                "Please check the phone number. It is clearest with the prefix of the "
                "country, as in +32 2 555 12 12."
            )
            raise FieldProblem("phone", problem)
        return {
            "phone": number.display,
            "callback_at": self._read_callback_time(form),
            "tz": self._get_customer_tz(),
            "text": self._read_text(form),
        }

    def _read_question(self, form):
        return {"text": self._read_text(form, is_required=True)}

    # === FIELDS === #

    def _read_items(self, form, is_required=False, is_arranged=False):
        """Return the chosen items of one currency, all that is due if none is.

        :param bool is_arranged: take only those that can be promised or paid in
            instalments
        :rtype: account.move.line
        """
        lines = self._get_sayable()
        if is_arranged:
            lines = self._get_arrangeable(lines)
        if not lines:
            problem = self.env._("Nothing is open any more. Thank you.")
            raise FieldProblem("item", problem)
        keys = form.get("item") or []
        if is_required and not keys and len(lines) > 1:
            problem = self.env._("Please choose at least one item.")
            raise FieldProblem("item", problem)
        if not keys:
            own = lines.filtered(lambda line: line.currency_id == self.currency_id)
            due = own.filtered(lambda x: (x.date_maturity or x.date) <= self.date)
            return (
                due
                or own
                or lines.filtered(
                    lambda line: line.currency_id == lines[:1].currency_id
                )
            )
        chosen = lines.filtered(lambda line: str(line.id) in keys)
        if len(chosen) != len(set(keys)):
            problem = self.env._(
                "One of the items is not open any more: please choose again."
            )
            raise FieldProblem("item", problem)
        if len(chosen.currency_id) > 1:
            problem = self.env._("Please choose items of one currency at a time.")
            raise FieldProblem("item", problem)
        return chosen

    def _prepare_items(self, lines):
        items = self._get_items(lines)
        if not items or len(items.case_id) > 1 or items.move_line_id != lines:
            problem = self.env._("This cannot be settled here: please write to us.")
            raise FieldProblem("item", problem)
        return {"case_id": items.case_id.id, "items": items.ids}

    def _read_amount(self, form, lines):
        """Return an amount of the items' currency, all of it if none is typed.

        :rtype: float
        """
        currency = lines.currency_id
        total = currency.round(sum(lines.mapped("amount_residual_currency")))
        text = (form.get("amount") or "").strip()
        if not text:
            return total
        amount = self._read_number(form, "amount")
        if currency.compare_amounts(amount, total) > 0:
            problem = self.env._(
                "This is more than what is open: %(amount)s.",
                amount=currency._format_dunning(total),
            )
            raise FieldProblem("amount", problem)
        self._check_positive(amount, currency)
        return currency.round(amount)

    def _read_callback_time(self, form):
        """Return when to call, in UTC.

        :rtype: datetime.datetime
        """
        day, zone = self._read_day(form, "day"), timezone(self._get_customer_tz())
        begins, ends = self._read_window(form)
        if not self.date <= day <= self.date + timedelta(self._get_callback_days()):
            problem = self.env._(
                "Please choose a day within the next %(days)s days.",
                days=self._get_callback_days(),
            )
            raise FieldProblem("day", problem)
        start, end = (
            zone.localize(datetime.combine(day, hour)).astimezone(utc)
            for hour in (begins, ends)
        )
        soon = fields.Datetime.now() + timedelta(minutes=10)
        if end.replace(tzinfo=None) <= soon:
            problem = self.env._("This time has passed: choose a later one.")
            raise FieldProblem("time", problem)
        return max(start.replace(tzinfo=None), soon.replace(second=0, microsecond=0))

    def _read_window(self, form):
        """Return from when to when to call, in the customer's time."""
        window = WINDOWS.get(form.get("window"))
        if window:
            return window
        try:
            moment = time.fromisoformat(form.get("time") or "")
        except ValueError:
            moment = None
        if form.get("window") != "exact" or not moment or moment.tzinfo:
            raise FieldProblem("time", self.env._("Please choose a time."))
        return moment, moment
