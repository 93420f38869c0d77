from decimal import Decimal

from odoo import models

from .dunning_payment_page_choice import MAX_ITEMS, MORE

ZERO = Decimal(0)


class DunningPaymentPage(models.AbstractModel):
    """What is owed, item by item, in the words of the page."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === CONTENT === #

    def _prepare_content(self, choice=None, options=None):
        """Return what the page shows of what is owed.

        :param tools.payment_choice.Choice choice: what is chosen, if anything
        :param dict options: of the choice, see ``_choose_by``
        :return: ``heading`` and ``total`` (texts), ``is_empty``, ``currencies``
            (see ``_prepare_currencies``), ``groups`` (dicts with ``title``, ``rows``
            of ``_prepare_row``, ``more``), ``credits``, ``claims``, ``claims_row``
            (how they are chosen, or False), ``plans``,
            ``summary`` (pairs of label and amount), ``form`` (see ``_prepare_form``)
        :rtype: dict
        """
        options = options or {}
        found = self._get_open()
        plans, claims = self._prepare_page_plans(options), self._get_claims()
        owed = self._get_owed(found, plans, claims)
        return {
            "heading": self._get_heading(found, owed),
            "total": self._format_amount(float(owed)) if owed > 0 else "",
            "is_empty": not found and not plans and not claims,
            "currencies": self._prepare_currencies(),
            "groups": self._prepare_groups(found, choice, options),
            "credits": self._prepare_credits(found),
            "claims": claims,
            "claims_row": self._prepare_claims_row(found, choice, options),
            "plans": plans,
            "summary": self._prepare_summary(found, plans, owed),
            "form": self._prepare_form(found, choice, options),
        }

    def _get_claims(self):
        """Return interest and costs that are claimed beside the items: none here.

        :return: dicts with ``label``, ``text``, ``amount`` (Decimal), ``table`` (how it
            comes about, as Markup, or False)
        :rtype: list[dict]
        """
        return []

    def _get_payable_claims(self):
        """Return what of interest and costs can be paid here.

        :rtype: Decimal
        """
        return ZERO

    def _prepare_claims_row(self, found, choice, options):
        """Return how interest and costs are chosen, all together: False where not."""
        return False

    def _get_claims_sum(self):
        return sum((claim["amount"] for claim in self._get_claims()), ZERO)

    def _get_owed(self, found, plans, claims):
        """Return what is owed by today; payments on their way are not asked for again.

        :rtype: Decimal
        """
        parts = [one.left for one in found if self._is_asked(one)]
        parts += [plan["due"] for plan in plans]
        parts += [claim["amount"] for claim in claims]
        return max(sum(parts, ZERO) - self._get_credit(found), ZERO)

    def _get_heading(self, found, owed):
        if owed > 0:
            return self.env._("To pay now")
        if any(one.amount > 0 for one in found):
            return self.env._("Nothing is due today. Thank you.")
        return self.env._("Nothing is open. Thank you.")

    def _prepare_currencies(self):
        """Return the currencies between which the customer can switch.

        :return: dicts with ``name``, ``url``, ``is_active``; empty for a single one
        :rtype: list[dict]
        """
        codes = self.currency_codes.split(",")
        if len(codes) < 2:
            return []
        return [
            {
                "name": code,
                "url": self._get_step_url(
                    currency=code != self.usual_currency_id.name and code
                ),
                "is_active": code == self.currency_id.name,
            }
            for code in codes
        ]

    def _prepare_summary(self, found, plans, owed):
        """Return how the total comes about, if it is not the sum of what is due.

        :return: pairs of label and amount, both texts
        :rtype: list[tuple[str, str]]
        """
        asked = sum((one.left for one in found if self._is_asked(one)), ZERO)
        planned = sum((plan["due"] for plan in plans), ZERO)
        credit = self._get_credit(found)
        parts = [
            (self.env._("Due by today"), asked),
            (self.env._("Instalments due by today"), planned),
            (self.env._("Interest and costs"), self._get_claims_sum()),
            (self.env._("Payments and credits not assigned yet"), -credit),
        ]
        shown = [(label, amount) for label, amount in parts if amount]
        rest = [
            (label, sum((amount(one) for one in found if one.amount > 0), ZERO))
            for label, amount in self._get_further()
        ]
        rest = [(label, amount) for label, amount in rest if amount]
        lines = (shown if len(shown) > 1 else []) + rest
        return [(label, self._format_amount(float(amount))) for label, amount in lines]

    def _get_further(self):
        """Return what is open and not asked for: labels, and how much of an item."""
        return [
            (self.env._("Payment on its way"), self._get_coming),
            (
                self.env._("You have told us that you do not agree"),
                lambda one: one.left * (one.is_disputed and not self._is_apart(one)),
            ),
            (
                self.env._("Handed over for collection"),
                lambda one: one.amount * one.is_elsewhere,
            ),
            (self.env._("Not due yet"), lambda one: one.left * self._is_later(one)),
        ]

    def _get_coming(self, one):
        """Return how much of an item is on its way.

        :rtype: Decimal
        """
        if one.is_elsewhere:
            return ZERO
        return one.amount if one.is_in_payment else one.announced

    def _is_apart(self, one):
        return one.is_pending or one.is_elsewhere

    def _get_shown_amount(self, one):
        """Return what the list shows of an item: what is left, else all of it."""
        return one.left if one.is_payable else one.amount

    def _is_later(self, one):
        is_free = not (one.is_pending or one.is_disputed or one.is_planned)
        return one.due > self.date and is_free and not one.is_elsewhere

    # === GROUPS === #

    def _prepare_groups(self, found, choice, options):
        """Return the items that can be chosen or are paid already, in two groups.

        :rtype: list[dict]
        """
        items = [
            one
            for one in found
            if one.amount > 0 and not (one.is_planned or one.is_elsewhere)
        ]
        shown = items[:MAX_ITEMS]
        facts = self._read_facts(shown)
        chosen = dict(choice.parts) if choice else {}
        keys = self._get_checked(found, choice, options)
        rows = [(one, self._prepare_row(one, facts, keys, chosen)) for one in shown]
        groups = [
            (
                self.env._("Due by today"),
                [row for one, row in rows if one.due <= self.date],
            ),
            (
                self.env._("Not due yet"),
                [row for one, row in rows if one.due > self.date],
            ),
        ]
        result = [
            {"title": title, "rows": rows, "more": False}
            for title, rows in groups
            if rows
        ]
        hidden = items[MAX_ITEMS:]
        if hidden:
            result[-1]["more"] = self._prepare_more(hidden, keys)
        return result

    def _get_checked(self, found, choice, options):
        """Return the ids of the items whose boxes are checked."""
        if options.get("plan"):
            return set()
        try:
            keys = self._read_keys(options.get("item"))
        except ValueError:
            keys = None
        if keys or options.get("chosen"):
            return set(keys or ())
        return set(self._get_usual_keys([one for one in found if one.is_payable]))

    def _prepare_more(self, hidden, keys):
        """Return the row that stands for the items that are not shown one by one."""
        payable = [one for one in hidden if one.is_payable]
        amount = sum((self._get_shown_amount(one) for one in hidden), ZERO)
        forms = self.env._(
            "and %(count)s more item: see the statement of account|"
            "and %(count)s more items: see the statement of account",
            count=len(hidden),
        )
        total = sum((one.left for one in payable), ZERO)
        return {
            "value": payable and MORE,
            "is_checked": any(one.key in keys for one in payable),
            "text": self._pluralize(forms, len(hidden)),
            "amount": self._format_amount(float(amount)),
            "units": self._to_units(total),
            "is_asked": bool(payable) and all(map(self._is_asked, payable)),
        }

    def _to_units(self, amount):
        """Return an amount in the smallest units of the currency, exact, as a text.

        :rtype: str
        """
        return str(int(amount.scaleb(self.currency_id.decimal_places)))

    # === FORM === #

    def _prepare_form(self, found, choice, options):
        """Return what the form of the choice shows and its script counts with.

        :return: ``total`` (text), ``label`` (of the way to pay it), ``typed``
            (amount), ``credit``, ``asked`` and ``open`` (in the smallest units),
            ``pattern`` (of amounts)
        :rtype: dict
        """
        payable = [one for one in found if one.is_payable]
        claimed = self._get_payable_claims()
        asked = [one.left for one in payable if self._is_asked(one)]
        total = self._format_amount(float(choice.total if choice else ZERO))
        return {
            "has_items": bool(payable) or claimed > 0,
            "total": total,
            "label": self.env._("Pay %(amount)s", amount=total),
            "typed": options.get("amount") or "",
            "credit": self._to_units(self._get_credit(found)),
            "asked": self._to_units(sum(asked, claimed)),
            "open": self._to_units(sum((one.left for one in payable), claimed)),
            "pattern": self._get_amount_pattern(),
        }

    def _get_amount_pattern(self):
        """Return how amounts are written, for the script of the page.

        :return: ``digits``, ``point``, ``comma`` (between thousands), ``before`` and
            ``after`` (the symbol)
        :rtype: dict
        """
        lang = self.env["res.lang"]._get_data(code=self.lang)
        sample = self._format_amount(0.0)
        digits = [i for i, char in enumerate(sample) if char.isdigit()]
        return {
            "digits": self.currency_id.decimal_places,
            "point": lang.decimal_point or ".",
            "comma": lang.thousands_sep or "",
            "before": sample[: digits[0]],
            "after": sample[digits[-1] + 1 :],
        }
