from odoo import models
from odoo.fields import Domain


class DunningCaseFile(models.AbstractModel):
    """What was said on the phone and agreed: calls, promises, pauses, objections."""

    # one concept, one file
    _inherit = "dunning.case.file"  # pylint: disable=consider-merging-classes-inherited

    # === CALLS === #

    def _make_calls(self, case):
        """Return the sheet with all calls, the oldest first.

        :rtype: dict | None
        """
        calls = self.env["dunning.call"].search(
            [("case_id", "in", self._get_cases(case).ids)], order="date, id"
        )
        if not calls:
            return None
        columns = [
            (self.env._("On (%s)", self._get_zone()), 2.6, False),
            (self.env._("Spoken with"), 2.6, False),
            (self.env._("Outcome"), 2.6, False),
            (self.env._("Note"), 4.2, False),
            (self.env._("By"), 2, False),
        ]
        rows = [self._get_call_row(call) for call in calls]
        return self._sheet(
            self.env._("Phone calls"), [{"columns": columns, "rows": rows}]
        )

    def _get_call_row(self, call):
        contact = call.contact_id or call.partner_id
        outcome = (self._get_label(call, "outcome"), call._get_agreement_text())
        return [
            self._format_time(call.date),
            "\n".join(filter(None, (contact.display_name, call.phone))),
            "\n".join(filter(None, outcome)),
            call.note or "",
            call.user_id.name or "",
        ]

    # === AGREEMENTS === #

    def _make_agreements(self, case, lines):
        """Return the sheet with promises, pauses and objections.

        :rtype: dict | None
        """
        content = [
            *self._get_promises_content(case, lines),
            *self._get_pauses_content(case, lines),
            *self._get_disputes_content(case, lines),
        ]
        title = self.env._("Promises, pauses and objections")
        return self._sheet(title, content) if content else None

    def _find_agreements(self, model, case, lines):
        """Return what was agreed about the items, the oldest first.

        :param str model: one with ``case_id`` and ``line_ids``
        """
        own = Domain("case_id", "in", self._get_cases(case).ids)
        about = Domain("line_ids.move_line_id", "in", lines.ids)
        return self.env[model].search(
            own & (about | Domain("line_ids", "=", False)), order="date, id"
        )

    def _get_promises_content(self, case, lines):
        promises = self._find_agreements("dunning.promise", case, lines)
        rows = [
            [
                self._format_date(self.company_id._get_dunning_date(one.create_date)),
                one.contact_id.name or "",
                self._format_amount(one.amount),
                self._format_date(one.date),
                self._get_label(one, "state"),
                one.note or "",
            ]
            for one in promises
        ]
        columns = [
            (self.env._("Given on"), 2, False),
            (self.env._("By"), 2.6, False),
            (self.env._("Amount"), 2.4, True),
            (self.env._("To be paid on"), 2, False),
            (self.env._("State"), 2, False),
            (self.env._("Note"), 3, False),
        ]
        return self._as_section(self.env._("Promises"), columns, rows)

    def _get_pauses_content(self, case, lines):
        cases = self._get_cases(case)
        pauses = self.env["dunning.pause"].search(
            Domain("company_id", "=", self.company_id.id)
            & (
                Domain("case_id", "in", cases.ids)
                | Domain("partner_id", "in", cases.partner_id.ids)
                | Domain("move_id", "in", lines.move_id.ids)
            ),
            order="date_from, id",
        )
        rows = [
            [
                self._format_date(pause.date_from),
                self._format_date(pause.ended_on or pause.date_until),
                pause.scope_text or "",
                pause.reason or "",
            ]
            for pause in pauses
        ]
        columns = [
            (self.env._("From"), 2, False),
            (self.env._("Until"), 2, False),
            (self.env._("For"), 4, False),
            (self.env._("Reason"), 5, False),
        ]
        return self._as_section(self.env._("Pauses of reminders"), columns, rows)

    def _as_section(self, heading, columns, rows):
        """Return a heading with a table as content of a sheet; nothing without rows."""
        if not rows:
            return []
        return [{"heading": heading}, {"columns": columns, "rows": rows}]

    def _get_disputes_content(self, case, lines):
        """Return the objections, each with its text and answer as they were typed."""
        disputes = self._find_agreements("dunning.dispute", case, lines)
        content = [{"heading": self.env._("Objections")}] if disputes else []
        for dispute in disputes:
            content += self._get_dispute_content(dispute)
        return content

    def _get_dispute_content(self, dispute):
        pairs = [
            (self.env._("Raised on"), self._format_date(dispute.date)),
            (self.env._("By"), dispute.contact_id.name or ""),
            (self.env._("About"), dispute._get_items_text()),
            (self.env._("Kind"), self._get_label(dispute, "category")),
            (self.env._("State"), self._get_label(dispute, "state")),
            (self.env._("Decided on"), self._format_date(dispute.resolved_on)),
        ]
        content = [{"pairs": pairs}, self._as_html(dispute.text)]
        if dispute.resolution:
            text = self.env._("Our answer: %(text)s", text=dispute.resolution)
            content.append(self._as_html(text))
        return content
