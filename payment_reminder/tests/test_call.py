from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .call_common import CallCommon
from .test_tools_phone import UGLY


@tagged("post_install", "-at_install")
class TestCallChannel(CallCommon):
    """Calls wait for a person, and for nobody else."""

    def test_shipped_level_calls_after_fifteen_days(self):
        self.company.dunning_procedure_id = self.procedure
        level = self.call_level
        self.assertEqual((level.delay_days, level.channel_ids.code), (15, "call"))
        self.assertFalse(level.is_reviewed)
        self.assertIn("not clear or not right", level.call_script)
        self.assertIn("Please call us,", level.mail_template_id.body_html)

    def test_sender_never_takes_a_call(self):
        notice = self._call_notice()
        self._work()
        self.assertEqual((notice.state, notice.channel), ("queued", "call"))
        self.assertFalse(self.server.mails)
        self.assertEqual(self.env["dunning.sender"]._count_waiting(), 0)

    def test_run_with_nothing_but_calls_left_is_done(self):
        notice = self._call_notice()
        self.assertEqual(notice.run_id.state, "done")
        self.assertEqual(notice.run_id.open_count, 1)

    def test_call_does_not_keep_the_mails_of_its_run_from_being_sent(self):
        without = self._create_customer("Bob", phone=False)
        notices = self._call_notice(self.customer, without)
        call, mail = notices.sorted(lambda n: n.channel)
        self.assertEqual(notices.run_id.state, "sending")
        self._work()
        self.assertEqual((call.state, mail.state), ("queued", "sent"))
        self.assertEqual(notices.run_id.state, "done")

    def test_customer_without_phone_is_written_to(self):
        for phone in (False, " ", "ask Ann", "1234"):
            partner = self._create_customer(f"No phone {phone}", phone=phone)
            self._overdue(5, partner=partner)
            self.assertTrue(self._is_unreachable(partner))
        self.assertEqual(set(self._plan().notice_ids.mapped("channel")), {"email"})

    def test_customer_with_a_postal_address_only_gets_a_letter(self):
        partner = self._create_customer("Paper", phone=False, email=False)
        self._overdue(5, partner=partner)
        self.level.letter_intro = "<p>Please call us back.</p>"
        self.assertEqual(self._plan().notice_ids.channel, "letter")

    def test_customer_without_anything_is_left_out(self):
        partner = self._create_customer(
            "Nobody", phone=False, email=False, street=False
        )
        invoice = self._overdue(5, partner=partner)
        self.assertLeftOut(self._plan(), invoice, "no_contact")

    def test_number_of_the_customer_serves_a_contact_without_one(self):
        contact = self.env["res.partner"].create(
            {"name": "Clerk", "type": "invoice", "parent_id": self.customer.id}
        )
        self.customer.is_company = True
        notice = self._call_notice()
        self.assertEqual(notice.contact_id, contact)
        self.assertEqual(notice.phone_display, "+32 2 555 12 12")

    def test_database_and_python_agree_who_can_be_called(self):
        partners = self.env["res.partner"]
        for index, phone in enumerate(
            (False, "", "12 34", "1234 5", "０１２３４", "٠١٢٣٤", "abc", "+32 2 555")
        ):
            for wrong in (False, phone, "99999"):
                partners |= self._create_customer(
                    f"P{index}", phone=phone, dunning_wrong_phone=wrong
                )
        sql = self.env["dunning.channel.call"]._get_reachable_sql
        self.env.flush_all()
        self.env.cr.execute(self._select_reachable(sql, partners))
        reachable = {row[0] for row in self.env.cr.fetchall()}
        for partner in partners:
            with self.subTest(phone=partner.phone, wrong=partner.dunning_wrong_phone):
                self.assertEqual(
                    partner.id in reachable, not self._is_unreachable(partner)
                )

    def _select_reachable(self, sql, partners):
        return SQL(
            "SELECT contact.id FROM res_partner contact WHERE id IN %s AND %s",
            tuple(partners.ids),
            sql(SQL("contact")),
        )

    def _is_unreachable(self, partner):
        return self.env["dunning.channel.call"]._get_unreachable_reason(partner)

    # === WHAT IS SAID === #

    def test_preview_shows_script_and_figures(self):
        notice = self._call_notice()
        sheet = str(self.call_channel._get_handler()._get_preview_html(notice))
        for text in (
            "Good day, this is the lender.",
            notice.line_ids.invoice_name,
            notice._format_amount(100.0),
            "5 days late",
            "Please pay",
        ):
            self.assertIn(text, sheet)

    def test_script_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.level.with_context(lang="de_DE").call_script = "<p>Guten Tag.</p>"
        self.customer.lang = "de_DE"
        notice = self._call_notice()
        self.assertIn("Guten Tag.", str(notice.call_sheet))
        self.assertIn("100,00", str(notice.call_sheet))

    def test_script_is_never_evaluated_and_fetches_nothing(self):
        self.level.call_script = (
            "<p>{{7*7}} <t t-out='7*7'>x</t> %(x)s</p><script>alert(1)</script>"
            "<img src='http://tracker.example.com/x.png'/>"
            "<a href='http://tracker.example.com'>link</a>"
        )
        sheet = str(self._call_notice().call_sheet)
        self.assertIn("{{7*7}}", sheet)
        for text in ("49", "<script", "tracker.example.com", "t-out"):
            self.assertNotIn(text, sheet)

    def test_figures_are_those_of_this_moment(self):
        notice = self._call_notice()
        self._pay(notice.line_ids.move_id, 60)
        self.env.invalidate_all()
        self.assertEqual(notice.call_amount, 40.0)
        self.assertIn(notice._format_amount(40.0), str(notice.call_sheet))
        self.assertNotIn(notice._format_amount(100.0), str(notice.call_sheet))

    def test_unmatched_payment_is_deducted(self):
        notice = self._call_notice()
        self._unmatched_payment(amount=30)
        self.env.invalidate_all()
        self.assertEqual(notice.call_amount, 70.0)
        self.assertIn(notice._format_amount(-30.0), str(notice.call_sheet))


@tagged("post_install", "-at_install")
class TestCallLapse(CallCommon):
    """Calls that nobody makes do not hold a case for ever."""

    def _lapse(self, days):
        handler = self.env["dunning.channel.call"]
        return handler._lapse_calls(self.company, self._in_days(days))

    def test_call_that_nobody_makes_is_written_instead(self):
        notice = self._call_notice()
        self.assertFalse(self._lapse(7))
        self.assertEqual(notice.state, "queued")
        self.assertEqual(self._lapse(8), notice.sudo())
        self.assertEqual(notice.state, "failed")
        self.assertEqual(notice.reason, "Nobody called within 7 days.")
        self.assertEqual(notice.fallback_notice_id.channel, "email")

    def test_lapse_twice_is_lapse_once(self):
        notice = self._call_notice()
        self._lapse(8)
        self.assertFalse(self._lapse(9))
        mails = notice.case_id.notice_ids.filtered(lambda n: n.channel == "email")
        self.assertEqual(len(mails), 1)

    def test_days_to_wait_are_the_companys(self):
        notice = self._call_notice()
        self.company.dunning_call_wait_days = 1
        self.assertFalse(self._lapse(1))
        self.assertEqual(self._lapse(2), notice.sudo())

    def test_zero_days_is_for_ever(self):
        self.company.dunning_call_wait_days = 0
        notice = self._call_notice()
        self.assertFalse(self._lapse(1000))
        self.assertEqual(notice.state, "queued")

    def test_days_count_from_the_time_to_call_back(self):
        notice = self._call_notice()
        self._log(notice, "call_back", callback_at=self.now + timedelta(days=10))
        self.assertFalse(self._lapse(12))
        self.assertEqual(self._lapse(18), notice.sudo())

    def test_settled_call_is_closed_and_a_part_payment_is_seen(self):
        other = self._create_customer("Bob", phone="02 555 13 13")
        paid, part = self._call_notice(self.customer, other).sorted(
            lambda n: n.partner_id == other
        )
        self._pay(paid.line_ids.move_id)
        self._pay(part.line_ids.move_id, 60)
        self.assertFalse(self._lapse(1))
        self.assertEqual((paid.state, part.state), ("skipped", "queued"))
        self.assertEqual((part.amount_total, part.amount_company), (40.0, 40.0))

    def test_calls_of_another_company_are_left_alone(self):
        notice = self._call_notice()
        other = self.setup_other_company()["company"]
        handler = self.env["dunning.channel.call"]
        self.assertFalse(handler._lapse_calls(other, self._in_days(99)))
        self.assertEqual(notice.state, "queued")


@tagged("post_install", "-at_install")
class TestCallList(CallCommon):
    """Whom to call now."""

    LISTED = (
        "partner_id phone_display phone_uri phone_warning local_time is_night"
        " call_amount days_late tries last_call_text"
    ).split()

    def _read_list(self):
        specification = {name: {} for name in self.LISTED}
        return self.env["dunning.notice"].web_search_read(
            [("is_call_open", "=", True)],
            specification,
            order="amount_company desc, days_late desc, id",
        )["records"]

    def test_largest_amount_comes_first_then_the_latest(self):
        small, old, new = (
            self._create_customer(name, phone="02 555 12 12")
            for name in ("Small", "Old", "New")
        )
        self._overdue(50, 10, partner=small)
        self._overdue(20, 500, partner=old)
        self._overdue(5, 500, partner=new)
        self._release(self._plan())
        names = [row["partner_id"] for row in self._read_list()]
        self.assertEqual(names, [old.id, new.id, small.id])

    def test_amounts_are_compared_in_the_currency_of_the_company(self):
        foreign = self.setup_other_currency("HRK", rates=[("2000-01-01", 10.0)])
        self._overdue(
            5,
            500,
            partner=self._create_customer("A", phone="025551212"),
            currency_id=foreign.id,
        )
        self._overdue(5, 100)
        notices = self._release(self._plan()).notice_ids
        self.assertEqual(sorted(notices.mapped("amount_company")), [50.0, 100.0])
        self.assertEqual(self._read_list()[0]["partner_id"], self.customer.id)

    def test_what_is_settled_by_now_is_not_on_the_list(self):
        notice = self._call_notice()
        self.assertOnList(notice)
        self._pay(notice.line_ids.move_id)
        self.assertOnList(notice, False)
        self.assertFalse(notice.is_call_open)

    def test_bad_number_says_why_and_can_be_dialled(self):
        self.customer.phone = "999 999 999 999 999"
        self._call_notice()
        [row] = self._read_list()
        self.assertEqual(row["phone_uri"], "tel:999999999999999")
        self.assertEqual(row["phone_warning"], "The number is too long.")

    def test_ugly_numbers_never_break_the_list(self):
        notices = self.env["dunning.notice"]
        for index, _ugly in enumerate(UGLY):
            partner = self._create_customer(f"Ugly {index}", phone="02 555 12 12")
            self._overdue(5, partner=partner)
        notices = self._release(self._plan()).notice_ids
        for notice, (text, *_expected) in zip(notices, UGLY, strict=True):
            text = str(text or "").replace("\x00", "")
            notice.contact_id.write({"phone": text, "country_id": False})
        self.env.invalidate_all()
        self.assertEqual(len(self._read_list()), len(UGLY))
        for notice in notices:
            self.assertTrue(notice.call_sheet)

    def test_local_time_is_that_of_the_number(self):
        notice = self._call_notice()
        self.customer.write({"phone": "+81 3 1234 5678", "tz": "Europe/Brussels"})
        zones = notice._get_time_zones(*self.customer._get_dunning_phone())
        self.assertEqual(zones, ["Asia/Tokyo"])
        self.customer.phone = "123456789012345678"
        zones = notice._get_time_zones(*self.customer._get_dunning_phone())
        self.assertEqual(zones, ["Europe/Brussels"])
        self.customer.tz = False
        zones = notice._get_time_zones(*self.customer._get_dunning_phone())
        self.assertEqual(zones, ["Europe/Brussels"])  # Belgium has one zone

    def test_number_of_several_zones_takes_that_of_the_contact(self):
        notice = self._call_notice()
        self.customer.write({"phone": "+7 916 123-45-67", "tz": "Asia/Omsk"})
        zones = notice._get_time_zones(*self.customer._get_dunning_phone())
        self.assertEqual(zones, ["Asia/Omsk"])

    def test_night_there_is_told(self):
        notice = self._call_notice()
        for hour, is_night in ((1, True), (12, False)):
            with self.subTest(hour), self._at(hour):
                self.env.invalidate_all()
                self.assertEqual(notice.is_night, is_night)

    def _at(self, hour):
        """Let it be ``hour`` o'clock (UTC) for whoever computes the local time."""
        moment = fields.Datetime.to_datetime(f"2025-01-06 {hour:02}:00:00")
        return patch(
            "odoo.addons.payment_reminder.models.dunning_notice_call.fields.Datetime.now",
            lambda: moment,
        )

    def test_list_costs_the_same_for_ten_and_for_two_hundred_calls(self):
        self._many(10)
        few = self._count_queries()
        self._many(190)
        self.assertEqual(self._count_queries(), few)

    def _many(self, number):
        for index in range(number):
            partner = self._create_customer(f"C{index}", phone=f"02 555 {index:04}")
            self._overdue(5, partner=partner)
        self._release(self._plan())

    def _count_queries(self):
        self._read_list()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = self._read_list()
        self.assertIn(len(rows), (10, 200))
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestCallCompanies(CallCommon):
    """A call is the affair of one company."""

    def test_list_shows_the_calls_of_the_chosen_companies_only(self):
        notice = self._call_notice()
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        Notice = self.env["dunning.notice"]
        domain = [("is_call_open", "=", True)]
        self.assertIn(notice, Notice.search(domain))
        elsewhere = Notice.with_context(allowed_company_ids=other.ids)
        self.assertNotIn(notice, elsewhere.search(domain))
