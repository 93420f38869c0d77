from contextlib import contextmanager

from odoo.exceptions import UserError

from .common import DunningCommon


class HandoverCommon(DunningCommon):
    """A customer past the last level, and an agency that collects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls._create_agency("Swift Collections")
        cls.invoice = cls._overdue(60, 100.0)
        cls.other = cls._overdue(40, 50.0)
        cls._reach_last_level()

    @classmethod
    def _create_agency(cls, name, **values):
        return cls._create_customer(
            name,
            **{
                "is_company": True,
                "dunning_agency_role": "agency",
                "dunning_commission_percent": 20.0,
                **values,
            },
        )

    @classmethod
    def _reach_last_level(cls, *moves, level=None, pay_by=None):
        """Let items have reached their last level some time ago."""
        run = cls._plan()
        run.action_cancel()
        moves = cls.env["account.move"].union(*moves) or cls.invoice | cls.other
        items = cls._items(moves)
        items.sudo().write(
            {
                "level_id": (level or cls._get_last_level()).id,
                "last_notice_date": cls._days_ago(20),
                "pay_by_date": pay_by or cls._days_ago(10),
            }
        )
        return items

    @classmethod
    def _get_last_level(cls):
        return cls.levels.filtered("active")[-1]

    @classmethod
    def _prepare(cls, *moves, agency=None, date=None, **values):
        """Return a prepared hand-over of the items of ``moves``, default both."""
        moves = cls.env["account.move"].union(*moves) or cls.invoice | cls.other
        items = cls._items(moves)
        return cls.env["dunning.handover"]._make(
            items.case_id, items, agency or cls.agency, date or cls.today, **values
        )

    @classmethod
    def _hand_over(cls, *moves, date=None, **values):
        """Return a hand-over that was handed over on ``date``, default today."""
        handover = cls._prepare(*moves, date=date, **values)
        handover._set_handed_over(date or cls.today)
        return handover

    @contextmanager
    def assertRefused(self, words):
        """Assert that a step is refused in these words, and that nothing stays of it.

        :param str words: a regular expression
        """
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            yield
