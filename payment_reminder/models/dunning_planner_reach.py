from odoo import models
from odoo.tools import SQL


class DunningPlannerReach(models.AbstractModel):
    """The part of ``dunning.planner`` that finds the channel of each notice.

    Reads ``dunning_plan_case``, and writes into it why a case cannot be written to.
    """

    _name = "dunning.planner.reach"
    _description = "Reminder Planner: Channels"

    def _get_way_sql(self):
        """Return the SQL of the channel that is taken, or NULL.

        The customer's own choice, else the wanted one, else its fallback, else the
        fallback of that one (``second``).
        """
        return SQL(
            """CASE WHEN reach.preferred_id = ANY (reach.channels)
                    THEN reach.preferred_id
                    WHEN wanted.id = ANY (reach.channels) THEN wanted.id
                    WHEN wanted.fallback_id = ANY (reach.channels)
                    THEN wanted.fallback_id
                    WHEN second.fallback_id = ANY (reach.channels)
                    THEN second.fallback_id END"""
        )

    def _get_recipient_sql(self):
        """Return the SQL of whom the channel that is taken (``way``) writes to.

        The contact, else the customer's own address in the same channel; in Python
        ``dunning.channel.handler._find_recipient``.
        """
        return SQL(
            """CASE WHEN way.id = ANY (reach.contact_channels)
                    THEN plan.contact_id ELSE plan.partner_id END"""
        )

    def _get_reachable_sql(self, contact):
        """Return the SQL array of the channels through which a contact is reached.

        :param SQL contact: the alias of ``res_partner`` in the query
        """
        channels = self.env["dunning.channel"].sudo().search([])
        return SQL(", ").join(
            SQL(
                "CASE WHEN %s AND %s THEN %s END",
                channel._get_handler()._get_reachable_sql(contact),
                channel._get_handler()._get_has_text_sql(SQL("level")),
                channel.id,
            )
            for channel in channels
        )

    def _mark_unreachable_cases(self):
        """Fill ``dunning_plan_reach`` and say why a case cannot be written to."""
        self._recreate_temporary_table("dunning_plan_reach", self._get_reach_sql())
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_plan_case plan
                   SET reason = obstacle.reason
                  FROM (%s) obstacle
                 WHERE obstacle.case_id = plan.case_id
                """,
                self._get_unreachable_sql(),
            )
        )

    def _get_reach_sql(self):
        """Return the query of the channels through which each case is reached.

        It reads ``dunning_plan_case``, the temporary table or a CTE of that name.

        :rtype: SQL
        """
        return SQL(
            """
            SELECT plan.case_id, own.channels AS contact_channels,
                   own.channels || other.channels AS channels,
                   (customer.dunning_channel_id ->> level.company_id::text)::int
                       AS preferred_id
              FROM dunning_plan_case plan
              JOIN res_partner customer ON customer.id = plan.partner_id
              JOIN res_partner contact ON contact.id = plan.contact_id
              JOIN dunning_level level ON level.id = plan.level_id
              JOIN LATERAL (
                   SELECT ARRAY[%(own)s]::int[] AS channels OFFSET 0) own ON TRUE
         LEFT JOIN LATERAL (
                   SELECT ARRAY[%(other)s]::int[] AS channels) other
                ON customer.id <> contact.id
             WHERE plan.reason IS NULL
            """,
            own=self._get_reachable_sql(SQL("contact")),
            other=self._get_reachable_sql(SQL("customer")),
        )

    def _get_unreachable_sql(self):
        """Return the query of the cases that no channel of their level reaches.

        It reads ``dunning_plan_case`` and ``dunning_plan_reach``, like the others.

        :rtype: SQL
        """
        return SQL(
            """
            SELECT reach.case_id,
                   CASE WHEN COUNT(wanted.id) > 0 THEN 'no_contact'
                        ELSE 'no_channel' END AS reason
              FROM dunning_plan_reach reach
              JOIN dunning_plan_case plan ON plan.case_id = reach.case_id
         LEFT JOIN dunning_level_channel_rel rel
                ON rel.dunning_level_id = plan.level_id
         LEFT JOIN dunning_channel wanted
                ON wanted.id = rel.dunning_channel_id AND wanted.active
         LEFT JOIN dunning_channel second ON second.id = wanted.fallback_id
          GROUP BY reach.case_id
            HAVING BOOL_OR(%s IS NOT NULL) IS NOT TRUE
            """,
            self._get_way_sql(),
        )
