from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.plain_text import mail_to_plain_text
from .sending_common import SendingCommon

NASTY = (
    "{{7*7}} %(name)s {0} <t t-out='7*7'>inner</t><script>alert(1)</script>"
    "<a href='javascript:alert(1)'>link</a>"
)


@tagged("post_install", "-at_install")
class TestOwnText(SendingCommon):
    """One notice's text, edited by a person; amounts stay computed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._overdue(5, 100.0)

    def _edit(self, notice, **values):
        """Edit ``notice`` in the wizard, as the screen does."""
        action = notice.action_edit_text()
        model = self.env[action["res_model"]].with_context(**action["context"])
        names = ["notice_id", "subject", "body", "closing"]
        wizard = model.create({**model.default_get(names), **values})
        wizard.action_save()
        return wizard

    def _defaults(self, notice):
        context = notice.action_edit_text()["context"]
        model = self.env["dunning.notice.edit"].with_context(**context)
        return model.default_get(["notice_id", "subject", "body", "closing"])

    def _letter(self):
        self.friendly.channel_ids = self.letter_channel
        return self._plan().notice_ids

    # === WHAT IS EDITED === #

    def test_editor_starts_with_what_the_customer_would_read(self):
        text = self._defaults(self._plan().notice_ids)
        self.assertIn("Dear Ann Example,", text["body"])
        self.assertIn("We would like to remind you", text["body"])
        self.assertIn("If you have paid in the last few days", text["closing"])
        for part in (text["body"], text["closing"]):
            self.assertNotIn(self.invoice.name, part)
            self.assertNotIn("Kind regards", part)
            self.assertNotIn("data-dunning-part", part)

    def test_editor_starts_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("payment_reminder.mail_template_friendly")
        template.with_context(lang="de_DE").subject = "Erinnerung"
        self.customer.lang = "de_DE"
        notice = self._plan().notice_ids
        self.assertEqual(self._defaults(notice)["subject"], "Erinnerung")
        self.assertIn("German", self._edit(notice).lang_name)

    def test_amounts_in_the_words_are_replaced_by_a_token(self):
        text = self._defaults(self._plan().notice_ids)
        self.assertIn("[amount]", text["subject"])
        self.assertNotIn("100", text["subject"])

    def test_amount_that_is_a_part_of_another_one_is_kept(self):
        notice = self._plan().notice_ids
        figure = notice._format_amount(100.0)
        self.assertEqual(notice._insert_tokens(figure), "[amount]")
        longer = figure.replace("100", "2,100")
        self.assertEqual(notice._insert_tokens(longer), longer)

    # === WHAT IS SENT === #

    def test_edited_mail_is_sent_in_both_its_parts(self):
        notice = self._plan(user_id=self.clerk.id).notice_ids
        self._edit(
            notice,
            subject="About our talk, [amount]",
            body="<p>As agreed on the phone</p>",
            closing="<p>See you on Monday</p>",
        )
        self._release(notice.run_id)
        self._work()
        self.assertSent(notice)
        self.assertEqual(
            notice.subject, f"About our talk, {notice._format_amount(100.0)}"
        )
        plain = mail_to_plain_text(notice.body_html)
        for text in (notice.body_html, plain):
            self.assertIn("As agreed on the phone", text)
            self.assertIn("See you on Monday", text)
            self.assertIn(self.invoice.name, text)
            self.assertIn("Kind regards", text)
            self.assertNotIn("We would like to remind you", text)
        self.assertLess(plain.index("As agreed"), plain.index(self.invoice.name))
        self.assertLess(plain.index(self.invoice.name), plain.index("See you"))
        self.assertLess(plain.index("See you"), plain.index("Kind regards"))

    def test_edited_mail_never_freezes_an_amount(self):
        notice = self._plan(user_id=self.clerk.id).notice_ids
        self._edit(notice, body="<p>Only [amount] is open</p>")
        self._pay(self.invoice, 70.0)
        self._release(notice.run_id)
        self._work()
        self.assertSent(notice)
        self.assertIn(f"Only {notice._format_amount(30.0)} is open", notice.body_html)
        self.assertIn(notice._format_amount(30.0), notice.subject)
        self.assertNotIn(notice._format_amount(100.0), notice.body_html)
        self.assertNotIn(notice._format_amount(100.0), notice.subject)

    def test_edited_letter_says_the_own_words_around_the_claims(self):
        notice = self._letter()
        text = self._defaults(notice)
        self.assertEqual(text["subject"], "Reminder of payment")
        self._edit(
            notice, subject="Our talk", body="<p>Above</p>", closing="<p>Below</p>"
        )
        values = notice._prepare_letter_values()
        self.assertEqual(values["subject"], "Our talk")
        self.assertIn("Above", values["intro"])
        self.assertIn("Below", values["closing"])
        self.assertIn("Yours faithfully", values["closing"])
        self.assertEqual(len(values["claims"]), 1)

    def test_mail_without_marked_parts_still_names_the_amounts(self):
        template = self.env.ref("payment_reminder.mail_template_friendly")
        template.body_html = "<p>Everything in one sentence</p>"
        notice = self._plan().notice_ids
        self._edit(notice, body="<p>Mine</p>")
        html = self.email_channel._get_handler()._get_preview_html(notice)
        self.assertIn("Mine", html)
        self.assertIn(self.invoice.name, html)
        self.assertIn(notice._format_amount(100.0), html)

    # === TEXTS ARE DATA (R14, R21) === #

    def test_edited_mail_is_never_evaluated(self):
        notice = self._plan().notice_ids
        self._edit(notice, subject="{{7*7}} %(x)s", body=f"<p>{NASTY}</p>", closing="")
        values = self.email_channel._get_handler()._get_preview_values(notice)
        self.assertEqual(values["subject"], "{{7*7}} %(x)s")
        self._assert_harmless(values["body_html"])

    def test_edited_letter_is_never_evaluated(self):
        notice = self._letter()
        self._edit(notice, subject="{{7*7}} %(x)s", body=f"<p>{NASTY}</p>")
        html = self.letter_channel._get_handler()._get_preview_html(notice)
        self._assert_harmless(html)
        self.assertIn("{{7*7}} %(x)s", html)

    def _assert_harmless(self, html):
        self.assertIn("{{7*7}} %(name)s {0}", html)
        for evil in ("<script", "alert(1)", "t-out", "49"):
            self.assertNotIn(evil, html)

    def test_figure_in_a_token_cannot_become_markup(self):
        notice = self._plan().notice_ids
        self.env.user.company_id.currency_id.symbol = "<b>"
        filled = notice._fill_tokens(Markup("[amount]"))
        self.assertIn("&lt;b&gt;", filled)

    # === WHO, AND BACK === #

    def test_editor_is_remembered_and_the_levels_text_can_return(self):
        notice = self._plan().notice_ids
        self._edit(notice, body="<p>Mine</p>")
        self.assertEqual(notice.text_user_id, self.env.user)
        self.assertTrue(notice.text_date)
        self.assertEqual(self._defaults(notice)["body"], "<p>Mine</p>")
        notice.action_reset_text()
        self.assertFalse(notice.has_own_text or notice.text_user_id)
        self.assertIn("We would like", self._defaults(notice)["body"])

    def test_level_without_text_is_told_in_words(self):
        notice = self._plan().notice_ids
        self.friendly.channel_ids = self.letter_channel
        self.friendly.mail_template_id = False
        with self.assertRaisesRegex(UserError, "no e-mail text"):
            self._defaults(notice)

    def test_other_notices_keep_the_levels_text(self):
        self._overdue(5, partner=self._create_customer("Bob"))
        one, other = self._plan().notice_ids
        self._edit(one, body="<p>Mine</p>")
        handler = self.email_channel._get_handler()
        self.assertIn("Mine", handler._get_preview_html(one))
        self.assertNotIn("Mine", handler._get_preview_html(other))
        self.assertIn("We would like", handler._get_preview_html(other))
