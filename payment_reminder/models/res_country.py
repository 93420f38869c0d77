from pytz import country_timezones

from odoo import api, models, tools


class ResCountry(models.Model):
    """Countries, and what time it is there."""

    _inherit = "res.country"

    @api.model
    @tools.ormcache("country_id")
    def _get_dunning_zone(self, country_id):
        """Return the time zone of a country that has one only, or ``False``.

        :param int country_id: id or ``False``
        :rtype: str | bool
        """
        code = self.sudo().browse(country_id).code or ""
        zones = country_timezones.get(code) or []
        return len(zones) == 1 and zones[0]
