from contextlib import contextmanager

from odoo import models


class DunningUnstored(models.AbstractModel):
    """A record that lives in memory only: a page, a case file.

    Its values are in Odoo's cache, which every rollback empties.
    """

    _name = "dunning.unstored"
    _description = "Record in Memory"

    @contextmanager
    def _kept(self):
        """Keep the values of the record while something forgets what is in memory.

        It is never stored: whatever is rolled back or invalidated takes it along.
        """
        self.ensure_one()
        names = [
            name
            for name, field in self._fields.items()
            if name != "id" and not field.compute
        ]
        values = {name: self[name] for name in names}
        try:
            yield self
        finally:
            for name, value in values.items():
                self[name] = value
