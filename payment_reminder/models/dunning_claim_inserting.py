from psycopg2.extras import Json

from odoo import api, models
from odoo.tools import SQL

from ..tools.claim_part import keep_segments


class DunningClaimMaking(models.AbstractModel):
    """Makes the claims of sent notices real: in plain SQL, each at most once.

    The unique indexes of ``dunning.claim`` are the guard, also when the mail and the
    letter of the same level are sent by two workers at once.
    """

    # one concept, one file
    _inherit = "dunning.claim.making"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _make_claims(self, notices):
        """Make what sent notices claimed real; the same one twice makes nothing twice.

        :param dunning.notice notices: with the parts that they told
        """
        telling = notices.filtered("claim_parts")
        if not telling:
            return
        self.env.flush_all()
        for notice in telling:
            parts = [part for part in notice._read_claim_parts() if part.is_new]
            for kind, make in (
                ("interest", self._insert_interest),
                ("compensation", self._insert_once),
                ("fee", self._insert_once),
            ):
                own = [part for part in parts if part.kind == kind]
                if own:
                    make(notice, own)
        self.env["dunning.claim"].invalidate_model()

    def _insert_interest(self, notice, parts):
        """Let each item have one live claim: its interest less what was decided."""
        lines = self.env["account.move.line"].browse(part.line_id for part in parts)
        settled = self.env["dunning.claim"]._read_settled_interest(lines.exists())
        rows, ended = [], []
        for part in parts:
            amount = float(part.total) - settled.get(part.line_id, 0.0)
            amount = notice.currency_id.round(amount)
            if amount > 0:
                rows.append(self._get_row_sql(notice, part, amount))
            else:
                ended.append(part.line_id)
        self._end_interest(ended)
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
                %s
                ON CONFLICT (move_line_id)
                      WHERE kind = 'interest' AND state = 'claimed'
                DO UPDATE SET amount = EXCLUDED.amount,
                              amount_whole = EXCLUDED.amount_whole,
                              date_due = EXCLUDED.date_due,
                              date_from = EXCLUDED.date_from,
                              date_to = EXCLUDED.date_to,
                              segments = EXCLUDED.segments,
                              is_final = FALSE, paid = NULL,
                              regime_id = EXCLUDED.regime_id,
                              level_id = EXCLUDED.level_id,
                              write_date = EXCLUDED.write_date
                        WHERE dunning_claim.date_to <= EXCLUDED.date_to
                """,
                self._get_insert_sql(rows),
            )
        )

    def _end_interest(self, line_ids):
        """Ask for nothing more where less was late than an earlier notice knew."""
        claims = self.env["dunning.claim"].sudo()
        live = claims.search(
            [
                ("kind", "=", "interest"),
                ("state", "=", "claimed"),
                ("amount", ">", 0),
                ("move_line_id", "in", line_ids),
            ]
        )
        for claim in live:
            claim.case_id._message_log(
                body=self.env._(
                    "Nothing is left of %(claim)s, %(amount)s: the item was paid "
                    "earlier than was known.",
                    claim=claim.display_name,
                    amount=claim.currency_id._format_dunning(claim.amount),
                )
            )
        live.write({"amount": 0.0})
        live.flush_recordset()

    def _insert_once(self, notice, parts):
        """Make compensations and fees, unless they were made before."""
        rows = [self._get_row_sql(notice, one, float(one.amount)) for one in parts]
        query = SQL(
            "%s ON CONFLICT DO NOTHING RETURNING id, kind", self._get_insert_sql(rows)
        )
        made = self.env.execute_query(query)
        covered = [
            (claim_id, line_id)
            for claim_id, kind in made
            if kind == "fee"
            for line_id in parts[0].fee_line_ids
        ]
        if covered:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO dunning_claim_fee_line_rel (claim_id, move_line_id)"
                    " SELECT pair.claim_id, line.id"
                    "   FROM (VALUES %s) pair (claim_id, line_id)"
                    "   JOIN account_move_line line ON line.id = pair.line_id",
                    SQL(", ").join(SQL("(%s, %s)", *pair) for pair in covered),
                )
            )

    def _get_insert_sql(self, rows):
        return SQL(
            """
            INSERT INTO dunning_claim (case_id, company_id, partner_id, currency_id,
                kind, amount, amount_whole, move_line_id, move_id, item_name, date_due,
                date_from, date_to, segments, regime_id, level_id, notice_id, fee_key,
                covered, note, state, is_final,
                create_uid, write_uid, create_date, write_date)
            SELECT claim.case_id, claim.company_id, claim.partner_id,
                   claim.currency_id, claim.kind, claim.amount, claim.amount_whole,
                   line.id, line.move_id, claim.item_name, claim.date_due,
                   claim.date_from, claim.date_to, claim.segments, claim.regime_id,
                   claim.level_id, claim.notice_id, claim.fee_key, claim.covered,
                   claim.note, 'claimed', FALSE,
                   %(uid)s, %(uid)s,
                   NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
              FROM (VALUES %(rows)s) claim (case_id, company_id, partner_id,
                       currency_id, kind, amount, amount_whole, line_id, item_name,
                       date_due, date_from, date_to, segments, regime_id, level_id,
                       notice_id, fee_key, covered, note)
         LEFT JOIN account_move_line line ON line.id = claim.line_id
             WHERE claim.line_id IS NULL OR line.id IS NOT NULL
            """,
            uid=self.env.uid,
            rows=SQL(", ").join(rows),
        )

    def _get_row_sql(self, notice, part, amount):
        case = notice.case_id.merged_into_id or notice.case_id
        return SQL(
            "(%s, %s, %s, %s, %s, %s::numeric, %s::numeric, %s::int, %s, %s::date,"
            " %s::date, %s::date, %s::jsonb, %s::int, %s::int, %s, %s,"
            " %s::numeric, %s)",
            case.id,
            case.company_id.id,
            case.partner_id.id,
            case.currency_id.id,
            part.kind,
            amount,
            None if part.total is None else float(part.total),
            part.line_id,
            part.name,
            part.due,
            part.start or part.due or notice.date,
            part.end or notice.date,
            Json(keep_segments(part.segments)),
            part.regime_id,
            part.level_id,
            notice.id,
            notice._get_fee_key() if part.kind == "fee" else None,
            None if part.covered is None else float(part.covered),
            part.note or None,
        )
