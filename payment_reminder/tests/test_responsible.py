from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestResponsible(DunningCommon):
    """Who looks after a case, signs what is sent, and gets what is to do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls._create_user("auditor", "group_dunning_readonly")
        cls.clerk = cls._create_user("clerk", "group_dunning_user")
        cls.carla = cls._create_user("carla", "group_dunning_user")
        cls.seller = new_test_user(
            cls.env,
            login="sue",
            email="sue@lender.example.com",
            groups="base.group_user",
            company_id=cls.company.id,
        )

    @classmethod
    def _create_user(cls, login, group):
        return new_test_user(
            cls.env,
            login=login,
            email=f"{login}@lender.example.com",
            groups=f"base.group_user,payment_reminder.{group}",
            company_id=cls.company.id,
        )

    def _late(self, days=5, seller=False, **values):
        return self._overdue(days, invoice_user_id=seller and seller.id, **values)

    def _case(self):
        return self.env["dunning.case"].search([("partner_id", "=", self.customer.id)])

    # === LOOKING === #

    def test_auditor_who_opens_the_desk_becomes_nobody(self):
        self._late()
        self.env["dunning.case"].with_user(self.auditor).action_open_desk()
        case = self._case()
        self.assertTrue(case)
        self.assertFalse(case.user_id | case.responsible_id)
        notice = self._plan().notice_ids
        self.assertFalse(notice.user_id)

    def test_planning_assigns_nobody(self):
        self._late()
        run = self._plan()
        self.assertFalse(run.user_id)
        self.assertFalse(self._case().user_id | self._case().responsible_id)

    # === WHO === #

    def test_order_of_who_is_responsible(self):
        self._late(seller=self.seller)
        self.company.dunning_user_id = self.carla
        notice = self._plan().notice_ids
        case = notice.case_id
        self.assertEqual(case.responsible_id, self.seller)
        self.assertEqual(notice.user_id, self.seller)
        self.customer.dunning_user_id = self.carla
        self.assertEqual(case.responsible_id, self.carla)
        case.user_id = self.clerk
        self.assertEqual(case.responsible_id, self.clerk)
        self.assertEqual(notice.user_id, self.clerk)

    def test_company_names_who_is_responsible_for_the_rest(self):
        self._late()
        self.company.dunning_user_id = self.carla
        self.assertEqual(self._plan().notice_ids.case_id.responsible_id, self.carla)

    def test_salesperson_of_the_oldest_invoice_is_responsible(self):
        self._late(6, self.clerk)
        self._late(9, self.seller)
        self.assertEqual(self._plan().notice_ids.case_id.responsible_id, self.seller)

    def test_salesperson_who_has_left_is_not(self):
        self._late(9, self.seller)
        self._late(6, self.clerk)
        self.seller.active = False
        self.assertEqual(self._plan().notice_ids.case_id.responsible_id, self.clerk)

    def test_run_names_who_signs_what_nobody_was_chosen_for(self):
        self._late(seller=self.seller)
        notice = self._plan(user_id=self.clerk.id).notice_ids
        self.assertEqual(notice.user_id, self.clerk)
        self.assertEqual(notice.case_id.responsible_id, self.seller)

    def test_database_and_python_agree(self):
        gone = self._create_user("gone", "group_dunning_user")
        robot = self.env.ref("base.user_root")
        choices = (False, self.seller, gone, robot)
        customers = self.env["res.partner"]
        for chosen in choices:
            for sellers in ((False,), (gone, self.clerk), (robot,), (False, gone)):
                customer = self._create_customer(f"Of {chosen} {sellers}")
                customer.dunning_user_id = chosen
                for days, seller in zip((9, 6), sellers, strict=False):
                    self._late(days, seller, partner=customer)
                customers |= customer
        self.company.dunning_user_id = self.carla
        gone.active = False
        cases = self._plan().notice_ids.case_id
        self.assertEqual(cases.partner_id, customers)
        found = [case.responsible_id for case in cases]
        cases._compute_responsible_id()
        self.assertEqual([case.responsible_id for case in cases], found)
        self.assertEqual(set(found), {self.seller, self.clerk, self.carla})

    # === TASKS === #

    def test_task_goes_to_who_may_work_on_the_case(self):
        self._late(seller=self.seller)
        case = self._plan().notice_ids.case_id
        self.company.dunning_user_id = self.carla
        self.assertEqual(case.responsible_id, self.seller)
        self.assertEqual(case._get_person(), self.carla)
        self.assertEqual(case._get_person(self.clerk), self.clerk)

    def test_task_goes_to_the_case_and_not_to_who_signs(self):
        self._late()
        self.friendly.user_id = self.carla
        notice = self._plan().notice_ids
        notice.case_id.user_id = self.clerk
        self.assertEqual(notice.user_id, self.carla)
        self.assertEqual(notice._get_person(), self.clerk)

    def test_auditor_who_opens_the_desk_does_nothing_by_it(self):
        invoice = self._late()
        today = self.company._get_dunning_today()
        case = self._plan().notice_ids.case_id
        promise = case._promise(100.0, today)
        self.assertEqual(promise.line_ids.move_id, invoice)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_promise SET date = %(then)s, rest_until = %(then)s",
                then=self._days_ago(1),
            )
        )
        self.env.invalidate_all()
        promise.sudo().user_id = False
        self.env["dunning.case"].with_user(self.auditor).action_open_desk()
        self.assertEqual(promise.state, "broken")
        self.assertNotEqual(case.activity_ids.user_id, self.auditor)
        authors = case.message_ids.author_id
        self.assertNotIn(self.auditor.partner_id, authors)
        self.assertNotEqual(case.activity_ids.create_uid, self.auditor)
