from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.phone import MIN_DIGITS, count_digits, parse_phone

#: Digits of other scripts that people type, in the order of their values.
SCRIPTS = ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")


class DunningCallee(models.AbstractModel):
    """The part of ``res.partner`` that is called: its number, right or wrong."""

    _name = "dunning.callee"
    _description = "Somebody to Call About Reminders"

    # the number itself, not a mark: a corrected number is good again by itself
    dunning_wrong_phone = fields.Char(
        string="Wrong Number",
        readonly=True,
        copy=False,
        groups="payment_reminder.group_dunning_readonly",
        help="Somebody else answered on this number. It is not called again.",
    )
    dunning_phone_status = fields.Selection(
        selection=[("ok", "Can be called"), ("wrong", "Wrong"), ("none", "No number")],
        compute="_compute_dunning_phone_status",
        groups="payment_reminder.group_dunning_readonly",
    )

    # === COMPUTE METHODS === #

    @api.depends("phone", "dunning_wrong_phone")
    def _compute_dunning_phone_status(self):
        for partner in self:
            if len(_get_digits(partner.phone)) < MIN_DIGITS:
                partner.dunning_phone_status = "none"
            else:
                wrong = partner._is_dunning_phone_wrong()
                partner.dunning_phone_status = "wrong" if wrong else "ok"

    # === BUSINESS METHODS === #

    def _get_dunning_phone(self):
        """Return whom to call on which number: the contact's, else the customer's.

        A number that was found wrong comes last.

        :return: the partner that the number stands on, and the number
        :rtype: tuple[res.partner, ..tools.phone.PhoneNumber]
        """
        self.ensure_one()
        callees = self | self.commercial_partner_id
        known = callees.filtered(lambda callee: count_digits(callee.phone))
        good = known.filtered(lambda callee: callee._can_be_called())
        callee = (good or known or callees)[:1]
        return callee, callee._parse_dunning_phone(callee.phone)

    def _parse_dunning_phone(self, phone):
        """Return ``phone`` as a number of the partner's country.

        :rtype: ..tools.phone.PhoneNumber
        """
        self.ensure_one()
        country = (
            self.country_id
            or self.commercial_partner_id.country_id
            or self.env.company.country_id
        )
        return parse_phone(phone, country.code)

    def _can_be_called(self):
        """Return whether the partner has a number that is not known to be wrong.

        The planner asks the same in SQL.

        :rtype: bool
        """
        self.ensure_one()
        enough = len(_get_digits(self.phone)) >= MIN_DIGITS
        return enough and not self._is_dunning_phone_wrong()

    def _is_dunning_phone_wrong(self):
        self.ensure_one()
        wrong = self.sudo().dunning_wrong_phone
        return bool(wrong) and self._is_same_phone(wrong, self.phone)

    def _is_same_phone(self, one, other):
        """Return whether two texts mean the same digits.

        :rtype: bool
        """
        return _get_digits(one) == _get_digits(other)

    def _set_dunning_phone_wrong(self, phone):
        """Remember that ``phone`` is not the number of those who have it.

        :param str phone: the number that was dialled
        :return: the partners who had it
        :rtype: res.partner
        """
        called = parse_phone(phone).e164
        owners = self.filtered(
            lambda partner: (
                self._is_same_phone(partner.phone, phone)
                or (
                    called
                    and partner._parse_dunning_phone(partner.phone).e164 == called
                )
            )
        )
        for owner in owners.sudo():
            owner.dunning_wrong_phone = owner.phone
        return owners

    def _get_can_be_called_sql(self, partner):
        """Return the SQL condition of ``_can_be_called``.

        :param SQL partner: the alias of ``res_partner`` in the query
        :rtype: SQL
        """
        return SQL(
            """(%(partner)s.phone IS NOT NULL AND LENGTH(%(digits)s) >= %(enough)s
                AND (%(partner)s.dunning_wrong_phone IS NULL
                     OR %(digits)s <> %(wrong)s))""",
            partner=partner,
            enough=MIN_DIGITS,
            digits=_get_digits_sql(SQL("%s.phone", partner)),
            wrong=_get_digits_sql(SQL("%s.dunning_wrong_phone", partner)),
        )


def _get_digits(phone):
    """Return the digits of a number, of the scripts that the database knows."""
    table = {ord(char): str(i) for script in SCRIPTS for i, char in enumerate(script)}
    return "".join(c for c in (phone or "").translate(table) if c in "0123456789")


def _get_digits_sql(phone):
    return SQL(
        "REGEXP_REPLACE(TRANSLATE(%(phone)s, %(typed)s, %(meant)s), '[^0-9]', '', 'g')",
        phone=phone,
        typed="".join(SCRIPTS),
        meant="0123456789" * len(SCRIPTS),
    )
