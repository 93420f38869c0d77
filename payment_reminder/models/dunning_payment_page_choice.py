from datetime import date
from decimal import Decimal

from odoo import models

from ..tools.payment_choice import Choice, ChoiceError, Item, choose
from ..tools.typed_amount import parse_amount

#: So many items are shown one by one; the others are chosen by ``MORE`` together.
MAX_ITEMS = 200
MORE = "more"
#: Interest and costs are chosen together; no receivable has this key.
CLAIMS, CLAIMS_KEY = "claims", 0


class DunningPaymentPage(models.AbstractModel):
    """What the customer chooses to pay, and why a choice cannot be paid."""

    # one concept, one file
    _inherit = "dunning.payment.page"  # pylint: disable=consider-merging-classes-inherited

    # === READING === #

    def _choose_by(self, options) -> Choice:
        """Return what the options of the address choose.

        :param dict options: texts: ``item`` (a list of ids, or ids with commas, or
            ``more`` for those that are not shown), ``amount`` (a part, as typed),
            ``plan`` (id: what is to be paid now of it), ``chosen`` (the form was sent,
            so no item means none)
        :raise ChoiceError: see ``tools.payment_choice``; also number or digits, for
            what is no amount of the currency
        """
        if options.get("plan"):
            return self._choose_plan(options["plan"])
        keys = self._read_keys(options.get("item"))
        if not keys and options.get("chosen"):
            raise ChoiceError("none")
        return self._choose(keys, self._read_part(options.get("amount")))

    def _read_keys(self, item):
        """Return the ids that ``item`` lists, ``None`` when it lists none.

        :param item: a text, or a list of texts
        :raise ChoiceError: unknown, for anything but ids
        """
        texts = [item] if isinstance(item, str) else item or []
        parts = [part.strip() for text in texts for part in str(text).split(",")]
        keys = []
        for part in filter(None, parts):
            if part == MORE:
                keys += [one.key for one in self._get_hidden(self._get_open())]
            elif part == CLAIMS:
                keys.append(CLAIMS_KEY)
            elif part.isascii() and part.isdigit() and len(part) < 12:
                keys.append(int(part))
            else:
                raise ChoiceError("unknown", keys=[])
        return keys or None

    def _read_part(self, text):
        """Return the amount of a part, ``None`` for all of it.

        :raise ChoiceError: number or digits
        """
        if not str(text or "").strip():
            return None
        try:
            amount = parse_amount(str(text))
        except ValueError:
            raise ChoiceError("number") from None
        digits = self.currency_id.decimal_places
        if amount != round(amount, digits):
            raise ChoiceError("digits", digits=digits)
        return amount

    # === CHOOSING === #

    def _choose(self, keys=None, amount=None) -> Choice:
        """Return what a choice on the page means, in the page's currency.

        Never more than what is owed on the whole: payments and credits that are not
        matched yet are left out of it.

        :param list[int] keys: ids of receivable lines, default all that is asked for by
            now, or else all that is open
        :param decimal.Decimal amount: a part of it, the oldest first
        :raise ChoiceError: see ``tools.payment_choice``
        """
        found = self._get_open()
        payable = [one for one in found if one.is_payable]
        if keys is None:
            keys = self._get_usual_keys(payable)
        items = [Item(one.key, one.due, one.left) for one in payable]
        items += self._get_claim_items()
        whole = choose(items, keys)
        limit = min(whole.total, self._get_limit(found, payable, set(keys)))
        if limit <= 0:
            raise ChoiceError("covered")
        if amount is not None and amount > limit:
            raise ChoiceError("too_much", amount=amount, total=limit)
        if amount is None and limit == whole.total:
            return whole
        return choose(items, keys, limit if amount is None else amount)

    def _get_usual(self, payable):
        """Return what is chosen before the customer chooses: all that is asked for.

        :param list[OpenLine] payable: what can be chosen
        """
        return (
            [one for one in payable if self._is_asked(one)]
            or [one for one in payable if not one.is_disputed]
            or payable
        )

    def _get_usual_keys(self, payable):
        """Return the keys of what is chosen before the customer chooses."""
        if not self._get_claim_items():
            return [one.key for one in self._get_usual(payable)]
        asked = [one.key for one in payable if self._is_asked(one)]
        return [*asked, CLAIMS_KEY]

    def _get_claim_items(self):
        """Return interest and costs as an item to choose; none where there are none.

        :rtype: list[tools.payment_choice.Item]
        """
        total = self._get_payable_claims()
        return [Item(CLAIMS_KEY, date.max, total)] if total > 0 else []

    def _is_asked(self, one):
        """Return whether an item is due by now and the customer agrees to it."""
        return one.is_payable and one.due <= self.date and not one.is_disputed

    def _get_limit(self, found, payable, keys):
        """Return what is owed: of what is asked for, or of all where more is chosen."""
        asked = [one for one in payable if self._is_asked(one)]
        asked_keys = {CLAIMS_KEY, *(one.key for one in asked)}
        pool = asked if keys <= asked_keys else payable
        amounts = [one.left for one in pool] + [self._get_payable_claims()]
        return sum(amounts, Decimal(0)) - self._get_credit(found)

    def _get_credit(self, found):
        """Return the payments and credits that are not matched yet, above zero.

        Without what a plan or an agency has taken off already.
        """
        credit = -sum((one.amount for one in found if one.amount < 0), Decimal(0))
        kept = [one.kept for one in found if one.is_planned or one.is_elsewhere]
        return max(credit - sum(kept, Decimal(0)), Decimal(0))

    def _get_hidden(self, found):
        """Return what can be chosen but is not shown one by one."""
        return [one for one in found if one.is_payable][MAX_ITEMS:]

    # === IN WORDS === #

    def _explain_choice_error(self, error):
        """Return in words why a choice cannot be paid.

        :param ChoiceError error: as ``_choose_by`` raises it
        :rtype: str
        """
        texts = {
            "none": self.env._("Please choose at least one item."),
            "empty": self.env._("There is nothing to pay at this moment. Thank you."),
            "covered": self.env._(
                "There is nothing to pay at this moment: payments and credits that are "
                "not assigned yet cover it."
            ),
            "unknown": self.env._(
                "One of the chosen items is not open any more, or a payment for it is "
                "on its way. Please choose again."
            ),
            "negative": self.env._("Please enter an amount above zero."),
        }
        explain = {
            "too_much": self._explain_too_much,
            "small": self._explain_small,
        }.get(error.code)
        if explain:
            return explain(error)
        return texts.get(error.code) or self.env._(
            "Please enter the amount in figures, such as %(example)s.",
            example=self._format_part(Decimal(100)),
        )

    def _explain_too_much(self, error):
        return self.env._(
            "That is more than what is open: at most %(total)s can be paid.",
            total=self._format_amount(float(error.values["total"])),
        )

    def _explain_small(self, error):
        return self.env._(
            "The smallest part that can be paid online is %(minimum)s.",
            minimum=self._format_amount(float(error.values["minimum"])),
        )

    def _format_part(self, amount):
        """Return an amount as one types it, in the language of the page."""
        text = f"{amount:.{self.currency_id.decimal_places}f}"
        point = self.env["res.lang"]._get_data(code=self.lang).decimal_point or "."
        return text.replace(".", point)
