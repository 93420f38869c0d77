from datetime import timedelta

from odoo.tests import tagged

from .estimate_common import EstimateCommon


@tagged("post_install", "-at_install")
class TestEstimateSpeed(EstimateCommon):
    """What pricing costs does not depend on the number of stages."""

    def test_repricing_needs_the_same_queries_for_5_and_50_stages(self):
        self._count_queries(5)  # what Odoo reads once
        few, many = self._count_queries(5), self._count_queries(50)
        self.assertEqual(few, many)

    def _count_queries(self, size):
        """Return the number of queries of a haste that prices all stages anew."""
        ratings = self._rated(self.high, self.expert)
        stages = [{"rating_ids": ratings, "volume": 8} for _number in range(size)]
        taxes = [(6, 0, self.company.account_sale_tax_id.ids)]
        estimate = self._estimate(*({**stage, "tax_ids": taxes} for stage in stages))
        self._change_deadline(estimate, 3 * size)
        calm = estimate.amount_total
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._change_deadline(estimate, 0.8 * size)
        self.env.flush_all()
        queries = self.cr.sql_log_count - before
        self.assertGreater(estimate.amount_total, calm)
        return queries

    def _change_deadline(self, estimate, working_days):
        weeks, rest = divmod(round(working_days), 5)  # today is a Monday
        days = timedelta(weeks=weeks, days=rest - 1)
        estimate.date_deadline = self.today + days
