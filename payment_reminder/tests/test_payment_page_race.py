from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestPaymentPageRace(TransactionCase):
    """Two requests at the same moment: one begins, the other one sees it or fails.

    Real cursors beside the tests' own one; they change nothing in the end.
    """

    def setUp(self):
        super().setUp()
        self.one, self.two = self._open(), self._open()
        self.case_id = self.one["dunning.case"].search([], limit=1).id
        if not self.case_id:
            self.skipTest("there is no demo data")

    def _open(self):
        cursor = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        return api.Environment(cursor, SUPERUSER_ID, {})

    def _lock(self, env):
        env["dunning.case"].browse(self.case_id)._lock_payment()

    def test_second_one_is_refused_while_the_first_one_begins(self):
        self._lock(self.one)
        with self.assertRaisesRegex(UserError, "at this moment"):
            self._lock(self.two)

    def test_second_one_that_has_seen_nothing_of_the_first_one_is_tried_again(self):
        self.two.cr.execute("SELECT 1")  # its snapshot is older than what comes
        self._lock(self.one)
        self.one.cr.commit()  # pylint: disable=invalid-commit
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            self._lock(self.two)
        self.two.cr.rollback()
        self._lock(self.two)
