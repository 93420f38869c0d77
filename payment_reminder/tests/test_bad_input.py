from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestBadInput(DunningCommon):
    """What people get wrong, or do to their customers' records, has an answer."""

    # === LEVELS AND PROCEDURES === #

    def test_level_without_text_for_its_channel_is_refused(self):
        for channel in (self.email_channel, self.letter_channel):
            with (
                self.subTest(channel.name),
                self.assertRaisesRegex(ValidationError, "has no text for it"),
            ):
                self._create_procedure(
                    [
                        {
                            "delay_days": 3,
                            "mail_template_id": False,
                            "letter_intro": "<p><br/></p>",
                            "channel_ids": [Command.set(channel.ids)],
                        }
                    ]
                )

    def test_template_of_a_level_cannot_be_deleted(self):
        template = self.friendly.mail_template_id
        with self.assertRaisesRegex(UserError, "Friendly reminder"):
            template.unlink()

    def test_procedure_of_another_company_is_refused(self):
        other = self.setup_other_company()["company"]
        invoice = self._overdue(5)
        with self.assertRaises(UserError):
            invoice.dunning_procedure_id = other.dunning_procedure_id

    def test_procedure_of_another_company_on_the_customer_is_refused(self):
        other = self.setup_other_company()["company"]
        with self.assertRaises(UserError):
            self.customer.dunning_procedure_id = other.dunning_procedure_id

    # === ENTRIES === #

    def test_claim_without_due_date_stops_nobody(self):
        self._overdue(5)
        self._open_balance(40.0)
        self._plan()
        case = self._case()
        self.assertEqual((case.amount_open, case.amount_overdue), (140.0, 100.0))
        case._log_call("no_answer")
        self.assertEqual(case.call_count, 1)
        explainer = self.env["dunning.explainer"]
        sentences = explainer._explain_partner(self.customer, self.company)
        self.assertIn("nothing says when it is due", " ".join(sentences))

    def _open_balance(self, amount):
        """Return a claim from an opening balance that is to be followed up."""
        data = self.company_data
        accounts = ("default_account_receivable", "default_account_revenue")
        move = self.env["account.move"].create(
            {
                "date": self._days_ago(60),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": data[name].id,
                            "partner_id": self.customer.id,
                            "balance": sign * amount,
                        }
                    )
                    for name, sign in zip(accounts, (1, -1), strict=True)
                ],
            }
        )
        move.line_ids.no_followup = False
        move.action_post()
        self.env["dunning.planner"]._open_cases(self.company, self.customer)
        return move

    # === CUSTOMERS THAT CHANGE === #

    def _late(self, partner, amount=100.0):
        return self._overdue(30, amount, partner)

    def _merge(self, *partners, into):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([partner.id for partner in (*partners, into)], into)

    def test_merged_customers_go_on_in_one_case(self):
        bob = self._create_customer("Bob")
        first, second = self._late(self.customer), self._late(bob, 50.0)
        self._run_and_send(self._days_ago(20))
        self.assertTrue(self._case(bob))
        notice = self._case(bob).notice_ids
        gone = self._case(bob)
        self._merge(bob, into=self.customer)
        case = self._case().filtered(lambda c: not c.merged_into_id)
        self.assertEqual(gone.merged_into_id, case)
        self.assertEqual(self._items(first | second).case_id, case)
        self.assertEqual(notice.case_id, gone)  # evidence stays where it was said
        run = self._plan()
        self.assertEqual(run.notice_ids.case_id, case)
        self.assertEqual(run.notice_ids.amount_total, 150.0)

    def test_agreements_of_a_merged_customer_hold_on(self):
        bob = self._create_customer("Bob")
        invoice = self._late(bob)
        self._late(self.customer)
        self._plan(self._days_ago(20)).action_cancel()
        self._object(invoice)
        self._merge(bob, into=self.customer)
        self.assertLeftOut(self._plan(), invoice, "disputed")

    def test_proposals_to_a_merged_customer_are_skipped(self):
        bob = self._create_customer("Bob")
        self._late(bob)
        self._late(self.customer)
        run = self._plan(self._days_ago(20))
        self._merge(bob, into=self.customer)
        states = sorted(notice.state for notice in run.notice_ids)
        self.assertEqual(states, ["proposed", "skipped"])

    def test_customers_being_written_to_cannot_be_merged(self):
        bob = self._create_customer("Bob")
        self._late(bob)
        self._late(self.customer)
        run = self._plan(self._days_ago(20))
        run.action_approve()
        run._set_sending()
        self._case(bob).sudo().notice_ids._set_in_flight(1)
        with self.assertRaisesRegex(UserError, "being sent"):
            self._merge(bob, into=self.customer)

    def test_archived_customer_still_owes_and_the_desk_says_so(self):
        invoice = self._overdue(5)
        self.customer.active = False
        self.assertReminded(self._plan(), invoice, self.friendly)
        sentences = self.customer._get_dunning_explanations()
        self.assertIn("is archived but still owes", sentences[0])

    def test_contact_that_joins_another_customer_takes_its_debt_along(self):
        contact = self._create_customer("Bob")
        invoice = self._overdue(30, partner=contact)
        self._run_and_send(self._days_ago(20))
        contact.parent_id = self.customer
        run = self._plan()
        self.assertEqual(self._items(invoice).case_id, self._case())
        self.assertReminded(run, invoice, self.second)

    def test_contact_chosen_for_reminders_is_written_to(self):
        contact = self._create_customer("Clara", parent_id=self.customer.id)
        self.customer.dunning_contact_id = contact
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.contact_id, contact)

    def test_preferred_way_replaces_the_channels_of_the_level(self):
        self.customer.dunning_channel_id = self.email_channel
        self.procedure.first_level = "age"
        self._overdue(30)
        notices = self._plan().notice_ids
        self.assertEqual(notices.level_id, self.demand)
        self.assertEqual(notices.channel_id, self.email_channel)

    def test_preferred_way_without_an_address_is_ignored(self):
        self.customer.dunning_channel_id = self.letter_channel
        self.customer.street = False
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel_id, self.email_channel)

    # === FORMS === #

    def test_promise_form_starts_with_all_that_is_overdue(self):
        clock = self.company._get_dunning_today()
        self._invoice(due=clock - timedelta(days=5), amount=70.0)
        self.env["dunning.planner"]._open_cases(self.company, self.customer)
        action = self._case().action_add_promise()
        Promise = self.env["dunning.promise"].with_context(**action["context"])
        with Form(Promise) as form:
            self.assertEqual(form.amount, 70.0)
            form.date = clock
        self.assertEqual(form.record.case_id, self._case())

    def test_statistics_tell_how_the_customer_pays(self):
        clock = self.company._get_dunning_today()
        paid = self._invoice(due=clock - timedelta(days=30))
        self._pay(paid, paid_on=clock - timedelta(days=20))
        self._invoice(due=clock - timedelta(days=5), amount=70.0)
        self.assertEqual(self.customer.dunning_average_days_late, 10)
        self.assertEqual(self.customer.dunning_overdue, 70.0)
