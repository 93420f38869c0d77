from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestPlannerAutomatic(DunningCommon):
    """Customers who pay by a saved payment method or a mandate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = (
            cls.env["payment.provider"]
            .sudo()
            .search([("code", "=", "none")], limit=1)
            .copy({"name": "Cards", "company_id": cls.company.id})
        )
        cls._set_provider("enabled")
        cls.procedure.skip_automatic = True

    @classmethod
    def _set_provider(cls, state):
        cls.provider.flush_recordset()
        cls.env.cr.execute(
            SQL(
                "UPDATE payment_provider SET state = %s WHERE id = %s",
                state,
                cls.provider.id,
            )
        )
        cls.provider.invalidate_recordset()

    def _token(self, partner=None, **values):
        return (
            self.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.env["payment.method"]
                    .sudo()
                    .with_context(active_test=False)
                    .search([], limit=1)
                    .id,
                    "partner_id": (partner or self.customer).id,
                    "provider_ref": "token",
                    "payment_details": "1234",
                    **values,
                }
            )
        )

    def test_customer_with_a_saved_card_is_left_out(self):
        invoice = self._overdue(5)
        self._token()
        self.assertLeftOut(self._plan(), invoice, "automatic")
        [text] = self.env["dunning.explainer"]._explain_move(invoice, self.today)
        self.assertIn("pays automatically", text)
        self.env["dunning.desk"]._refresh(self.company, date=self.today)
        self.assertEqual(self._items(invoice).case_id.next_step, "automatic")

    def test_card_of_a_contact_counts_for_its_company(self):
        self.customer.is_company = True
        contact = self._create_customer("Paula", parent_id=self.customer.id)
        invoice = self._overdue(5)
        self._token(contact)
        self.assertLeftOut(self._plan(), invoice, "automatic")

    def test_rule_is_off_by_default(self):
        self.procedure.skip_automatic = False
        invoice = self._overdue(5)
        self._token()
        self.assertReminded(self._plan(), invoice, self.friendly)
        self.assertFalse(self._create_procedure([1]).skip_automatic)

    def test_rule_is_that_of_the_procedure_that_applies(self):
        other = self._create_procedure([1])
        invoice = self._overdue(5, dunning_procedure_id=other.id)
        self._token()
        self.assertReminded(self._plan(), invoice, other.level_ids)

    def test_card_that_collects_nothing_does_not_count(self):
        invoice = self._overdue(5)
        self._token(active=False)
        self._token(self._create_customer("Bob"))
        self._token()
        self._set_provider("test")
        self.assertReminded(self._plan(), invoice, self.friendly)

    def test_customer_who_saves_a_card_meanwhile_is_not_written_to(self):
        self._overdue(5)
        run = self._plan()
        self._token()
        notices = run.sudo().notice_ids
        self.assertFalse(notices._recheck(self.today))
        self.assertEqual(notices.line_ids.left_out_reason, "automatic")

    def test_addon_adds_customers_with_a_mandate(self):
        invoice = self._overdue(5)
        planner = type(self.env["dunning.planner"])
        mandate = SQL("SELECT %s", self.customer.id)
        with patch.object(
            planner, "_get_automatic_payment_sql", lambda _self, _company: mandate
        ):
            self.assertLeftOut(self._plan(), invoice, "automatic")
