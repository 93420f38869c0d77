from datetime import timedelta

from odoo import api, models

from ..const import HANDOVER_AWAY_STATES

#: An agency that does not answer is asked again after so many days.
ASK_AGAIN_DAYS = 7


class DunningHandover(models.Model):
    """What is done with a hand-over: sent, reported on, recalled, watched."""

    # one concept, one file
    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    # === ACTION METHODS === #

    def action_hand_over(self):
        """Give the items to the agency, and send it the file."""
        self.check_access("write")
        return self._get_outcome_action(self._hand_over_soon("send"), "send")

    def action_hand_over_unsent(self):
        """Give the items to the agency; the file is downloaded and brought."""
        self.check_access("write")
        return self._get_outcome_action(self._hand_over_soon("keep"), "keep")

    def action_send_again(self):
        """Send the file that was handed over once more."""
        self.check_access("write")
        for handover in self:
            handover._check_in(HANDOVER_AWAY_STATES)
            handover._send_file()

    def action_start_collecting(self):
        """Record that the agency has taken it on."""
        self.check_access("write")
        for handover in self:
            handover._check_in(("handed_over",))
            handover._report("accepted")

    def action_report(self):
        """Note down what the agency has said."""
        return self._open_wizard("dunning.handover.noting", self.env._("Report"))

    def action_recall(self):
        """Ask why the items are taken back."""
        return self._open_wizard(
            "dunning.handover.ending", self.env._("Recall"), default_kind="recall"
        )

    def action_give_back(self):
        """Ask why the agency has given the file back."""
        return self._open_wizard(
            "dunning.handover.ending", self.env._("Returned"), default_kind="returned"
        )

    def action_open_case(self):
        """Open the case of the customer."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def _open_wizard(self, model, title, **defaults):
        self.ensure_one()
        self._check_in(HANDOVER_AWAY_STATES)
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "name": title,
            "context": {"default_handover_id": self.id, **defaults},
        }

    def _get_outcome_action(self, texts, step):
        """Return what opens the hand-overs, or downloads the file of a single one.

        :param list texts: what was left out, shown before
        :param str step: see ``dunning.case._hand_over``
        """
        if any(self.mapped("waiting_step")):
            return self._get_waiting_action(texts)
        opening = self._get_records_action(name=self.env._("Hand-overs"))
        if step == "keep" and len(self) == 1 and self.file_pdf_id:
            opening = self.action_download_file()
        if not texts:
            return opening
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Handed over, but not all of it"),
                "message": "\n".join(texts),
                "type": "warning",
                "sticky": True,
                "next": opening,
            },
        }

    # === HANDING OVER === #

    def _hand_over(self, is_sent=True, date=None):
        """Give the items to the agency with the file.

        :param bool is_sent: by e-mail; else somebody brings the file
        :param datetime.date date: the company's date, default today
        :return: what was left out or changed meanwhile, in words
        :rtype: list[str]
        :raise UserError: when nothing is left, the file cannot be made, or somebody
            else is doing it
        """
        self._lock_for_handing()
        texts = []
        for handover in self:
            day = date or handover._get_today()
            texts += handover._set_handed_over(day)
            handover._make_file(day)
            if is_sent:
                handover._send_file()
        return texts

    def _send_file(self):
        """Send the agency its file and table.

        :rtype: mail.message
        """
        self.ensure_one()
        files = (self.file_pdf_id | self.file_table_id).sudo()
        return self._write_to_agency("file", attachments=files)

    # === REPORTS === #

    def _report(
        self, status, text=None, amount=0.0, date=None, next_date=None, author=None
    ):
        """Keep what the agency has reported, and do what follows.

        The first report says that it is at it; a returned file lets the items come
        back. What it has received is noted, it counts when it is booked.

        :param str status: one of ``dunning.handover.report``
        :param float amount: received by the agency and not reported before
        :param datetime.date date: of the report, default the company's today
        :param datetime.date next_date: of the next report, default by the settings
        :param res.partner author: who reports, default the current user
        :rtype: dunning.handover.report
        :raise UserError: when the agency has nothing to report on
        """
        self.ensure_one()
        self._check_in(HANDOVER_AWAY_STATES)
        date = date or self._get_today()
        self._check_reported_amount(amount, date)
        report = (
            self.env["dunning.handover.report"]
            .sudo()
            .create(
                {
                    "handover_id": self.id,
                    "date": date,
                    "status": status,
                    "text": text,
                    "amount": amount,
                    "author_id": (author or self.env.user.partner_id).id,
                }
            )
        )
        next_date = next_date or self._get_next_report_date(date)
        self.sudo().write({"reported_on": date, "report_due_on": next_date})
        self._message_log(body=report._get_log_text())
        self._follow(report, date)
        self._after_change()
        return report.with_env(self.env)

    def _follow(self, report, date):
        """Do what follows from a report."""
        if self.state == "handed_over":
            self._set_collecting(date)
        if report.status == "returned":
            self._give_back(
                self.env._("The agency has returned the file: %s", report.text or "-"),
                date,
            )
        elif report.status in ("uncollectible", "insolvent"):
            self._ask_person(
                self.env._("Decide: recall it, or write it off"),
                report._get_log_text(),
            )

    # === RECALL === #

    def _recall(self, reason, date=None):
        """Take the items back and tell the agency; they go on at the level they had.

        :param str reason: in words, for the agency
        :raise UserError: when it is not with the agency
        """
        self.ensure_one()
        self._check_in(HANDOVER_AWAY_STATES)
        self.sudo().is_recalled = True
        self._give_back(self.env._("Recalled: %s", reason), date)
        self._write_to_agency("recall", reason)

    # === WATCHING === #

    @api.model
    def _watch(self, company, date):
        """Close what is settled, ask for reports that are late, see what was paid.

        :param res.company company: whose hand-overs
        :param datetime.date date: the company's date to decide for
        """
        found = self.search(
            [("company_id", "=", company.id), ("state", "in", HANDOVER_AWAY_STATES)]
        )
        found._refresh_state(date)
        away = found.filtered(lambda one: one.state in HANDOVER_AWAY_STATES)
        for handover in away:
            if handover._is_to_be_asked(date):
                handover._ask_for_report(date)
        away._point_at_unmatched()

    def _is_to_be_asked(self, date):
        """Return whether the report is late, and the agency was not just asked.

        :rtype: bool
        """
        due, asked = self.report_due_on, self.report_asked_on
        return bool(due and due < date) and (
            not asked or asked < due or asked + timedelta(days=ASK_AGAIN_DAYS) <= date
        )

    def _ask_for_report(self, date):
        """Ask the agency for its report, and put it on somebody's desk."""
        self.ensure_one()
        self.sudo().report_asked_on = date
        self._write_to_agency("report")
        self._ask_person(self.env._("The agency has not reported"))

    def _point_at_unmatched(self):
        """Put on somebody's desk that the customer has paid without a match."""
        credit = self.case_id._get_unmatched_credit()
        for handover in self:
            amount = credit[handover.case_id.id]
            if handover.currency_id.compare_amounts(amount, 0) > 0:
                handover._ask_person(
                    self.env._("Match what the customer has paid"),
                    self.env._(
                        "%(amount)s of %(customer)s is not matched, and the agency is "
                        "still collecting.",
                        amount=handover.currency_id._format_dunning(amount),
                        customer=handover.partner_id.name,
                    ),
                )
