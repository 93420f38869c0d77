import time

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .payment_page_pay_common import PaymentPagePayCommon
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPaymentPageRefused(PaymentPagePayCommon, PortalCommon, HttpCase):
    """What was not offered is refused in words, and nothing is created (R17, R18)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._create_customer("Bob Other")
        cls.foreign_invoice = cls._overdue(9, 12.0, cls.stranger)
        cls.user_a = cls._create_portal_user("portal_a", cls.customer)
        cls.user_b = cls._create_portal_user("portal_b", cls.stranger)
        cls.env["dunning.planner"]._open_cases(cls.company)
        cls.other_link = cls.env["dunning.link"]._issue(cls._case(cls.stranger))

    def _assert_refused(self, answer, word=""):
        self.assertEqual(answer["state"], "error")
        self.assertIn(word, answer["state_message"])
        self.assertNotIn("reference", answer)
        self.assertFalse(self._transactions())
        self.assertNotIn("payment", " ".join(self._said()))

    def _card(self, partner, **values):
        return (
            self.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "partner_id": partner.id,
                    "provider_ref": "card",
                    "payment_details": "1234",
                    "demo_simulated_state": "done",
                    **values,
                }
            )
        )

    # === WHAT IS PAID === #

    def test_other_amounts(self):
        form = self._form(self._open())
        for amount in (1.0, 179.99, 180.01, 0, -180.0, None, "180.0", True, [180.0]):
            with self.subTest(amount):
                self._assert_refused(self._ask(form, amount=amount), "$\u00a0180.00")

    def test_stale_amount(self):
        form = self._form(self._open())
        self._pay(self.invoice, 40.0)
        self._assert_refused(self._ask(form), "$\u00a0140.00")

    def test_values_that_no_form_sends(self):
        form = self._form(self._open())
        for name, value in (
            ("currency_id", self.env.ref("base.EUR").id),
            ("partner_id", self.stranger.id),
            ("invoice_ids", [[6, 0, self.invoice.ids]]),
            ("custom_create_values", {"state": "done"}),
            ("reference_prefix", "X"),
            ("state", "done"),
            ("dunning_part_ids", []),
        ):
            with self.subTest(name):
                self._assert_refused(self._ask(form, **{name: value}))

    def test_validation_is_no_payment(self):
        form = self._form(self._open())
        self._ask(form, is_validation=True)
        self.assertEqual(self._transactions().amount, 180.0)

    def test_landing_page_is_ours(self):
        form = self._form(self._open())
        self._ask(form, landing_route="https://evil.example.com/")
        self.assertTrue(self._transactions().landing_route.startswith("/pay/"))

    def test_items_of_others_are_not_offered(self):
        tree = self._open(item=self._items_option(self.foreign_invoice))
        self.assertIsNone(self._form(tree))

    def test_items_of_others_with_a_key_of_ours(self):
        page = self._page()
        page.url = self._path()
        for options in (
            {"item": self._items_option(self.foreign_invoice)},
            {"item": "999999999"},
            {"item": self._items_option(self.invoice), "amount": "5"},
            {"amount": "1e3"},
            {"amount": "-5"},
            {"amount": "0.001"},
            {"amount": "NaN"},
            {"plan": "1"},
        ):
            with self.subTest(options):
                key = page.with_user(self.env.ref("base.public_user"))
                key = key.sudo()._make_payment_key(options)
                route = (
                    self._path("/transaction")
                    + "?"
                    + "&".join(
                        f"{name}={value}"
                        for name, value in {**options, "key": key}.items()
                    )
                )
                form = self._form(self._open())
                self._assert_refused(self._ask(form, route, amount=12.0))

    # === KEY OF THE WINDOW === #

    def test_forged_post_does_nothing(self):
        form = self._form(self._open())
        route = form.get("data-transaction-route")
        path, key = route.split("key=")
        window, until, signature = key.split("-")
        for forged in (
            "",
            "x",
            f"{window}-{until}",
            f"{window}-{until}-{'0' * len(signature)}",
            f"{window}-{int(until) + 1}-{signature}",
            f"z{window}-{until}-{signature}",
            f"{window}-{until}-%C3%A9",
        ):
            with self.subTest(forged):
                answer = self._ask(form, f"{path}key={forged}")
                self._assert_refused(answer, "open for too long")

    def test_key_of_another_page_or_choice(self):
        form = self._form(self._open())
        route = form.get("data-transaction-route")
        key = route.split("key=")[1]
        for other in (
            self._path("/transaction", self.other_link),
            self._path("/transaction", self.env["dunning.link"]._issue(self.case)),
            self._path("/transaction") + "?amount=20",
            self._path("/transaction") + f"?item={self._items_option(self.invoice)}",
        ):
            with self.subTest(other):
                mark = "&" if "?" in other else "?"
                answer = self._ask(form, f"{other}{mark}key={key}")
                self._assert_refused(answer, "open for too long")

    def test_key_ends(self):
        route = self._form(self._open()).get("data-transaction-route")
        key = route.split("key=")[1]
        page = self._page().with_user(self.env.ref("base.public_user")).sudo()
        page.url = self._path()
        self.assertTrue(page._read_payment_key(key, {}))
        old = int(time.time()) - 1
        key = f"w-{old}-{page._sign_payment({}, 'w', old)}"
        form = self._form(self._open())
        answer = self._ask(form, self._path("/transaction") + f"?key={key}")
        self._assert_refused(answer, "open for too long")

    @mute_logger("odoo.http")
    def test_wrong_links_answer_nothing(self):
        form = self._form(self._open())
        self.link._set_revoked()
        for path in (self._path("/transaction"), f"/my/pay/{self.case.id}/transaction"):
            with self.subTest(path), self.assertRaises(JsonRpcException):
                self._ask(form, path)
        self.assertFalse(self._transactions())

    def test_get_changes_nothing(self):
        for step in ("/transaction", "/again"):
            response = self.url_open(self._path(step))
            self.assertIn(response.status_code, (404, 405))
        self.assertFalse(self._transactions())

    def test_starting_again_needs_the_key_against_forgery(self):
        self._ask(self._form(self._open()))
        with mute_logger("odoo.http"):
            response = self.url_open(self._path("/again"), data={"csrf_token": "x"})
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._transactions().state, "draft")

    # === WITH WHAT IT IS PAID === #

    def test_provider_of_another_company(self):
        other = self.setup_other_company()["company"]
        provider = self._create_provider(other)
        form = self._form(self._open())
        values = {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids.id,
        }
        self._assert_refused(self._ask(form, **values), "not available")

    def test_ways_that_are_not_offered(self):
        form = self._form(self._open())
        hidden = self._create_provider(self.company, name="Hidden", is_published=False)
        unknown = self.env["payment.method"].create({"name": "X", "code": "x"})
        for values in (
            {"provider_id": hidden.id},
            {"provider_id": None},
            {"payment_method_id": unknown.id},
            {"payment_method_id": None},
            {"flow": "offline"},
            {"flow": None},
            {"flow": "token"},
        ):
            with self.subTest(values):
                self._assert_refused(self._ask(form, **values), "not available")

    def test_saved_cards_stay_with_their_owner(self):
        own = self._card(self.user_a.partner_id)
        foreign = self._card(self.user_b.partner_id)
        colleague = self._card(self.customer)
        path = f"/my/pay/{self.case.id}"
        tree = self._open()
        self.assertNotIn("•••• 1234", tree.text_content())
        for card in (own, foreign, colleague):
            answer = self._ask(self._form(tree), token_id=card.id, flow="token")
            self._assert_refused(answer, "not available")
        self.authenticate("portal_a", "portal_a")
        form = self._form(self._open(path))
        self.assertEqual(
            form.xpath(".//input[@data-payment-option-type='token']/@id"),
            [f"o_payment_token_{own.id}"],
        )
        for card in (foreign, colleague):
            answer = self._ask(form, token_id=card.id, flow="token")
            self._assert_refused(answer, "not available")
        self._ask(form, token_id=own.id, flow="token")
        self.assertEqual(self._transactions().state, "done")
        self.assertEqual(self._transactions().token_id, own)

    def test_card_is_not_saved_without_login(self):
        self.provider.allow_tokenization = True
        self.method.support_tokenization = True
        self._ask(self._form(self._open()), tokenization_requested=True)
        self.assertFalse(self._transactions().tokenize)
        self.assertEqual(self._transactions().partner_id, self._page().contact_id)

    # === BY LOGIN === #

    def test_own_page_pays_like_the_link(self):
        self.authenticate("portal_a", "portal_a")
        self._ask(self._form(self._open(f"/my/pay/{self.case.id}")))
        transaction = self._transactions()
        self.assertEqual(transaction.partner_id, self.user_a.partner_id)
        self.assertTrue(transaction.landing_route.startswith("/my/pay/"))
        self._succeed(transaction)
        self.assertEqual(transaction.payment_id.partner_id, self.customer)
        self.assertEqual(self._residuals(), [0.0, 0.0, 0.0])

    def test_somebody_else_who_holds_the_link_pays_for_the_customer(self):
        self.authenticate("portal_b", "portal_b")
        self._ask(self._form(self._open()))
        transaction = self._transactions()
        self.assertEqual(transaction.partner_id, self.user_b.partner_id)
        self._succeed(transaction)
        self.assertEqual(transaction.payment_id.partner_id, self.customer)

    @mute_logger("odoo.http")
    def test_page_of_somebody_else(self):
        form = self._form(self._open())
        self.authenticate("portal_b", "portal_b")
        path = f"/my/pay/{self.case.id}"
        self.assertEqual(self.url_open(path).status_code, 404)
        with self.assertRaises(JsonRpcException):
            self._ask(form, f"{path}/transaction")
        self.assertFalse(self._transactions())
