import random
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import DunningCommon

WORLDS = 25
CUSTOMERS = 5
ITEMS = 6  # per customer
LATER_BASES = ["end_of_month", "previous_notice"]
#: Days of planning: in the middle and at both ends of months.
DAYS = [date(2025, 6, 16), date(2025, 6, 30), date(2024, 2, 29), date(2025, 8, 1)]


@tagged("post_install", "-at_install")
class TestProperty(DunningCommon):
    """The planner's SQL and the methods for a single record give the same answer.

    Random worlds, always the same ones: a failure names its seed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].union(
            *(cls._create_customer(f"Customer {number}") for number in range(CUSTOMERS))
        )
        cls.moves = cls.env["account.move"].union(
            *(cls._create_items(customer) for customer in cls.customers)
        )
        cls.lines = cls._receivables(cls.moves)
        cls.lines.no_followup = False
        cls._plan().action_cancel()  # gives every line its case item

    @classmethod
    def _create_items(cls, customer):
        """Return one entry per receivable: each may have its own procedure."""
        accounts = cls.company_data
        moves = cls.env["account.move"].create(
            [
                {
                    "date": cls._days_ago(5),
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": accounts["default_account_receivable"].id,
                                "partner_id": customer.id,
                                "date_maturity": cls._days_ago(5),
                                "debit": 10.0 + number,
                            }
                        ),
                        Command.create(
                            {
                                "account_id": accounts["default_account_revenue"].id,
                                "credit": 10.0 + number,
                            }
                        ),
                    ],
                }
                for number in range(ITEMS)
            ]
        )
        moves.action_post()
        return moves

    def test_planner_and_single_record_methods_agree(self):
        climbed = 0
        for seed in range(WORLDS):
            with self.subTest(seed=seed):
                world = random.Random(seed)
                self.day = world.choice(DAYS)
                self._shuffle(world)
                run = self._plan(self.day, is_unattended=world.random() < 0.3)
                self._assert_lines_agree(run)
                self._assert_notices_agree(run)
                climbed += len(run.notice_ids)
                run.action_cancel()
        self.assertGreater(climbed, WORLDS)  # the worlds are not empty ones

    # === WORLDS === #

    def _shuffle(self, world):
        """Make another world: procedures, due dates, and how far everything is."""
        procedures = self.env["dunning.procedure"].union(
            *(self._random_procedure(world) for _number in range(3))
        )
        levels = procedures.level_ids
        self.company.dunning_procedure_id = procedures[0]
        for customer in self.customers:
            customer.dunning_procedure_id = world.choice([False, *procedures])
        for move in self.moves:
            move.dunning_procedure_id = world.choice([False, False, *procedures])
        self.env.flush_all()
        for item in self._items(self.moves):
            self._set_item(world, item, levels)
        for case in self._items(self.moves).case_id:
            self._set_column(case, "last_notice_date", self._random_day(world, 0.5))
        self.env.invalidate_all()

    def _random_procedure(self, world):
        triggers = {
            (world.choice([0, 1, world.randint(0, 12)]), world.choice(LATER_BASES))
            if world.random() < 0.4
            else (world.randint(-4, 20), "due_date")
            for _number in range(world.randint(1, 5))
        }
        return self._create_procedure(
            [
                {
                    "delay_days": days,
                    "basis": basis,
                    "sequence": world.randint(1, 4),
                    "active": world.random() < 0.85,
                    "min_gap_days": world.choice([0, 0, 3, 7]),
                    "is_reviewed": world.random() < 0.2,
                    "repeat_days": self._random_repetition(world, days, basis),
                    "repeat_max": world.choice([0, 1, 3]),
                }
                for days, basis in sorted(triggers)
            ],
            first_level=world.choice(["climb", "age"]),
            credit_treatment="ignore",
        )

    def _random_repetition(self, world, days, basis):
        is_heads_up = basis == "due_date" and days <= 0
        return 0 if is_heads_up or world.random() < 0.6 else world.randint(1, 15)

    def _set_item(self, world, item, levels):
        level = world.choice(levels) if world.random() < 0.5 else levels.browse()
        told = self._random_day(world, 0.9 if level else 0.2)
        pay_by = told and told + timedelta(days=world.randint(0, 9))
        self._set_column(item, "level_id", level.id or None)
        self._set_column(item, "last_notice_date", told)
        self._set_column(item, "pay_by_date", pay_by)
        late = world.choice([-3, -1, 0, 1, 2, world.randint(-8, 60)])
        due = self.day - timedelta(days=late)
        self._set_column(item.move_line_id, "date_maturity", due)

    def _random_day(self, world, likelihood):
        if world.random() > likelihood:
            return None
        return self.day - timedelta(days=world.randint(0, 25))

    def _set_column(self, record, column, value):
        """Write past the rules of the ORM: here, any state may be met."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(record._table),
                SQL.identifier(column),
                value,
                record.id,
            )
        )

    # === WHAT THE SINGLE-RECORD METHODS SAY === #

    def _decide(self, item, run):
        """Return the level that ``item`` comes to, and why it does not climb."""
        level = self._get_target(item, run.date)
        if not level:
            return level, "last_level"
        if not level._is_reached(item, run.date):
            return level, "not_reached"
        if item.pay_by_date and item.pay_by_date >= run.date:
            return level, "pay_by"
        told = item.case_id.last_notice_date
        if told and (run.date - told).days < level.min_gap_days:
            return level, "min_gap"
        if level.is_reviewed and run.is_unattended:
            return level, "reviewed_only"
        return level, None

    def _get_target(self, item, on):
        procedure = (
            item.move_id.dunning_procedure_id
            or item.partner_id.dunning_procedure_id
            or self.company.dunning_procedure_id
        )
        days_late = (on - item.date_maturity).days
        next_level = procedure._get_next_level(item.level_id, days_late)
        if not next_level and item.level_id:
            return item.level_id._get_repeated(item, procedure)
        if procedure.first_level == "age" and not item.level_id and days_late > 0:
            reached = procedure.level_ids.filtered(
                lambda level: (
                    level.active
                    and not level._is_heads_up()
                    and level._is_reached(item, on)
                )
            )
            if reached:
                return reached.sorted(lambda level: (level.sequence, level.id))[-1]
        return next_level

    # === COMPARISON === #

    def _assert_lines_agree(self, run):
        rows = self.env.execute_query_dict(
            SQL("SELECT move_line_id, level_id, reason FROM dunning_plan_line")
        )
        planned = {row["move_line_id"]: row for row in rows}
        for item in self._items(self.moves):
            level, reason = self._decide(item, run)
            row = planned.get(item.move_line_id.id)
            if row:
                self.assertEqual(
                    (row["level_id"], row["reason"]), (level.id or None, reason)
                )
            else:  # not looked at: then it must not have anything to hear
                self.assertTrue(reason)

    def _assert_notices_agree(self, run):
        notices = run.notice_ids.grouped("case_id")
        for case, items in self._items(self.moves).grouped("case_id").items():
            level, roles = self._get_expected_notice(items, run)
            notice = notices.get(case, run.notice_ids.browse())
            self.assertEqual(notice.level_id, level)
            told = {row.move_line_id: row.role for row in notice.line_ids}
            self.assertEqual(told, {item.move_line_id: roles[item] for item in roles})
            asked = [item for item, role in roles.items() if role != "earlier"]
            total = sum(item.amount_residual for item in asked)
            self.assertAlmostEqual(sum(notice.mapped("amount_total")), total)

    def _get_expected_notice(self, items, run):
        decisions = {item: self._decide(item, run) for item in items}
        climbing = items.filtered(lambda item: not decisions[item][1])
        levels = self.env["dunning.level"].union(
            *(decisions[item][0] for item in climbing)
        )
        level = levels.sorted(self._rank)[-1:]
        if not level:
            return level, {}
        itemised = items.filtered(
            lambda item: (
                (item.level_id or item in climbing)
                and (
                    item.date_maturity < run.date
                    or (item in climbing and level._is_heads_up())
                )
            )
        )
        roles = {
            item: self._get_role(item, level, decisions[item], run.date)
            for item in itemised
        }
        claimed = [item for item in roles if roles[item] == "claimed"]
        if any(item.level_id for item in claimed if item in climbing):
            skipping = [item for item in roles if self._skips(item, run, decisions)]
            roles |= dict.fromkeys(skipping, "due")
        return level, roles

    def _rank(self, level):
        return (level.rank_days, level.sequence, level.id)

    def _get_role(self, item, level, decision, day):
        target, reason = decision
        if not reason:
            return "claimed" if target == level else "due"
        is_pending = item.pay_by_date and item.pay_by_date >= day
        if is_pending or self._rank(item.level_id) > self._rank(level):
            return "earlier"
        return "claimed" if item.level_id == level else "due"

    def _skips(self, item, run, decisions):
        """Return whether an item that was never reminded starts above the first."""
        target, reason = decisions[item]
        if reason or item.level_id:
            return False
        days_late = (run.date - item.date_maturity).days
        return target != target.procedure_id._get_next_level(item.level_id, days_late)
