from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

#: Whoever has none of its rights cannot work on a case.
WORKER_GROUP = "payment_reminder.group_dunning_user"


class DunningCase(models.Model):
    """Who looks after a case: nobody becomes it by looking."""

    # one concept, one file
    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    # stored: people filter and group by it. What is chosen for the case itself stands
    # in ``user_id``; the planner finds that of new cases in SQL
    responsible_id = fields.Many2one(
        comodel_name="res.users",
        compute="_compute_responsible_id",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
        help="Who was chosen for the case, else the customer's person for reminders, "
        "else the salesperson of the oldest open invoice, else the company's person "
        "for reminders.",
    )

    # === COMPUTE METHODS === #

    @api.depends("user_id", "partner_id.dunning_user_id", "company_id.dunning_user_id")
    def _compute_responsible_id(self):
        for case in self:
            chosen = case.user_id._filter_dunning_responsible()
            lines = case.open_line_ids.move_line_id
            case.responsible_id = chosen or case.partner_id._get_dunning_responsible(
                case.company_id, lines
            )

    # === BUSINESS METHODS === #

    def _get_signatory(self):
        """Return the user who speaks for the company in this case.

        :rtype: res.users
        """
        self.ensure_one()
        return (self.user_id | self.responsible_id)._filter_dunning_responsible()[:1]

    def _get_person(self, *users, first=()):
        """Return who is given something to do about the case.

        Who is responsible for it, else the first of ``users``, else whoever the company
        names for such things; only somebody who may work on cases, never somebody who
        has left, nor a customer.

        :param res.users users: who else it may concern
        :param res.users first: whom it concerns before all others
        :rtype: res.users
        """
        found = self._find_worker(*users, first=first)
        acting = self.env.user
        if not found and not acting.has_group(WORKER_GROUP):
            return self.env.ref("base.user_root").sudo()  # who looks gets nothing to do
        return found or acting

    def _get_answerer(self):
        """Return who answers the customer: never a customer, nor the public user.

        :rtype: res.users
        """
        return self.sudo()._find_worker() or self.env.ref("base.user_root").sudo()

    def _find_worker(self, *users, first=()):
        """Return who works on the case; empty when nobody does.

        :rtype: res.users
        """
        self.ensure_one()
        for user in (*first, self.user_id, self.responsible_id, *users):
            if user.active and user.has_group(WORKER_GROUP):
                return user
        return self.company_id._get_dunning_person()


class ResUsers(models.Model):
    """Who may be responsible for reminders."""

    _inherit = "res.users"

    def _filter_dunning_responsible(self):
        """Return those who work here: nobody who has left, no customer, no robot.

        :rtype: res.users
        """
        return self.filtered(
            lambda user: user.active and not user.share and not user._is_superuser()
        )

    def _get_dunning_responsible_sql(self, user):
        """Return the SQL condition of ``_filter_dunning_responsible``.

        :param SQL user: the alias of ``res_users`` in the query
        :rtype: SQL
        """
        return SQL(
            "(%(user)s.active AND %(user)s.share IS NOT TRUE"
            " AND %(user)s.id <> %(root)s)",
            user=user,
            root=SUPERUSER_ID,
        )
