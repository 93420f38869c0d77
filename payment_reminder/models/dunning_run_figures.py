from odoo import api, fields, models
from odoo.tools import SQL


class DunningRunFigures(models.AbstractModel):
    """The part of ``dunning.run`` that counts: grouped queries, never a record each."""

    _name = "dunning.run.figures"
    _description = "Reminder Run: Figures"

    notice_count = fields.Integer(compute="_compute_counts")
    customer_count = fields.Integer(compute="_compute_counts")
    proposed_count = fields.Integer(compute="_compute_counts", string="To Decide")
    waiting_count = fields.Integer(compute="_compute_counts", string="Being Sent")
    sent_count = fields.Integer(compute="_compute_counts")
    open_count = fields.Integer(compute="_compute_counts", string="Waiting")
    problem_count = fields.Integer(compute="_compute_counts", string="Problems")
    skipped_count = fields.Integer(compute="_compute_counts")
    exclusion_count = fields.Integer(compute="_compute_counts")
    are_reasons_forgotten = fields.Boolean(compute="_compute_counts")
    letter_count = fields.Integer(compute="_compute_counts", string="Letters")
    has_letters = fields.Boolean(compute="_compute_counts")
    amount_text = fields.Char(
        string="Asked for",
        compute="_compute_summary",
        help="What the customers are asked to pay, with interest and costs, by "
        "currency. A customer who gets an e-mail and a letter counts once; skipped "
        "notices do not count.",
    )
    level_text = fields.Char(string="By Level", compute="_compute_summary")
    channel_text = fields.Char(string="By Channel", compute="_compute_summary")
    summary_html = fields.Html(
        string="Summary", compute="_compute_summary_html", sanitize=False
    )

    # === COUNTS === #

    def _compute_counts(self):
        counts = self._get_counts()
        exclusions = dict(
            self.env["dunning.run.exclusion"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            states = counts[run.id]["states"]
            run.notice_count = sum(states.values())
            run.customer_count = counts[run.id]["customers"]
            run.letter_count = counts[run.id]["letters"]
            run.has_letters = bool(run.letter_count)
            run.exclusion_count = exclusions.get(run, 0)
            run.are_reasons_forgotten = run._has_forgotten_reasons()
            run._assign_state_counts(states)

    def _has_forgotten_reasons(self):
        """Return whether the run is too old to say why items were left out.

        :rtype: bool
        """
        self.ensure_one()
        if self.exclusion_count or self.state not in ("done", "cancelled"):
            return False
        return self.date < self.company_id._get_dunning_first_kept_day()

    def _assign_state_counts(self, states):
        """Assign the counters that come from the notices' states."""
        self.ensure_one()
        self.proposed_count = states.get("proposed", 0)
        self.waiting_count = states.get("queued", 0) + states.get("in_flight", 0)
        self.open_count = self.proposed_count + self.waiting_count
        self.sent_count = states.get("sent", 0)
        self.skipped_count = states.get("skipped", 0)
        self.problem_count = states.get("failed", 0) + states.get("in_doubt", 0)

    def _get_counts(self):
        """Count the notices of the runs in three grouped queries.

        :return: ``{run id: {states: {state: n}, customers: n, letters: n}}``
        :rtype: dict
        """
        Notice = self.env["dunning.notice"]
        domain = [("run_id", "in", self.ids)]
        counts = {
            run_id: {"states": {}, "customers": 0, "letters": 0} for run_id in self._ids
        }
        for run, state, number in Notice._read_group(
            domain, ["run_id", "state"], ["__count"]
        ):
            counts[run.id]["states"][state] = number
        for run, customers in Notice._read_group(
            domain, ["run_id"], ["partner_id:count_distinct"]
        ):
            counts[run.id]["customers"] = customers
        for run, number in Notice._read_group(
            [*domain, ("pdf_attachment_id", "!=", False)], ["run_id"], ["__count"]
        ):
            counts[run.id]["letters"] = number
        return counts

    # === SUMMARY === #

    @api.depends_context("lang")
    def _compute_summary(self):
        kinds = self._get_kind_counts()
        amounts = self._get_amounts()
        for run in self:
            levels, channels = kinds.get(run.id, ({}, {}))
            run.level_text = self._join_counts(levels)
            run.channel_text = self._join_counts(channels)
            run.amount_text = self.env["res.currency"]._format_dunning_sums(
                amounts.get(run.id, {})
            )

    def _join_counts(self, counts):
        """Return how many there are of each kind: 'Letter: 3, E-mail: 2'."""
        return ", ".join(f"{kind.name}: {number}" for kind, number in counts.items())

    def _get_kind_counts(self):
        """Count what is not skipped by level, the highest first, and by channel.

        :return: ``{run id: ({level: n}, {channel: n})}``
        :rtype: dict
        """
        rows = self.env["dunning.notice"]._read_group(
            [("run_id", "in", self.ids), ("state", "!=", "skipped")],
            ["run_id", "level_id", "channel_id"],
            ["__count"],
        )
        counts = {}
        for run, level, channel, number in reversed(rows):
            levels, channels = counts.setdefault(run.id, ({}, {}))
            levels[level] = levels.get(level, 0) + number
            channels[channel] = channels.get(channel, 0) + number
        return counts

    def _get_amounts(self, states=()):
        """Sum up what is asked for, each case once, in one query.

        :param tuple states: which notices; by default all that are not skipped
        :return: ``{run id: {currency: amount}}``
        :rtype: dict
        """
        amounts = {}
        if not self.ids:
            return amounts
        Notice = self.env["dunning.notice"]
        domain = [("run_id", "in", self.ids), self._get_state_condition(states)]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT run_id, currency_id, SUM(amount)
                  FROM (SELECT run_id, currency_id, MAX(amount_asked) AS amount
                          FROM dunning_notice
                         WHERE id IN %s
                      GROUP BY run_id, currency_id, case_id) asked
              GROUP BY run_id, currency_id
              ORDER BY run_id, currency_id
                """,
                Notice._search(domain).subselect(),
            )
        )
        for run_id, currency_id, amount in rows:
            currency = self.env["res.currency"].browse(currency_id)
            amounts.setdefault(run_id, {})[currency] = float(amount or 0.0)
        return amounts

    def _get_state_condition(self, states):
        """Return the leaf that keeps ``states``, or everything that is not skipped."""
        return ("state", "in", states) if states else ("state", "!=", "skipped")

    @api.depends_context("lang")
    def _compute_summary_html(self):
        for run in self:
            values = run._prepare_summary()
            run.summary_html = values["rows"] and self.env["ir.qweb"]._render(
                "payment_reminder.run_summary", values
            )

    def _prepare_summary(self):
        """Return the table of a run: a row per level and channel, highest level first.

        A run that has ended shows what was sent, the others what is proposed.

        :return: ``rows``: list of ``{level, channel, notices, customers, amounts}``,
            ``total``: the same for all together, every customer once
        :rtype: dict
        """
        self.ensure_one()
        states = ("sent",) if self.state in ("done", "cancelled") else ()
        domain = [("run_id", "in", self.ids), self._get_state_condition(states)]
        Notice = self.env["dunning.notice"]
        rows = Notice._read_group(
            domain,
            ["level_id", "channel_id", "currency_id"],
            ["__count", "partner_id:count_distinct", "amount_asked:sum"],
        )
        [[notices, customers]] = Notice._read_group(
            domain, [], ["__count", "partner_id:count_distinct"]
        )
        amounts = self._get_amounts(states).get(self.id, {})
        met = self.env["res.currency"].union(*amounts)
        return {
            "rows": self._merge_currencies(rows, met),
            "total": {
                "notices": notices,
                "customers": customers,
                "amounts": [c._format_dunning(a, met) for c, a in amounts.items()],
            },
        }

    def _merge_currencies(self, rows, met):
        """Return one row per level and channel, its amounts by currency as texts.

        :param res.currency met: all currencies of the table
        """
        merged = {}
        for level, channel, currency, notices, customers, amount in rows:
            row = merged.setdefault(
                (level, channel),
                {
                    "level": level,
                    "channel": channel,
                    "notices": 0,
                    "customers": 0,
                    "amounts": [],
                },
            )
            row["notices"] += notices
            row["customers"] += customers
            row["amounts"].append(currency._format_dunning(amount, met))
        return sorted(
            merged.values(),
            key=lambda row: (row["level"].rank_days, row["level"].sequence),
            reverse=True,
        )
