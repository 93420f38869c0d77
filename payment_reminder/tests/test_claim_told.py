from decimal import Decimal

from odoo.tests import tagged

from ..tools.claim_part import ClaimPart
from ..tools.plain_text import mail_to_plain_text
from .claim_common import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaimTold(ClaimCommon):
    """How letters, mails and calls tell of interest and costs.

    1000.00 are ten days late: 10.00 of interest, 40.00 of compensation, 7.50 of fee.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.middle.channel_ids += cls.letter_channel
        cls.invoice = cls._overdue(10, 1000.0)
        cls.run_ = cls._plan()
        cls.mail, cls.letter = cls.run_.notice_ids.sorted("channel")

    def _values(self, notice=None):
        notice = notice or self.letter
        notice.invalidate_recordset()
        return notice._prepare_letter_values()

    def _html(self, notice):
        return str(notice.channel_id._get_handler()._get_preview_html(notice))

    # === LETTER === #

    def test_letter_lists_claims_below_the_items_and_asks_for_all(self):
        letter = self._values()
        self.assertEqual(
            [str(row["amount"]) for row in letter["claims"]],
            ["1000.00", "10.00", "40.00", "7.50"],
        )
        self.assertEqual(letter["total"], Decimal("1057.50"))
        self.assertIn("fifty-seven", letter["amount_in_words"])
        interest = letter["claims"][1]
        self.assertIn(self.invoice.name, interest["number"])
        self.assertIn("36.50 % a year", interest["description"])
        self.assertIn("10 days", interest["description"])

    def test_letter_names_the_ground_and_shows_the_calculation(self):
        letter = self._values()
        self.assertEqual(
            letter["ground"], "Clause 7 of our contract. Clause 8 of our contract."
        )
        [annex] = letter["annex"]
        self.assertEqual(annex["rows"][0]["cells"][2], "10")

    def test_sentence_of_the_level_replaces_the_ground(self):
        self.middle.claim_text = "As agreed in our terms."
        self.assertEqual(
            self._values()["ground"],
            "As agreed in our terms. Clause 8 of our contract.",
        )

    def test_fee_has_the_name_that_the_level_gives_it(self):
        self.middle.fee_name = "Flat charge for a demand"
        self.assertEqual(
            self._values()["claims"][3]["number"], "Flat charge for a demand"
        )

    def test_codes_pay_all_that_is_asked_for(self):
        terms = self.letter._get_qr_terms(self._values()["total"])
        self.assertEqual(terms[1], Decimal("1057.50"))

    def test_letter_without_claims_is_as_ever(self):
        self.middle.write(
            {"claim_interest": False, "claim_compensation": False, "fee_amount": 0}
        )
        letter = self._values()
        self.assertEqual(letter["total"], Decimal("1000.00"))
        self.assertFalse(letter["ground"] or letter["annex"])
        self.assertEqual(len(letter["claims"]), 1)

    def test_many_items_become_one_row_of_each_kind(self):
        other = self._create_customer("Many Items", is_company=True)
        self._owe_interest(other)
        for days in range(11, 18):
            self._overdue(days, 1000.0, other)
        notice = self._plan().notice_ids.filtered(
            lambda one: one.partner_id == other and one.channel == "letter"
        )
        letter = self._values(notice)
        self.assertEqual(len(letter["claims"]), 7 + 3)
        self.assertEqual(letter["claims"][7]["number"], "Interest on 7 items")
        self.assertEqual(letter["claims"][8]["amount"], Decimal(280))
        self.assertEqual(len(letter["annex"][0]["rows"]), 14)

    def test_calculation_has_pages_of_its_own(self):
        pdf = self.env["dunning.letter.printer"]._render_pdf([self._values()])[0]
        self.assertEqual(pdf[:4], b"%PDF")
        views = self.env["dunning.letter.printer"]._prepare_views([self._values()])
        kinds = [
            [block["kind"] for block in page["blocks"]] for page in views[0]["pages"]
        ]
        self.assertNotIn("annex", kinds[0])
        self.assertIn("annex", kinds[-1])

    def test_long_calculations_flow_over_pages(self):
        rows = [
            {"title": f"Item {number}", "cells": ["a", "1"], "is_sum": False}
            for number in range(60)
        ]
        annex = {
            "title": "Calculation",
            "text": "",
            "columns": [("What", False), ("How much", True)],
            "rows": rows,
        }
        letter = {**self._values(), "annex": [annex, {**annex, "rows": rows[:2]}]}
        [view] = self.env["dunning.letter.printer"]._prepare_views([letter])
        numbers = [page["number"] for page in view["pages"]]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        shown = [
            row
            for page in view["pages"]
            for block in page["blocks"]
            if block["kind"] == "annex"
            for row in block["rows"]
        ]
        self.assertEqual(len(shown), 62)
        pdf = self.env["dunning.letter.printer"]._render_pdf([letter])[0]
        self.assertEqual(pdf[:4], b"%PDF")

    # === MAIL === #

    def test_mail_lists_claims_and_asks_for_all(self):
        html = self._html(self.mail)
        text = mail_to_plain_text(html)
        self.assertIn("Interest on", text)
        self.assertIn("Compensation for late payment", text)
        self.assertIn("Clause 7 of our contract.", text)
        self.assertIn("1,057.50", text)
        self.assertNotIn("claim_parts", html)

    def test_edited_text_takes_the_amount_that_is_asked_for(self):
        tokens = self.mail._get_tokens()
        self.assertIn("1,057.50", tokens["[amount]"])

    def test_ugly_texts_are_told_as_they_are(self):
        ugly = "{{7*7}} <script>alert(1)</script> %(x)s"
        self.regime.legal_ground = ugly
        self.middle.fee_name = ugly
        for notice in (self.mail, self.letter):
            html = self._html(notice)
            self.assertIn("{{7*7}}", html)
            self.assertNotIn("<script>alert", html)
            self.assertIn("&lt;script&gt;", html)

    # === CALL === #

    def test_call_tells_of_claims(self):
        self.middle.write(
            {
                "call_script": "<p>Good day</p>",
                "channel_ids": [(6, 0, self.call_channel.ids)],
            }
        )
        caller = self._create_customer("Call Me", is_company=True, phone="+3225551212")
        self._owe_interest(caller)
        self._overdue(10, 1000.0, caller)
        run = self._plan()
        run.action_approve()
        run._set_sending()
        call = run.notice_ids.filtered(lambda one: one.partner_id == caller)
        self.assertEqual(call.call_amount, 1057.5)
        sheet = self._html(call)
        self.assertIn("Interest on", sheet)
        self.assertIn("1,057.50", sheet)
        self._case(caller)._log_call("reached", notice=call)
        self.assertEqual(self._amounts(partner=caller)["compensation"], 40.0)

    # === WORDS === #

    def test_rates_are_told_as_a_range_and_by_the_day(self):
        text = self.env["dunning.claim.text"]._make(self._case())
        self.assertFalse(text._get_rates_text(()))
        self.regime.write({"is_daily": True, "margin": 0.1})
        self.letter.sudo()._keep_current_claims()
        row = self._values()["claims"][1]
        self.assertIn("0.10 % a day", row["description"])

    def test_parts_in_another_state_of_the_notice_are_those_it_kept(self):
        self._send(self.run_)
        self.letter.invalidate_recordset()
        kept = self.letter._read_claim_parts()
        self.assertEqual(
            [part.kind for part in kept], ["interest", "compensation", "fee"]
        )
        self.assertIsInstance(kept[0], ClaimPart)
