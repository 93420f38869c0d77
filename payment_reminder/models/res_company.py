from odoo import api, fields, models
from odoo.tools import SQL


class ResCompany(models.Model):
    """The company's default procedure and its idea of 'today'."""

    _name = "res.company"
    _inherit = ["res.company", "dunning.company.schedule", "dunning.company.watchdog"]

    dunning_procedure_id = fields.Many2one(
        comodel_name="dunning.procedure",
        string="Default Reminder Procedure",
        domain="[('company_id', '=', id)]",
        help="Used for customers and invoices that name no procedure of their own.",
    )

    dunning_call_tries = fields.Integer(
        string="Calls Without Answer",
        default=3,
        help="After so many calls that nobody answers, the reminder goes another way.",
    )
    dunning_call_wait_days = fields.Integer(
        string="Days to Make a Call",
        default=7,
        help="A call that nobody makes within so many days goes another way. 0: it "
        "waits for ever.",
    )

    dunning_promise_grace_days = fields.Integer(
        string="Days of Grace for Promises",
        default=2,
        help="A promise to pay counts as broken only so many days after its date.",
    )
    dunning_pending_days = fields.Integer(
        string="Days to Wait for Online Payments",
        default=7,
        help="An online payment that is announced and not booked, such as a bank "
        "transfer, is not reminded of for so many days; then somebody is asked. 0: "
        "on its day only.",
    )
    dunning_rest_days = fields.Integer(
        string="Days until Somebody Is Asked",
        default=14,
        help="Disputes, plans, hand-overs, drafts and proposals let reminders rest "
        "until somebody decides. After so many days a task asks who is responsible, "
        "and again when nothing came of it. 0: nobody is asked.",
    )
    dunning_high_amount = fields.Monetary(
        string="High Amount",
        default=5000.0,
        help="Customers who owe at least this much are marked on the desk and in the "
        "review of a run.",
    )

    dunning_exclusion_days = fields.Integer(
        string="Days to Keep Reasons",
        default=30,
        help="Days for which runs remember why overdue items were left out. Notices "
        "are kept for ever.",
    )
    dunning_link_days = fields.Integer(
        string="Validity of Payment Links",
        default=90,
        help="Days for which the link in a reminder opens the customer's page.",
    )

    dunning_page_promise_days = fields.Integer(
        string="Days to Promise on the Payment Page",
        default=30,
        help="A customer can promise there to pay within so many days.",
    )
    dunning_page_paid_days = fields.Integer(
        string="Days of Rest for Replies",
        default=5,
        help="When a customer says that an invoice is paid, on the payment page, on "
        "the phone or to whoever reviews a run, or asks for instalments on the page, "
        "it rests so many days, once a month at most. 0: it does not.",
    )
    dunning_page_min_part = fields.Monetary(
        string="Smallest Part to Pay Online",
        default=10.0,
        help="Customers can pay a part of what is open on their page, at least this "
        "much. 0: any part.",
    )
    dunning_invoice_qr = fields.Boolean(
        string="Payment Code on Invoices",
        help="The PDF of an invoice shows a QR code that pays what is still open.",
    )

    estimate_validity_days = fields.Integer(
        string="Validity of Estimates",
        default=30,
        help="Days for which a new estimate is valid.",
    )
    estimate_warning_days = fields.Integer(
        string="Warning before Estimates Expire",
        default=3,
        help="So many days before an estimate expires, its responsible person is told.",
    )

    installment_grace_days = fields.Integer(
        string="Days of Grace for Instalments",
        default=7,
        help="An instalment that is open longer than this ends its plan.",
    )
    installment_max_missed = fields.Integer(
        string="Late Instalments Allowed",
        default=2,
        help="More instalments that were not paid on their day end their plan. 0: any "
        "number.",
    )
    installment_validity_days = fields.Integer(
        string="Validity of Proposed Plans",
        default=14,
        help="Days in which a customer can accept a plan; the invoices rest so long.",
    )
    installment_default_days = fields.Integer(
        string="Days to Pay after a Plan Has Ended",
        default=7,
        help="So many days the notice of default gives to pay all, before reminders go "
        "on at the level that was reached.",
    )
    installment_approval_amount = fields.Monetary(
        string="Plans Need Approval above",
        help="A manager approves plans over more than this. 0: never.",
    )
    installment_approval_months = fields.Integer(
        string="Plans Need Approval from",
        default=12,
        help="A manager approves plans that last longer than so many months. 0: never.",
    )
    installment_request_is_offered = fields.Boolean(
        string="Customers Can Ask for Instalments",
        default=True,
        help="On the page of an open invoice. A person decides.",
    )
    installment_request_max_count = fields.Integer(
        string="Instalments to Ask For at Most",
        default=6,
        help="So many monthly instalments a customer can ask for.",
    )
    installment_request_max_days = fields.Integer(
        string="Days until the Last Instalment at Most",
        default=180,
        help="The last instalment that a customer asks for is due within so many days.",
    )

    installment_request_is_instant = fields.Boolean(
        string="Propose Plans at Once",
        help="What a customer asks for within these limits is proposed at once, and "
        "can be accepted on the plan's page.",
    )
    installment_request_instant_amount = fields.Monetary(
        string="Plans Proposed at Once up to", default=1000.0
    )
    installment_request_instant_count = fields.Integer(
        string="Instalments Proposed at Once at Most", default=3
    )

    dunning_interest_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Product for Interest",
        domain="[('type', '=', 'service')]",
        help="Gives income account and taxes of interest on late payments and on "
        "instalment plans. Without it: the account of the journal, no tax.",
    )
    dunning_compensation_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Product for Compensations",
        domain="[('type', '=', 'service')]",
        help="Gives income account and taxes of compensations for late payment. "
        "Without it: the account of the journal, no tax.",
    )
    dunning_fee_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Product for Fees",
        domain="[('type', '=', 'service')]",
        help="Gives income account and taxes of fees of reminders and of instalment "
        "plans. Without it: the account of the journal, no tax.",
    )

    _dunning_page_sane = models.Constraint(
        "CHECK (dunning_page_promise_days >= 0"
        " AND dunning_page_paid_days BETWEEN 0 AND 90)",
        "Days to promise and to rest cannot be negative; replies rest up to 90 days.",
    )
    _installment_instant_sane = models.Constraint(
        "CHECK (installment_request_instant_amount >= 0"
        " AND installment_request_instant_count >= 2)",
        "Plans that are proposed at once have at least 2 instalments and a limit of "
        "their amount that is not negative.",
    )
    _installment_request_sane = models.Constraint(
        "CHECK (installment_request_max_count BETWEEN 2 AND 60"
        " AND installment_request_max_days BETWEEN 1 AND 3660)",
        "Customers can ask for 2 to 60 instalments within ten years.",
    )
    _installment_sane = models.Constraint(
        "CHECK (installment_grace_days >= 0 AND installment_max_missed >= 0 "
        "AND installment_validity_days >= 1 AND installment_default_days >= 0 "
        "AND installment_approval_amount >= 0 AND installment_approval_months >= 0)",
        "Days and limits of instalment plans cannot be negative.",
    )
    _dunning_page_part_sane = models.Constraint(
        "CHECK (dunning_page_min_part >= 0)",
        "The smallest part to pay online cannot be negative.",
    )
    _dunning_calls_sane = models.Constraint(
        "CHECK (dunning_call_tries >= 1 AND dunning_call_wait_days >= 0)",
        "There is at least one call, and the days to make it cannot be negative.",
    )
    _dunning_exclusion_sane = models.Constraint(
        "CHECK (dunning_exclusion_days >= 1)",
        "Reasons are kept for at least one day.",
    )
    _dunning_link_sane = models.Constraint(
        "CHECK (dunning_link_days BETWEEN 1 AND 3660)",
        "Payment links are valid for at least one day and at most ten years.",
    )
    _dunning_pending_sane = models.Constraint(
        "CHECK (dunning_pending_days BETWEEN 0 AND 90"
        " AND dunning_rest_days BETWEEN 0 AND 366)",
        "Online payments are waited for up to 90 days, and somebody is asked within a "
        "year.",
    )
    _dunning_grace_sane = models.Constraint(
        "CHECK (dunning_promise_grace_days >= 0)",
        "The days of grace cannot be negative.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._ensure_dunning_procedure()
        return companies

    # === BUSINESS METHODS === #

    def _get_dunning_first_kept_day(self):
        """Return the first day whose runs still say why items were left out.

        :rtype: datetime.date
        """
        self.ensure_one()
        return fields.Date.subtract(
            self._get_dunning_today(), days=self.dunning_exclusion_days
        )

    def _get_dunning_today(self):
        """Return the current date where the company is.

        :rtype: datetime.date
        """
        return fields.Date.context_today(self.with_context(tz=self._get_dunning_tz()))

    def _get_dunning_tz(self):
        """Return the name of the company's time zone, or ``False``.

        :rtype: str | bool
        """
        self.ensure_one()
        return self.partner_id.tz or self.resource_calendar_id.tz or self.env.user.tz

    def _get_dunning_date(self, moment):
        """Return the date of a moment where the company is.

        :param datetime.datetime moment: naive UTC
        :rtype: datetime.date
        """
        company = self.with_context(tz=self._get_dunning_tz())
        return fields.Datetime.context_timestamp(company, moment).date()

    def _get_dunning_todays_sql(self, date=None):
        """Return the query of each company's today: ``company_id``, ``date``.

        ``late_date`` is the latest due date that is late by then, see
        ``_get_dunning_late_date``.

        :param datetime.date date: the day to decide for instead
        :rtype: SQL
        """
        rows = [
            SQL(
                "SELECT %s AS company_id, %s::date AS date, %s::date AS late_date",
                company.id,
                today,
                company._get_dunning_late_date(today),
            )
            for company in self
            for today in [date or company._get_dunning_today()]
        ]
        none = SQL(
            "SELECT 0 AS company_id, NULL::date AS date, NULL::date AS late_date"
        )
        return SQL(" UNION ALL ").join(rows or [none])

    def _get_dunning_high_amount(self, currency, date):
        """Return from which amount on a notice is pointed out.

        :param res.currency currency: of the notice
        :param datetime.date date: of the exchange rate
        :return: an amount in ``currency``
        :rtype: float
        """
        self.ensure_one()
        amount = self.dunning_high_amount
        return self.currency_id._convert(amount, currency, self, date, round=False)

    def _ensure_dunning_procedure(self):
        """Copy the shipped procedure to the companies that have none yet."""
        template = self.env.ref(
            "payment_reminder.procedure_standard", raise_if_not_found=False
        )
        if not template:
            return
        # the creator of a company may neither see the shipped procedure nor its levels
        template = template.sudo().with_context(active_test=False)
        for company in self:
            procedure = template.search([("company_id", "=", company.id)], limit=1)
            if not procedure:
                procedure = template.copy({"company_id": company.id})
                procedure.level_ids.user_id = False  # who signs elsewhere
                if company.currency_id != template.currency_id:
                    procedure._compute_tolerance_amount()
            if not company.dunning_procedure_id:
                company.sudo().dunning_procedure_id = procedure

    def _get_dunning_cost_product(self, kind):
        """Return the product with which interest or costs are invoiced; maybe none.

        :param str kind: interest, compensation or fee
        :rtype: product.product
        """
        self.ensure_one()
        return self[f"dunning_{kind}_product_id"]

    def _lock_dunning_planning(self):
        """Try to become the only one who plans reminders of this company.

        The lock is a courtesy that lasts until the transaction ends; what really keeps
        two runs apart are the unique indexes.

        :return: whether nobody else is planning
        :rtype: bool
        """
        self.ensure_one()
        [[locked]] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                "payment_reminder.plan",
                self.id,
            )
        )
        return locked
