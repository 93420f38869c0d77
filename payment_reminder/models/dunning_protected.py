from odoo import models
from odoo.exceptions import AccessError


class DunningProtected(models.AbstractModel):
    """Fields that only the steps of the product change, never a person.

    ``readonly`` hides them on screens; this keeps them also through RPC. The steps
    themselves work with the rights of the system.
    """

    _name = "dunning.protected"
    _description = "Protected Reminder Record"

    _protected_fields = frozenset()

    def write(self, vals):
        self._check_protected(self._protected_fields & set(vals))
        return super().write(vals)

    def _check_created(self, vals_list):
        """Raise if a person is about to create records with protected values.

        Defaults from the context count, for RPC may give them as well.

        :param list[dict] vals_list: as given to ``create``
        :raise AccessError: see ``_check_protected``
        """
        given = {f"default_{name}": name for name in self._protected_fields}
        names = {given[key] for key in self.env.context if key in given}
        for vals in vals_list:
            names |= self._protected_fields & set(vals)
        self._check_protected(names)

    def _check_protected(self, names):
        """Raise if a person is about to set the fields ``names``.

        :param set names: names of protected fields, may be empty
        :raise AccessError: naming the fields as the screens do
        """
        if not names or self.env.su:
            return
        labels = [
            field["string"] for field in self.fields_get(names, ["string"]).values()
        ]
        raise AccessError(
            self.env._(
                "%(fields)s: this changes only through the buttons and by itself.",
                fields=", ".join(sorted(labels)),
            )
        )
