from datetime import timedelta

from odoo.tests import tagged

from .review_common import ReviewCommon

FORM_FIELDS = (
    "state",
    "notice_count",
    "proposed_count",
    "amount_text",
    "summary_html",
    "credit_warning",
    "bank_warning",
    "contact_warning",
    "high_warning",
)
LIST_FIELDS = (
    "partner_id",
    "channel_id",
    "recipient_text",
    "amount_total",
    "days_late",
    "lang_name",
    "warning_text",
    "state",
    "can_put_back",
)


@tagged("post_install", "-at_install")
class TestRunForm(ReviewCommon):
    """What the form of a run shows, and how many queries it needs."""

    def test_form_and_list_need_the_same_queries_for_many_notices(self):
        few = self._plan()
        few_counts = self._count_queries(few)
        few.action_cancel()
        for number in range(30):
            partner = self._create_customer(f"Customer {number}")
            self._overdue(5, 10.0 + number, partner=partner)
        many = self._plan()
        self.assertEqual(len(many.notice_ids), 32)
        self.assertEqual(self._count_queries(many), few_counts)

    def _count_queries(self, run):
        """Return how many queries the form and its list of notices need."""
        self.env.flush_all()
        self._read_screen(run)  # what is cached for the whole registry
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self._read_screen(run)
        return self.env.cr.sql_log_count - start

    def _read_screen(self, run):
        run.web_read({name: {} for name in FORM_FIELDS})
        Notice = self.env["dunning.notice"]
        domain = [("run_id", "=", run.id)]
        Notice.web_read_group(domain, ["level_id"], ["amount_total:sum"])
        Notice.web_search_read(domain, {name: {} for name in LIST_FIELDS}, limit=80)

    def test_form_reads_no_rows_of_its_notices(self):
        arch = self.env["dunning.run"].get_view(view_type="form")["arch"]
        self.assertNotIn('name="notice_ids"', arch)
        self.assertNotIn('name="exclusion_ids"', arch)

    def test_summary_names_each_level_with_its_amount_highest_first(self):
        self._overdue(30, 70.0, partner=self._create_customer("Dan"))
        self.procedure.first_level = "age"
        html = self._plan().summary_html
        self.assertLess(html.index(self.demand.name), html.index(self.friendly.name))
        self.assertIn(self.company.currency_id.format(70.0), html)
        self.assertIn(self.company.currency_id.format(220.0), html)

    def test_summary_counts_a_customer_with_two_channels_once(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        run = self._plan()
        total = run._prepare_summary()["total"]
        self.assertEqual((total["notices"], total["customers"]), (4, 2))
        self.assertEqual(total["amounts"], [self.company.currency_id.format(150.0)])

    def test_summary_of_a_finished_run_tells_what_was_sent(self):
        run = self._plan()
        self._notice_of(run, self.bob)._leave_out("a talk")
        self._send(run)
        run.invalidate_recordset()
        total = run._prepare_summary()["total"]
        self.assertEqual(total["notices"], 1)
        self.assertEqual(total["amounts"], [self.company.currency_id.format(100.0)])

    def test_left_out_items_are_grouped_by_reason_in_words(self):
        self._overdue(1, 33.0, partner=self._create_customer("Cid"))
        run = self._plan()
        [group] = self.env["dunning.run.exclusion"].web_read_group(
            [("run_id", "=", run.id)], ["reason"], ["amount_residual:sum"]
        )["groups"]
        self.assertEqual(group["amount_residual:sum"], 33.0)
        labels = dict(
            run.exclusion_ids._fields["reason"]._description_selection(run.env)
        )
        self.assertEqual(labels[group["reason"]], "Not late enough for the next level")

    def test_list_tells_where_each_notice_goes(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        texts = (
            self._plan()
            .notice_ids.filtered(lambda n: n.partner_id == self.bob)
            .mapped("recipient_text")
        )
        self.assertCountEqual(
            texts, ["bob@customer.example.com", "1 Long Road, 1000 Brussels, Belgium"]
        )

    def test_notice_names_its_sibling_through_another_channel(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        mail, letter = self._notice_of(self._plan(), self.bob)
        self.assertEqual(mail.sibling_id, letter)
        self.assertEqual(letter.sibling_id, mail)
        self.assertEqual(mail.action_open_sibling()["res_id"], letter.id)


@tagged("post_install", "-at_install")
class TestWarnings(ReviewCommon):
    """Sentences on top of a proposal; none when all is well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._enter_bank(cls.company._get_dunning_today())

    @classmethod
    def _enter_bank(cls, date):
        line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "date": date,
                "payment_ref": "something else",
                "amount": 1.0,
            }
        )
        return line

    def test_run_without_warnings_shows_nothing(self):
        run = self._plan()
        self.assertFalse(
            run.credit_warning
            or run.bank_warning
            or run.contact_warning
            or run.high_warning
        )

    def test_unmatched_payments_are_told_per_currency(self):
        euro = self.setup_other_currency("EUR")
        self._unmatched_payment(amount=30.0)
        self._credit_note(amount=7.0, partner=self.bob, currency_id=euro.id)
        self._unmatched_payment(self._create_customer("Not in the run"), 99.0)
        run = self._plan()
        own = (
            self.company.currency_id
        )  # two currencies meet: their codes tell them apart
        self.assertIn(own._format_dunning(30.0, own | euro), run.credit_warning)
        self.assertIn(euro._format_dunning(7.0, own | euro), run.credit_warning)
        self.assertNotIn("99", run.credit_warning)
        action = run.action_view_credits()
        items = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(items.partner_id, self.customer + self.bob)

    def test_old_bank_entries_are_told_with_their_age(self):
        run = self._plan()
        today = self.company._get_dunning_today()
        self.assertFalse(run._get_bank_warning(today + timedelta(days=3)))
        self.assertIn("11 days ago", run._get_bank_warning(today + timedelta(days=11)))

    def test_bank_that_was_never_read_is_told(self):
        self.env["account.bank.statement.line"].search([]).move_id.button_draft()
        self.assertIn("no bank entries", self._plan().bank_warning)

    def test_customers_who_cannot_be_reached_are_counted(self):
        nobody = self._create_customer("Nobody", email=False, street=False)
        self._overdue(5, partner=nobody)
        run = self._plan()
        self.assertIn("cannot be reached: 1.", run.contact_warning)

    def test_high_amounts_are_pointed_out(self):
        self.company.dunning_high_amount = 60.0
        run = self._plan()
        self.assertIn(": 1.", run.high_warning)
        found = self.env["dunning.notice"].search(run.action_view_high()["domain"])
        self.assertEqual(found, self._notice_of(run, self.customer))
        self.assertIn("High amount", found.warning_text)
        self.assertFalse(self._notice_of(run, self.bob).warning_text)

    def test_no_amount_is_high_when_the_limit_is_zero(self):
        self.company.dunning_high_amount = 0.0
        run = self._plan()
        self.assertFalse(run.high_warning)
        self.assertFalse(any(run.notice_ids.mapped("warning_text")))

    def test_warnings_are_gone_when_the_run_is_approved(self):
        self.company.dunning_high_amount = 60.0
        run = self._plan()
        run.action_approve()
        self.assertFalse(run.high_warning)
