import random
from datetime import timedelta
from unittest.mock import patch

import psycopg2.errors

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .payment_page_common import PaymentPageCommon

MODULE = "odoo.addons.payment_reminder.models.dunning_link"
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@tagged("post_install", "-at_install")
class TestPaymentLink(PaymentPageCommon):
    """What opens a payment page, for how long, and what never does."""

    def setUp(self):
        super().setUp()
        self.links = self.env["dunning.link"]

    def _cancel_life(self, link, **values):
        link.sudo().write(values)
        return link

    # === WHAT OPENS === #

    def test_token_opens_its_link_also_as_typed_from_paper(self):
        token = self.link._get_token()
        for typed in (token, token.upper(), f" {token}\n", self._misread(token)):
            with self.subTest(typed):
                self.assertEqual(self.links._find(typed), self.link)

    def _misread(self, token):
        number, signature = token.split("-")
        for letter, digit in zip("olb", "018", strict=True):
            signature = signature.replace(letter, digit)
        return f"{number}-{signature}"

    def test_link_is_valid_up_to_and_including_its_last_day(self):
        today = self.company._get_dunning_today()
        self.assertEqual(self.link.expires_on, today + timedelta(days=90))
        last = self.links._issue(self.case, expires_on=today)
        self.assertEqual(self.links._find(last._get_token()), last)
        over = self.links._issue(self.case, expires_on=today - timedelta(days=1))
        self.assertFalse(self.links._find(over._get_token()))
        self.assertEqual(self.links._find_signed(over._get_token()), over)
        self.assertEqual(over.state, "expired")
        self.assertFalse(over.url)

    def test_new_link_leaves_the_older_ones_alone(self):
        newer = self.links._issue(self.case)
        self.assertNotEqual(newer._get_token(), self.link._get_token())
        for link in (newer, self.link):
            self.assertEqual(self.links._find(link._get_token()), link)

    def test_link_follows_merged_customers_to_the_last_case(self):
        token = self.link._get_token()
        for name in ("Second", "Third"):
            customer = self._create_customer(name)
            self.env["base.partner.merge.automatic.wizard"]._merge(
                (self.link.partner_id | customer).ids, customer
            )
            self.env.invalidate_all()
            link = self.links._find(token)
            self.assertEqual(link, self.link)
            self.assertEqual(link._get_case().partner_id, customer)

    # === WHAT NEVER OPENS === #

    def test_ten_thousand_forged_links_open_nothing(self):
        dice = random.Random(16)  # noqa: S311 - the same forgeries in each run
        token = self.link._get_token()
        ended = self._ended_tokens()
        makers = (
            lambda: self._random_token(dice, dice.randrange(1, 10**10)),
            lambda: self._random_token(dice, self.link.id),
            lambda: self._flip(dice, token),
            lambda: token[: dice.randrange(len(token))],
            lambda: token + dice.choice(ALPHABET),
            lambda: self._flip(dice, dice.choice(ended)),
        )
        forged = {makers[number % len(makers)]() for number in range(10_000)}
        while len(forged) < 10_000:
            forged.add(makers[dice.randrange(2)]())
        for wrong in {*forged, *ended}:
            self.assertFalse(self.links._find(wrong), wrong)
        self.assertEqual(self.links._find(token), self.link)

    def _random_token(self, dice, number):
        return f"{number}-{''.join(dice.choices(ALPHABET, k=24))}"

    def _flip(self, dice, token):
        """Return the token with one other character, not one that is misread."""
        place = dice.randrange(len(token))
        others = [char for char in "acdefghjkmnpqrst234567-!" if char != token[place]]
        flipped = token[:place] + dice.choice(others) + token[place + 1 :]
        return flipped if flipped != token else token[:-1]

    def _ended_tokens(self):
        """Return tokens that are expired, revoked, and of another purpose."""
        yesterday = self.company._get_dunning_today() - timedelta(days=1)
        expired = self.links._issue(self.case, expires_on=yesterday)
        revoked = self.links._issue(self.case)
        revoked._set_revoked()
        other = self.links._issue(self.case)
        with patch(f"{MODULE}.SCOPE", "payment_reminder.other"):
            foreign = other._get_token()
        return [expired._get_token(), revoked._get_token(), foreign]

    def test_strange_tokens_open_nothing(self):
        for wrong in (
            *("", "-", "new", "example", "0-" + "a" * 24, "1", "\x00", "é" * 30),
            *(f"{2**31}-{'a' * 24}", f"{10**40}-{'a' * 24}", "-1-" + "a" * 24),
            *(None, False, 5, ["1"], f"{self.link.id}", f"{self.link.id}-"),
            self.link._get_token().replace("-", "\u2010"),
            "".join(chr(0x1D7D8 + int(char)) for char in str(self.link.id))
            + self.link._get_token()[len(str(self.link.id)) :],
        ):
            with self.subTest(wrong):
                self.assertFalse(self.links._find(wrong))

    def test_signature_holds_for_company_case_and_day(self):
        token = self.link._get_token()
        other = self._create_customer("Bob")
        self._overdue(20, partner=other)
        self.env["dunning.planner"]._open_cases(self.company)
        case = self.env["dunning.case"].search([("partner_id", "=", other.id)])
        for values in (
            {"case_id": case.id, "partner_id": other.id},
            {"partner_id": other.id},
            {"expires_on": self.link.expires_on + timedelta(days=1)},
        ):
            with self.subTest(values), self.cr.savepoint() as savepoint:
                self._cancel_life(self.link, **values)
                self.assertFalse(self.links._find(token))
                savepoint.rollback()
            self.env.invalidate_all()

    # === REVOKING === #

    def test_revoking_ends_all_links_of_the_customer_and_no_other(self):
        other = self._create_customer("Bob")
        self._overdue(20, partner=other)
        francs = self.env.ref("base.CHF")
        francs.active = True
        self._overdue(20, currency_id=francs.id)
        self.env["dunning.planner"]._open_cases(self.company)
        cases = self.env["dunning.case"].search([("company_id", "=", self.company.id)])
        links = {case: self.links._issue(case) for case in cases}
        clerk = self._clerk()
        self.case.with_user(clerk).action_revoke_links()
        for case, link in links.items():
            is_ended = case.partner_id == self.case.partner_id
            self.assertEqual(bool(link.revoked_on), is_ended)
        self.assertEqual(self.link.state, "revoked")
        self.assertIn("revoked: 3", str(self.case.message_ids[0].body))

    def _clerk(self, group="payment_reminder.group_dunning_user"):
        return new_test_user(
            self.env,
            login=group.rsplit(".", maxsplit=1)[-1],
            groups=f"base.group_user,{group}",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def test_readers_neither_revoke_nor_make_nor_see_links(self):
        reader = self._clerk("payment_reminder.group_dunning_readonly")
        case = self.case.with_user(reader)
        for method in (
            "action_revoke_links",
            "action_issue_link",
            "action_open_payment_page",
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(case, method)()
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            case.page_link_ids.mapped("url")
        self.assertEqual(case.page_link_ids.mapped("state"), ["valid"])

    def test_nobody_changes_a_link_by_hand(self):
        link = self.link.with_user(self._clerk())
        for values in (
            {"revoked_on": False},
            {"expires_on": "2099-01-01"},
            {"last_opened_on": "2025-01-01"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                link.write(values)

    # === THE OFFICE === #

    def test_office_opens_the_page_by_a_link_of_one_day(self):
        case = self.case.with_user(self._clerk())
        action = case.action_open_payment_page()
        link = self.links._find(action["url"].removeprefix("/pay/"))
        self.assertEqual(link.expires_on, self.company._get_dunning_today())
        self.assertEqual(case.action_open_payment_page(), action)

    def test_office_makes_a_link_to_pass_on(self):
        case = self.case.with_user(self._clerk())
        case.action_issue_link()
        link = case.page_link_ids[0]
        self.assertEqual((link.origin, link.state), ("office", "valid"))
        self.assertTrue(link.url.endswith(f"/pay/{link._get_token()}"))
        self.assertIn("link", str(case.message_ids[0].body))

    def test_validity_in_the_settings_is_at_least_a_day(self):
        settings = self.env["res.config.settings"].create({"dunning_link_days": 30})
        settings.execute()
        self.assertEqual(self.company.dunning_link_days, 30)
        link = self.links._issue(self.case)
        life = link.expires_on - self.company._get_dunning_today()
        self.assertEqual(life.days, 30)
        refused = psycopg2.errors.CheckViolation
        with self.assertRaises(refused), mute_logger("odoo.sql_db"):
            self.company.dunning_link_days = 0
            self.company.flush_recordset()

    # === VISITS === #

    def test_first_visit_of_a_day_is_noted_once(self):
        self.assertTrue(self.link._log_opened())
        self.assertFalse(self.link._log_opened())
        note = self.case.message_ids[0]
        self.assertIn("has opened the payment page", str(note.body))
        self.assertEqual(note.author_id, self.case.partner_id)
        first = self.link.first_opened_at
        self.link.sudo().last_opened_on = fields.Date.subtract(
            self.link.last_opened_on, days=1
        )
        self.assertTrue(self.link._log_opened())
        self.assertEqual(self.link.first_opened_at, first)
