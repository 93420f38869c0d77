from odoo import fields, models


class DunningExplanation(models.TransientModel):
    """The answer to 'why is this customer (not) reminded', to be read and closed."""

    _name = "dunning.explanation"
    _description = "Why Reminded or Not"

    name = fields.Char(readonly=True)
    body = fields.Html(readonly=True)

    def _show(self, name, sentences):
        """Return the action that shows ``sentences`` about ``name``.

        :param str name: what the question is about
        :param list sentences: the answer
        :rtype: dict
        """
        body = self.env["dunning.explainer"]._to_html(sentences)
        record = self.create({"name": name, "body": body})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": record.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Reminders: Why, or Why Not"),
        }
