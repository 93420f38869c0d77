from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestOwnClock(DunningCommon):
    """Each item has a clock of its own, whatever else the customer owes."""

    # === NEW INVOICES DO NOT HOLD UP OLD ONES === #

    def _play(self, every, levels=None, days=120, amount=100.0):
        """Invoice every so many days, never paid; run daily without a person.

        :return: the items, the first due one first, and the day each level was reached
            by the first of them, counted from its due date
        """
        values = {"dunning_procedure_id": levels.id} if levels else {}
        first = self._days_ago(days)
        invoices = self.env["account.move"].union(
            *(
                self._invoice(None, amount, first + timedelta(days=ago), **values)
                for ago in range(0, days, every)
            )
        )
        reached = {}
        for day in range(1, days + 1):
            on = first + timedelta(days=day)
            self._run_and_send(on, is_unattended=True)
            level = self._items(invoices[:1]).level_id
            reached.setdefault(level, day)
        return invoices, reached

    def _assert_reaches_the_demand(self, every):
        _invoices, reached = self._play(every)
        self.assertIn(self.demand, reached)
        return reached[self.demand]

    def test_weekly_invoices_reach_the_formal_demand(self):
        self._assert_reaches_the_demand(7)

    def test_invoices_every_five_days_reach_the_formal_demand(self):
        self._assert_reaches_the_demand(5)

    def test_invoices_every_fourteen_days_reach_the_formal_demand(self):
        self._assert_reaches_the_demand(14)

    def test_levels_counted_from_the_previous_notice_are_reached(self):
        basis = {"basis": "previous_notice", "min_gap_days": 5}
        procedure = self._create_procedure(
            [{"delay_days": 20, **basis}, {"delay_days": 21, **basis}]
        )
        _invoices, reached = self._play(14, procedure)
        self.assertEqual(list(reached)[-1], procedure.level_ids[1])

    def test_what_is_only_named_keeps_its_dates(self):
        old = self._overdue(5)
        self._run_and_send(self._days_ago(2))
        item = self._items(old)
        before = (item.last_notice_date, item.pay_by_date)
        self._overdue(3)
        run = self._run_and_send(self._days_ago(-3))
        self.assertEqual(len(run.notice_ids.line_ids), 2)
        self.assertEqual((item.last_notice_date, item.pay_by_date), before)
        self.assertEqual(item.case_id.last_notice_date, self._days_ago(-3))

    # === REPEATED LEVELS === #

    def test_last_level_is_repeated_so_often_at_most(self):
        procedure = self._create_procedure(
            [3, {"delay_days": 10, "repeat_days": 20, "repeat_max": 2}]
        )
        invoice = self._overdue(3, dunning_procedure_id=procedure.id)
        told = []
        for day in range(90):
            run = self._run_and_send(self._days_ago(-day), is_unattended=True)
            told += [day] if run.notice_ids else []
        self.assertEqual(told, [0, 7, 27, 47])
        self.assertEqual(self._items(invoice).level_id, procedure.level_ids[1])

    def test_level_with_a_successor_is_not_repeated(self):
        procedure = self._create_procedure(
            [{"delay_days": 3, "repeat_days": 2}, {"delay_days": 30}]
        )
        invoice = self._overdue(3, dunning_procedure_id=procedure.id)
        self._run_and_send()
        self.assertLeftOut(self._plan(self._days_ago(-9)), invoice, "not_reached")

    def test_repetition_waits_for_the_pay_by_date(self):
        procedure = self._create_procedure(
            [{"delay_days": 3, "repeat_days": 2, "pay_by_days": 7}]
        )
        invoice = self._overdue(3, dunning_procedure_id=procedure.id)
        pay_by = self._run_and_send().notice_ids.pay_by_date
        self.assertLeftOut(self._plan(pay_by), invoice, "pay_by")
        run = self._plan(pay_by + timedelta(days=1))
        self.assertReminded(run, invoice, procedure.level_ids)

    def test_mail_and_letter_of_a_level_count_once(self):
        channels = self.email_channel | self.letter_channel
        procedure = self._create_procedure(
            [
                {
                    "delay_days": 3,
                    "repeat_days": 5,
                    "repeat_max": 1,
                    "channel_ids": [Command.set(channels.ids)],
                    "letter_intro": "<p>Please pay.</p>",
                }
            ]
        )
        invoice = self._overdue(3, dunning_procedure_id=procedure.id)
        self.assertEqual(len(self._run_and_send().notice_ids), 2)
        again = self._run_and_send(self._days_ago(-5))
        self.assertReminded(again, invoice, procedure.level_ids)
        self.assertLeftOut(self._plan(self._days_ago(-20)), invoice, "last_level")

    # === A MILD NOTICE NEVER UNDOES A FORMAL ONE === #

    def test_what_was_demanded_stands_apart_in_a_milder_notice(self):
        old = self._overdue(30, 1000.0)
        self._climb_to(old, self.demand, self._days_ago(10), self._days_ago(1))
        new = self._overdue(4, 100.0)
        notice = self._run_and_send().notice_ids
        self.assertEqual(notice.level_id, self.friendly)
        self.assertEqual(notice.claim_ids.move_id, new)
        self.assertEqual(notice.earlier_ids.move_id, old)
        self.assertEqual(notice.amount_total, 100.0)
        self.assertEqual(self._items(old).pay_by_date, self._days_ago(1))

    def test_what_is_asked_for_until_a_later_day_stands_apart(self):
        old = self._overdue(20)
        self._climb_to(old, self.friendly, self._days_ago(6), self.today)
        new = self._overdue(4)
        notice = self._plan().notice_ids
        self.assertEqual(notice.claim_ids.move_id, new)
        self.assertEqual(notice.earlier_ids.move_id, old)

    def test_a_passed_pay_by_date_lets_an_item_be_asked_for_again(self):
        old = self._overdue(9)
        self._climb_to(old, self.friendly, self._days_ago(6), self._days_ago(1))
        new = self._overdue(4)
        notice = self._plan().notice_ids
        self.assertEqual(notice.claim_ids.move_id, old + new)
        self.assertEqual(set(notice.claim_ids.mapped("role")), {"claimed"})

    def test_a_demand_does_not_demand_what_stands_below_it(self):
        old = self._overdue(64, 100.0)
        self._climb_to(old, self.call_level, self._days_ago(20), self._days_ago(14))
        new = self._overdue(5, 777.0)
        notice = self._plan().notice_ids
        roles = {row.move_id: row.role for row in notice.line_ids}
        self.assertEqual(notice.level_id, self.demand)
        self.assertEqual(roles, {old: "claimed", new: "due"})

    def test_a_first_notice_by_age_beside_a_reminded_item_stands_apart(self):
        self.procedure.first_level = "age"
        old = self._overdue(25)
        self._climb_to(old, self.call_level, self._days_ago(9), self._days_ago(3))
        new = self._overdue(22)
        notice = self._plan().notice_ids
        rows = {row.move_id: row for row in notice.line_ids}
        self.assertEqual(rows[new].level_id, self.demand)
        self.assertEqual(rows[new].role, "due")
        self.assertFalse(rows[new].was_reminded)
        self.assertEqual(rows[old].role, "claimed")

    def test_a_first_notice_by_age_is_sent_although_another_item_is_at_its_level(self):
        self.procedure.first_level = "age"
        old = self._overdue(40)
        self._climb_to(old, self.demand, self._days_ago(20), self._days_ago(9))
        new = self._overdue(25)
        notice = self._run_and_send().notice_ids[:1]
        self.assertEqual(notice.state, "sent")
        self.assertEqual(notice.claim_ids.move_id, old + new)
        self.assertEqual(self._items(new).level_id, self.demand)

    def test_first_notices_by_age_alone_are_asked_for(self):
        self.procedure.first_level = "age"
        self._overdue(25)
        self._overdue(22)
        notice = self._plan().notice_ids
        self.assertEqual(set(notice.line_ids.mapped("role")), {"claimed"})
        self.assertFalse(any(notice.line_ids.mapped("was_reminded")))

    def _climb_to(self, invoice, level, on, pay_by):
        """Put the item of ``invoice`` to where a notice of ``on`` has brought it."""
        self._plan(on).action_cancel()
        item = self._items(invoice)
        item.sudo().write(
            {"level_id": level.id, "last_notice_date": on, "pay_by_date": pay_by}
        )
        item.case_id.sudo().last_notice_date = on
