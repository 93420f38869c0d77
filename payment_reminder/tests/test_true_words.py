import re

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import DunningCommon

#: Words of the shipped texts that speak of what was said before.
HISTORY = re.compile(
    r"remind(ed|ers)|before(?! that date| the claim)|again|second|wrote|written"
    r"|several|recently|in spite|could not reach|call(ed)? (us )?back"
    r"|already (asked|demanded)",
    re.IGNORECASE,
)
LANGS = ("en_US", "de_DE", "ru_RU")


@tagged("post_install", "-at_install")
class TestTrueWords(DunningCommon):
    """No text says what was not so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+32 2 290 34 90"
        for level in cls.levels:  # every level in every channel
            if not level.mail_template_id:
                level.mail_template_id = cls.env.ref(
                    "payment_reminder.mail_template_demand"
                )

    # === FIRST NOTICES BY AGE === #

    def _get_texts(self, notice):
        """Return what a notice says, channel by channel, without its table."""
        texts = {}
        for channel in (self.email_channel, self.letter_channel):
            text = channel._get_handler()._get_editable_text(notice)
            texts[channel.code] = " | ".join(
                [
                    text["subject"],
                    *(html2plaintext(text[k]) for k in ("body", "closing")),
                ]
            )
        html = self.call_channel._get_handler()._get_preview_html(notice)
        texts["call"] = html2plaintext(html)
        return texts

    def _first_notice(self, level):
        """Return a first notice by age at ``level``; nothing was ever sent."""
        self.procedure.first_level = "age"
        self.levels.active = False
        level.active = True
        if level == self.heads_up:
            self._invoice(due=self._days_ago(-2))
        else:
            self._overdue(50)
        notice = self._plan().notice_ids[:1]
        self.assertEqual(notice.level_id, level)
        return notice

    def test_a_first_notice_by_age_claims_no_history_at_any_level(self):
        for level in self.levels:
            with self.subTest(level=level.name), self.env.cr.savepoint() as point:
                for channel, text in self._get_texts(self._first_notice(level)).items():
                    self.assertFalse(HISTORY.search(text), f"{channel}: {text}")
                point.rollback()
                self.env.invalidate_all()

    def test_fifty_days_late_and_never_written_to_gets_the_last_notice_as_a_first(self):
        self.procedure.first_level = "age"
        self._overdue(50)
        notice = self._plan().notice_ids
        self.assertEqual(notice.level_id, self.last)
        texts = self._get_texts(notice)
        self.assertNotIn("asked you", texts["letter"])
        self.assertNotIn("formal demand, to pay", texts["letter"])

    def test_texts_speak_of_earlier_reminders_where_there_were_some(self):
        old = self._overdue(25)
        self._run_and_send(self._days_ago(20))
        self._run_and_send(self._days_ago(12))
        self._items(old).sudo().level_id = self.call_level
        notice = self._plan().notice_ids[:1]
        self.assertEqual(notice.level_id, self.demand)
        for text in list(self._get_texts(notice).values())[:2]:
            self.assertIn("We have reminded you of this payment before.", text)

    def test_one_never_reminded_item_takes_the_history_away(self):
        self._overdue(9)
        self._run_and_send(self._days_ago(4))
        self.friendly.history_text = "<p>We wrote to you before.</p>"
        self.friendly.letter_first_subject = "First"
        self._overdue(4)
        self.env["dunning.case.line"].sudo().search([]).pay_by_date = self._days_ago(1)
        self.second.active = False
        notice = self._plan(self._days_ago(-4)).notice_ids
        self.assertEqual(len(notice._get_claimed_rows()), 2)
        text = self.letter_channel._get_handler()._get_editable_text(notice)
        self.assertEqual(text["subject"], "First")
        self.assertNotIn("before", text["body"])

    def test_second_reminder_is_called_so_only_where_it_is_one(self):
        mail = self.email_channel._get_handler()
        letter = self.letter_channel._get_handler()
        first = self._first_notice(self.second)
        self.assertIn(": reminder of", mail._get_editable_text(first)["subject"])
        self.assertEqual(
            letter._get_editable_text(first)["subject"], "Reminder of payment"
        )
        first.sudo().line_ids.was_reminded = True
        self.assertIn(": second reminder of", mail._get_editable_text(first)["subject"])
        self.assertEqual(
            letter._get_editable_text(first)["subject"], "Second reminder of payment"
        )

    def test_what_follows_the_history_begins_with_a_capital(self):
        notice = self._first_notice(self.demand)
        notice.sudo().line_ids.was_reminded = True
        self.demand.history_text = "<p>wir haben erinnert.</p>"
        self.demand.letter_intro = "<p>auf Grundlage unseres Vertrags</p>"
        body = self.letter_channel._get_handler()._get_editable_text(notice)["body"]
        self.assertEqual(
            html2plaintext(body),
            "wir haben erinnert. Auf Grundlage unseres Vertrags",
        )
        self.assertEqual(
            html2plaintext(notice._render_history("Hello.")), "Wir haben erinnert."
        )

    # === THE DEMAND'S OWN SENTENCE === #

    def _demand_with_a_new_invoice(self):
        """Return a demand for 100, 64 days late, beside new 777, 5 days late."""
        old = self._overdue(64, 100.0)
        self._plan(self._days_ago(30)).action_cancel()
        self._items(old).sudo().write(
            {
                "level_id": self.call_level.id,
                "last_notice_date": self._days_ago(20),
                "pay_by_date": self._days_ago(14),
            }
        )
        self._overdue(5, 777.0)
        return self._plan().notice_ids

    def test_a_demand_demands_what_is_demanded_only(self):
        notices = self._demand_with_a_new_invoice()
        mail = notices.filtered(lambda one: one.channel == "email")
        values = mail.channel_id._get_handler()._get_preview_values(mail)
        text = html2plaintext(values["body_html"])
        self.assertIn("Please pay $\xa0100.00 by", text)
        self.assertIn("With what is also due by now, it is $\xa0877.00.", text)
        self.assertIn("$\xa0100.00", values["subject"])
        self.assertNotIn("877", values["subject"])
        self.assertLess(text.index("$\xa0100.00"), text.index("Also due by now"))
        self.assertLess(text.index("Also due by now"), text.index("$\xa0777.00"))

    def test_a_letter_of_a_demand_has_two_groups_and_one_total(self):
        notices = self._demand_with_a_new_invoice()
        letter = notices.filtered(lambda one: one.channel == "letter")
        values = letter._prepare_letter_values()
        first, second = values["claims"]
        self.assertEqual((first["amount"], first["subtotal"]), (100, 100))
        self.assertEqual(second["heading"], "Also due by now")
        self.assertEqual((second["amount"], second["subtotal"]), (777, 777))
        self.assertEqual(values["total"], 877)

    def test_where_the_demanded_is_paid_meanwhile_nothing_is_demanded(self):
        notices = self._demand_with_a_new_invoice()
        self._pay(notices.claim_ids.filtered(lambda r: r.role == "claimed").move_id)
        self.assertFalse(self._send(notices.run_id))
        self.assertEqual(set(notices.mapped("state")), {"skipped"})

    # === LETTERS AND CALLS THAT WERE NOT MADE === #

    def test_a_mail_names_the_letter_only_where_there_is_one(self):
        self.demand.channel_ids = self.email_channel
        mail = self._first_notice(self.demand)
        texts = self._get_texts(mail)
        self.assertNotIn("by letter as well", texts["email"])
        mail.run_id.action_cancel()
        self.demand.channel_ids = self.email_channel | self.letter_channel
        notices = self._plan().notice_ids
        mail = notices.filtered(lambda one: one.channel == "email")
        self.assertIn("by letter as well", self._get_texts(mail)["email"])
        (notices - mail).sudo()._set_skipped("no paper")
        self.assertNotIn("by letter as well", self._get_texts(mail)["email"])

    def test_a_fallback_of_a_call_that_nobody_made_claims_none(self):
        self.customer.phone = False
        notice = self._first_notice(self.call_level)
        self.assertEqual(notice.channel, "email")
        for text in self._get_texts(notice).values():
            self.assertNotIn("reach you by phone", text)

    def test_a_fallback_of_a_call_in_vain_tells_it(self):
        notice = self._first_notice(self.call_level)
        self.assertEqual(notice.channel, "call")
        self.env["dunning.call"].sudo().create(
            {
                "case_id": notice.case_id.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "user_id": self.env.uid,
                "notice_id": notice.id,
                "outcome": "no_answer",
                "date": "2025-06-16 09:00:00",
            }
        )
        mail = notice.sudo()._copy_to_channel(self.email_channel, notice.contact_id)
        self.assertIn(
            "We could not reach you by phone.", self._get_texts(mail)["email"]
        )
        self.assertIn(
            "We could not reach you by phone.", self._get_texts(mail)["letter"]
        )

    # === EVERY LEVEL IN EVERY LANGUAGE === #

    def test_each_shipped_level_speaks_each_language(self):
        for lang in LANGS:
            self.env["res.lang"]._activate_lang(lang)
        for level in self.levels:
            for lang in LANGS:
                with self.subTest(level=level.name, lang=lang):
                    with self.env.cr.savepoint() as point:
                        self.customer.lang = lang
                        texts = self._get_texts(self._first_notice(level))
                        self.assertTrue(all(texts.values()))
                        self.assertFalse([t for t in texts.values() if "!" in t])
                        point.rollback()
                    self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestNamedApart(DunningCommon):
    """What was asked for before is named, by what it was asked for, without a date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.today.replace(month=11, day=16)
        cls.demand.channel_ids = [Command.set(cls.letter_channel.ids)]

    def _demanded(self, on, amount=1000.0):
        """Return an invoice that a letter of ``on`` has demanded until ten days on."""
        invoice = self._overdue(40, amount)
        self._plan(self._days_ago(30)).action_cancel()
        self._items(invoice).sudo().write(
            {
                "level_id": self.call_level.id,
                "last_notice_date": self._days_ago(25),
                "pay_by_date": self._days_ago(20),
            }
        )
        run = self._plan(on)
        notice = run.notice_ids
        self.assertEqual(notice.level_id, self.demand)
        notice.sudo().number = "DL/2025/0007"
        self._send(run)
        return invoice

    def _friendly_beside(self, channel=None):
        self._demanded(self._days_ago(10))
        if channel:
            self.friendly.channel_ids = channel
        new = self._overdue(4, 100.0)
        notice = self._plan().notice_ids
        self.assertEqual(notice.level_id, self.friendly)
        self.assertEqual(notice.claim_ids.move_id, new)
        return notice

    def test_a_mail_names_the_letter_that_demanded_it(self):
        notice = self._friendly_beside()
        values = notice.channel_id._get_handler()._get_preview_values(notice)
        text = " ".join(html2plaintext(values["body_html"]).split())
        self.assertIn("Already asked for, not included above", text)
        self.assertIn(
            "Already demanded by our letter of November 6, 2025 (DL/2025/0007),"
            " payable by November 17, 2025",  # the 16th is a Sunday
            text,
        )
        self.assertLess(text.index("Total"), text.index("Already asked for"))
        self.assertIn("Please pay $ 100.00 by", text)
        self.assertNotIn("1,100.00", text)

    def test_a_letter_names_it_after_the_total(self):
        notice = self._friendly_beside(self.letter_channel)
        values = notice._prepare_letter_values()
        self.assertEqual(values["total"], 100)
        [row] = values["earlier"]["rows"]
        self.assertEqual(row["amount"], 1000)
        self.assertIn("Already demanded by our letter of November 6, 2025", row["text"])
        view = self.env["dunning.letter.printer"]._prepare_view(values)
        kinds = [block["kind"] for page in view["pages"] for block in page["blocks"]]
        self.assertLess(kinds.index("settlement"), kinds.index("earlier"))
        self.assertEqual(len(view["pages"]), 1)

    def test_a_call_names_it_as_well(self):
        self.customer.phone = "+32 2 290 34 90"
        notice = self._friendly_beside(self.call_channel)
        text = " ".join(html2plaintext(notice.call_sheet).split())
        self.assertIn("Already demanded by our letter of November 6, 2025", text)
        self.assertEqual(notice.call_amount, 100.0)

    def test_wording_goes_by_the_kind_of_the_notice(self):
        notice = self._friendly_beside()
        demand = self.env["dunning.notice"].search([("number", "=", "DL/2025/0007")])
        texts = {
            channel.code: channel._get_handler()._get_asked_text(demand)
            for channel in self.email_channel | self.letter_channel | self.call_channel
        }
        self.assertEqual(
            texts,
            {
                "email": "Already asked for by our e-mail of November 6, 2025",
                "letter": "Already demanded by our letter of November 6, 2025"
                " (DL/2025/0007)",
                "call": "Already asked for by phone on November 6, 2025",
            },
        )
        self.assertEqual(
            notice._find_climbs(notice.earlier_ids)[notice.earlier_ids], demand
        )

    def test_what_no_notice_is_known_of_is_told_without_one(self):
        notice = self._friendly_beside()
        self.env.cr.execute("UPDATE dunning_notice_line SET is_climbing = FALSE")
        self.env.invalidate_all()
        [text] = notice._get_asked_texts(notice.earlier_ids).values()
        self.assertEqual(text, "Already asked for before, payable by November 17, 2025")

    def test_history_of_invoices_tells_what_they_were_in_it(self):
        old = self._overdue(64, 100.0)
        self._plan(self._days_ago(30)).action_cancel()
        self._items(old).sudo().level_id = self.call_level
        new = self._overdue(5, 777.0)
        notice = self._send(self._plan())
        texts = notice._get_invoice_texts()
        self.assertTrue(texts[old].startswith("Formal demand"))
        self.assertTrue(texts[new].startswith("Named as also due by now: Formal"))

    def test_history_of_an_invoice_that_is_only_named_stays_as_it_is(self):
        notice = self._friendly_beside()
        self.assertEqual(set(notice._get_invoice_texts()), {notice.claim_ids.move_id})
