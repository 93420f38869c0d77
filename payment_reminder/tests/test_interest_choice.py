from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .interest_common import InterestCommon


@tagged("post_install", "-at_install")
class TestInterestChoice(InterestCommon):
    """Which regime applies: invoice, customer, procedure, country."""

    def _chosen(self, partner, procedure=None):
        return partner._get_interest_regime(self.company, procedure or self.procedure)

    def test_nothing_is_claimed_until_somebody_says_so(self):
        self.assertFalse(self.procedure.is_interest_by_country)
        for partner in (self.customer, self.business):
            self.assertFalse(self._chosen(partner))
            self.assertFalse(
                partner._get_interest_regime(
                    self.company, self.env["dunning.procedure"]
                )
            )

    def test_level_that_claims_without_a_law_says_so(self):
        level = self.second
        self.assertFalse(level.missing_law)
        self.assertFalse(self.procedure.interest_problem)
        level.claim_interest = True
        self.assertIn("by which law", level.missing_law)
        self.assertIn("by which law", self.procedure.interest_problem)
        self.assertFalse(self.friendly.missing_law)
        self.company.account_fiscal_country_id = self.env.ref("base.us")
        self.procedure.is_interest_by_country = True
        self.assertTrue(level.missing_law, "no law of the United States is known")
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.env.invalidate_all()
        self.assertFalse(level.missing_law)
        self.procedure.is_interest_by_country = False
        self.assertTrue(level.missing_law)
        self.procedure.interest_business_id = self._create_regime()
        self.assertFalse(level.missing_law)
        self.assertFalse(self.procedure.interest_problem)

    def test_procedure_has_one_for_companies_and_one_for_persons(self):
        self.procedure.interest_business_id = self._regime("de_business")
        self.procedure.interest_consumer_id = self._regime("de_consumer")
        self.assertEqual(self._chosen(self.business), self._regime("de_business"))
        self.assertEqual(self._chosen(self.customer), self._regime("de_consumer"))

    def test_contacts_of_a_company_are_the_company(self):
        self.procedure.interest_business_id = self._regime("de_business")
        contact = self._create_customer("Bob", parent_id=self.business.id)
        self.assertEqual(self._chosen(contact), self._regime("de_business"))

    def test_customer_goes_before_the_procedure_and_invoice_before_both(self):
        self.procedure.interest_business_id = self._regime("de_business")
        own, other = self._create_regime(name="Own"), self._create_regime(name="Deal")
        self.business.interest_regime_id = own
        self.assertEqual(self._chosen(self.business), own)
        invoice = self._invoice(self.business)
        self.assertEqual(invoice._get_interest_regime(self.procedure), own)
        invoice.interest_regime_id = other
        self.assertEqual(invoice._get_interest_regime(self.procedure), other)

    def test_law_of_our_country_is_used_if_the_procedure_says_so(self):
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.procedure.is_interest_by_country = True
        self.assertEqual(self._chosen(self.business), self._regime("de_business"))
        self.assertEqual(self._chosen(self.customer), self._regime("de_consumer"))
        self.company.account_fiscal_country_id = self.env.ref("base.uk")
        self.assertFalse(self._chosen(self.customer))
        self.procedure.interest_business_id = self._create_regime()
        self.assertNotEqual(self._chosen(self.business), self._regime("uk_1998"))

    def test_regime_for_companies_cannot_be_chosen_for_persons(self):
        with self.assertRaisesRegex(ValidationError, "Companies only"):
            self.customer.interest_regime_id = self._regime("de_business")
        with self.assertRaises(ValidationError):
            self.procedure.interest_consumer_id = self._regime("uk_1998")
        with self.assertRaises(ValidationError):
            self.procedure.interest_business_id = self._regime("de_consumer")
        with self.assertRaises(ValidationError):
            self._invoice(self.customer).interest_regime_id = self._regime("eu_2011_7")

    def test_regime_for_companies_is_silent_when_the_customer_becomes_a_person(self):
        self.business.interest_regime_id = self._regime("de_business")
        self.procedure.interest_consumer_id = self._regime("de_consumer")
        invoice = self._invoice(self.business)
        invoice.interest_regime_id = self._regime("eu_2011_7")
        self.business.is_company = False
        self.assertEqual(self._chosen(self.business), self._regime("de_consumer"))
        self.assertEqual(
            invoice._get_interest_regime(self.procedure), self._regime("de_consumer")
        )
        self.business.is_company = True
        self.assertEqual(self._chosen(self.business), self._regime("de_business"))

    def test_regime_whose_scope_changes_later_does_not_touch_persons(self):
        regime = self._create_regime()
        self.customer.interest_regime_id = regime
        regime.applies_to = "business"
        self.assertFalse(self._chosen(self.customer))

    def test_customer_can_be_spared(self):
        self.procedure.interest_business_id = self._regime("de_business")
        self.business.is_interest_free = True
        self.assertFalse(self._chosen(self.business))

    def test_choice_of_a_customer_belongs_to_one_company(self):
        other = self.setup_other_company()["company"]
        self.business.interest_regime_id = self._create_regime()
        self.assertFalse(
            self.business._get_interest_regime(other, other.dunning_procedure_id)
        )

    def test_regime_of_another_company_is_refused_and_never_applies(self):
        other = self.setup_other_company()["company"]
        regime = self._create_regime(company_id=other.id)
        with self.assertRaises(ValidationError):
            self.procedure.interest_business_id = regime
        own = self._create_regime()
        self.procedure.interest_business_id = own
        own.company_id = other
        self.assertFalse(self._chosen(self.business))

    def test_archived_regime_does_not_apply(self):
        regime = self._create_regime()
        regime.active = False
        self.procedure.interest_business_id = regime
        self.assertFalse(self._chosen(self.business))

    def test_invoice_of_a_customer_who_was_changed_is_checked(self):
        invoice = self._invoice(self.business, post=False)
        invoice.interest_regime_id = self._regime("de_business")
        with self.assertRaises(ValidationError):
            invoice.partner_id = self.customer

    def test_colleague_without_rights_adds_a_contact_to_a_company(self):
        self.business.interest_regime_id = self._regime("de_business")
        seller = new_test_user(
            self.env, login="seller", groups="base.group_partner_manager"
        )
        contact = (
            self.env["res.partner"]
            .with_user(seller)
            .create({"name": "Bob", "parent_id": self.business.id})
        )
        self.assertEqual(contact.sudo().interest_regime_id, self._regime("de_business"))
