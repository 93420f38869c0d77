from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestPlannerRecipient(DunningCommon):
    """To whom, and through which channel."""

    def test_notice_goes_to_the_invoice_contact(self):
        contact = self._create_customer(
            "Accounts Payable", parent_id=self.customer.id, type="invoice"
        )
        self._overdue(5)
        notice = self._plan().notice_ids
        self.assertEqual(notice.contact_id, contact)
        self.assertEqual(notice.partner_id, self.customer)

    def test_other_contacts_are_not_written_to(self):
        self._create_customer("Boss", parent_id=self.customer.id, type="contact")
        self._create_customer("Depot", parent_id=self.customer.id, type="delivery")
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.contact_id, self.customer)

    def test_archived_invoice_contact_is_not_written_to(self):
        self._create_customer(
            "Gone", parent_id=self.customer.id, type="invoice", active=False
        )
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.contact_id, self.customer)

    def test_customer_without_email_gets_a_letter(self):
        self.customer.email = False
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "letter")

    def test_blank_email_counts_as_none(self):
        self.customer.email = "  "
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "letter")

    def test_blacklisted_address_gets_a_letter(self):
        self.env["mail.blacklist"].sudo()._add(self.customer.email)
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "letter")

    def test_customer_without_address_gets_an_email_instead_of_a_letter(self):
        self.friendly.channel_ids = self.letter_channel
        self.customer.street = False
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.channel, "email")

    def test_fallback_does_not_double_a_channel_of_the_level(self):
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        self.customer.email = False
        self._overdue(5)
        self.assertEqual(self._plan().notice_ids.mapped("channel"), ["letter"])

    def test_customer_nobody_can_reach_is_left_out(self):
        self.customer.write({"email": False, "street": False})
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_contact")

    def test_level_without_channel_says_nothing(self):
        self.friendly.channel_ids = False
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_channel")

    def test_level_with_archived_channels_says_nothing(self):
        self.email_channel.sudo().active = False
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_channel")

    def test_archived_customer_is_still_reminded(self):
        invoice = self._overdue(5)
        self.customer.active = False
        self.assertReminded(self._plan(), invoice, self.friendly)


@tagged("post_install", "-at_install")
class TestPlannerAddressee(DunningCommon):
    """The contact that the items are addressed to, and whom each channel reaches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True

    def _branch(self, name, **values):
        return self._create_customer(
            name, parent_id=self.customer.id, type="invoice", **values
        )

    def test_branch_that_has_the_invoice_gets_its_reminder(self):
        self._branch("A branch")
        branch = self._branch("Z branch")
        self._overdue(5, partner=branch)
        notice = self._plan().notice_ids
        self.assertEqual(notice.contact_id, branch)
        self.assertEqual(notice.partner_id, self.customer)

    def test_branches_that_differ_leave_it_to_the_invoice_contact(self):
        first, other = self._branch("A branch"), self._branch("Z branch")
        self._overdue(5, partner=other)
        self._overdue(6, partner=first)
        self.assertEqual(self._plan().notice_ids.contact_id, first)

    def test_branch_with_an_item_comes_before_one_without(self):
        self._branch("A branch")
        branch = self._branch("Z branch")
        self._overdue(5, partner=branch)
        self._overdue(6)  # addressed to the customer itself
        self.assertEqual(self._plan().notice_ids.contact_id, branch)

    def test_person_named_on_the_invoice_gets_its_reminder(self):
        person = self._create_customer("Ann", parent_id=self.customer.id)
        self._branch("Accounts Payable")
        self._overdue(5, partner=person)
        self.assertEqual(self._plan().notice_ids.contact_id, person)

    def test_chosen_contact_comes_first(self):
        chosen = self._create_customer("Chosen", parent_id=self.customer.id)
        self.customer.dunning_contact_id = chosen
        self._overdue(5, partner=self._branch("Z branch"))
        self.assertEqual(self._plan().notice_ids.contact_id, chosen)

    def test_branch_that_is_archived_is_not_written_to(self):
        branch = self._branch("Z branch")
        self._overdue(5, partner=branch)
        branch.active = False
        self.assertEqual(self._plan().notice_ids.contact_id, self.customer)

    def test_item_without_invoice_is_addressed_to_its_partner(self):
        branch = self._branch("Z branch")
        self._branch("A branch")
        entry = self.env["account.move"].create(
            {
                "date": self._days_ago(30),
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": account.id,
                            "partner_id": branch.id,
                            "balance": balance,
                            "date_maturity": self._days_ago(5),
                        },
                    )
                    for account, balance in (
                        (self.company_data["default_account_receivable"], 50.0),
                        (self.company_data["default_account_revenue"], -50.0),
                    )
                ],
            }
        )
        entry.action_post()
        entry.line_ids.no_followup = False
        self.assertEqual(self._plan().notice_ids.contact_id, branch)

    def test_company_gets_the_email_that_its_contact_cannot(self):
        self._branch("Accounts Payable", email=False)
        self._overdue(5)
        notice = self._plan().notice_ids
        self.assertEqual(notice.channel, "email")
        self.assertEqual(notice.contact_id, self.customer)

    def test_contact_without_any_address_leaves_it_to_the_company(self):
        self._branch("Accounts Payable", email=False, street=False)
        self._overdue(5)
        notice = self._plan().notice_ids
        self.assertEqual((notice.channel, notice.contact_id), ("email", self.customer))

    def test_each_channel_has_a_recipient_of_its_own(self):
        branch = self._branch("Accounts Payable", email=False)
        self.friendly.channel_ids = self.email_channel + self.letter_channel
        self._overdue(5)
        recipients = {n.channel: n.contact_id for n in self._plan().notice_ids}
        self.assertEqual(recipients, {"email": self.customer, "letter": branch})

    def test_neither_contact_nor_company_with_email_get_a_letter(self):
        branch = self._branch("Accounts Payable", email=False)
        self.customer.email = False
        self._overdue(5)
        notice = self._plan().notice_ids
        self.assertEqual((notice.channel, notice.contact_id), ("letter", branch))

    def test_statement_and_plan_ask_the_same_rule(self):
        self._branch("A branch")
        branch = self._branch("Z branch", street=False)
        invoice = self._overdue(5, partner=branch)
        statement = self.env["dunning.statement"]._make(self.company, self.customer)[0]
        self.assertEqual(statement.contact_id, self.customer)  # a letter
        branch.street = "2 Long Road"
        statement = self.env["dunning.statement"]._make(self.company, self.customer)[0]
        self.assertEqual(statement.contact_id, branch)
        lines = self._receivables(invoice)
        contact = self.customer._get_dunning_contact(self.company, lines, "email")
        self.assertEqual(contact, branch)

    def test_reason_of_an_unreachable_customer_names_both(self):
        self._branch("Accounts Payable", email=False, street=False)
        self.customer.write({"email": False, "street": False})
        invoice = self._overdue(5)
        self._plan()
        [text] = self.env["dunning.explainer"]._explain_move(invoice, self.today)
        self.assertIn("Accounts Payable has no valid e-mail address", text)
        self.assertIn("Ann Example has no valid e-mail address", text)


@tagged("post_install", "-at_install")
class TestPlannerProcedure(DunningCommon):
    """Which procedure applies: invoice > customer > company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slow = cls._create_procedure([30])
        cls.quick = cls._create_procedure([1])

    def test_procedure_of_the_customer_beats_the_default(self):
        self.customer.dunning_procedure_id = self.quick
        invoice = self._overdue(5)
        self.assertReminded(self._plan(), invoice, self.quick.level_ids)

    def test_procedure_of_the_invoice_beats_the_customers(self):
        self.customer.dunning_procedure_id = self.quick
        invoice = self._overdue(5, dunning_procedure_id=self.slow.id)
        self.assertLeftOut(self._plan(), invoice, "not_reached")

    def test_procedure_of_the_commercial_partner_counts_for_its_contacts(self):
        self.customer.is_company = True
        self.customer.dunning_procedure_id = self.quick
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        invoice = self._overdue(5, partner=contact)
        self.assertReminded(self._plan(), invoice, self.quick.level_ids)

    def test_customer_has_a_procedure_per_company(self):
        other = self.setup_other_company()["company"]
        elsewhere = self.env["dunning.procedure"].search(
            [("company_id", "=", other.id)]
        )
        self.customer.with_company(other).dunning_procedure_id = elsewhere
        self.assertFalse(self.customer.with_company(self.company).dunning_procedure_id)
        invoice = self._overdue(5)
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_company_without_procedure_reminds_nobody(self):
        self.company.dunning_procedure_id = False
        invoice = self._overdue(5)
        self.assertLeftOut(self._plan(), invoice, "no_procedure")

    def test_changing_the_procedure_continues_at_the_same_lateness(self):
        invoice = self._overdue(20)
        self._run_and_send(self._days_ago(10))  # friendly: 3 days
        other = self._create_procedure([1, 2, 12])
        invoice.dunning_procedure_id = other
        self.assertReminded(self._plan(), invoice, other.level_ids[2])

    def test_changing_to_a_shorter_procedure_ends_the_reminders(self):
        invoice = self._overdue(20)
        self._run_and_send(self._days_ago(10))
        invoice.dunning_procedure_id = self.quick
        self.assertLeftOut(self._plan(), invoice, "last_level")

    def test_archived_level_is_passed_over(self):
        invoice = self._overdue(40)
        self._run_and_send(self._days_ago(20))
        self.second.active = False
        self.assertReminded(self._plan(), invoice, self.call_level)

    def test_level_archived_after_it_was_reached_still_counts(self):
        invoice = self._overdue(40)
        self._run_and_send(self._days_ago(20))
        self.friendly.active = False
        self.assertReminded(self._plan(), invoice, self.second)
