"""Open invoices by the million: made by SQL, as Odoo would have posted them.

Each invoice has its receivable line and an income line. What is not ordinary has its
share too, because the planner has to look for it: customers without an e-mail address
or with an invoice contact, a second currency, invoices that are excluded from
follow-up or whose payment is on its way, refunds that nobody has matched.
"""

import contextlib

from odoo.tools import SQL

CUSTOMER_LINES = 10  # open invoices of one customer
LATE = (4, 90)  # days
SEED = 0.42
TABLES = ("res_partner", "account_move", "account_move_line")


def make_invoices(env, count, overdue=0.3, late=LATE, customers=None):
    """Make ``count`` open customer invoices of the main company and commit them.

    :param env: an environment of the superuser; the database is the bench's own
    :param float overdue: share of overdue invoices; the others fall due in 60 days
    :param tuple late: how many days the overdue ones are late, from and to
    :param int customers: by default one for ten invoices
    """
    customers = customers or max(count // CUSTOMER_LINES, 1)
    with _without_indexes(env.cr):
        _make_facts(env, count, customers, overdue, late)
        _make_customers(env, customers)
        _make_moves(env)
        _make_lines(env)
    env.cr.commit()
    vacuum(env.cr, *TABLES)
    env.invalidate_all()


def vacuum(cr, *tables):
    """Leave the tables as the server's own cleaning leaves them, so it stays quiet."""
    cr.commit()
    cr._cnx.autocommit = True
    try:
        for table in tables:
            cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
        cr.execute("CHECKPOINT")
    finally:
        cr._cnx.autocommit = False


@contextlib.contextmanager
def _without_indexes(cr):
    """Drop what makes a mass insert slow, and make it again afterwards."""
    cr.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE indrelid = ANY (%s::regclass[]) AND NOT indisprimary
        """,
        [list(TABLES)],
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    cr.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
    yield
    cr.execute("SET LOCAL session_replication_role = origin")
    for _name, definition in indexes:
        cr.execute(definition)


def _make_facts(env, count, customers, overdue, late):
    """Throw the dice once: a temporary table with what is particular of an invoice."""
    env.cr.execute("SELECT setseed(%s)", [SEED])
    env.cr.execute(
        SQL(
            """
            CREATE TEMPORARY TABLE bench_fact AS
            SELECT nr, 1 + nr %% %(customers)s AS customer_nr,
                   CASE WHEN nr > %(count)s THEN -1 ELSE 1 END AS sign,
                   %(date)s - CASE WHEN RANDOM() < %(overdue)s
                       THEN %(first)s + (RANDOM() * %(days)s)::int
                       ELSE -1 - (RANDOM() * 60)::int END AS due,
                   ROUND((20 + RANDOM() * 5000)::numeric, 2) AS amount,
                   nr %% %(customers)s %% 20 = 0 AS is_foreign,
                   RANDOM() < 0.02 AS no_followup,
                   CASE WHEN RANDOM() < 0.02 THEN 'in_payment'
                        ELSE 'not_paid' END AS payment_state
              FROM GENERATE_SERIES(1, %(count)s + %(customers)s / 100) nr
            """,
            count=count,
            customers=customers,
            first=late[0],
            days=late[1] - late[0],
            date=env.company._get_dunning_today(),
            overdue=overdue,
        )
    )


def _make_customers(env, count):
    """Make companies; every tenth has an invoice contact below it."""
    env.cr.execute(
        SQL(
            """
            WITH first AS (SELECT MAX(id) AS id FROM res_partner),
            customer AS (
                SELECT first.id + nr AS id, nr, 'Customer ' || nr AS name,
                       CASE WHEN nr %% 25 > 0
                            THEN 'office' || nr || '@example.com' END AS email
                  FROM first, GENERATE_SERIES(1, %(count)s) nr
            ), contact AS (
                SELECT first.id + %(count)s + nr AS id, nr * 10 AS nr
                  FROM first, GENERATE_SERIES(1, %(count)s / 10) nr
            )
            INSERT INTO res_partner (id, parent_id, commercial_partner_id, name,
                complete_name, type, is_company, email, email_normalized, street, zip,
                city, country_id, lang, active, partner_share, autopost_bills,
                customer_rank, color, create_uid, write_uid, create_date, write_date)
            SELECT id, NULL, id, name, name, 'contact', TRUE, email, email,
                   'Long Street ' || nr, '12345', 'Berlin', %(country)s, 'en_US', TRUE,
                   TRUE, 'ask', 1, 0, 1, 1, NOW(), NOW()
              FROM customer
             UNION ALL
            SELECT contact.id, first.id + nr, first.id + nr, 'Accounts ' || nr,
                   'Customer ' || nr || ', Accounts ' || nr, 'invoice', FALSE,
                   'bills' || nr || '@example.com', 'bills' || nr || '@example.com',
                   'Long Street ' || nr, '12345', 'Berlin', %(country)s, 'en_US', TRUE,
                   TRUE, 'ask', 0, 0, 1, 1, NOW(), NOW()
              FROM contact, first
            """,
            count=count,
            country=env.ref("base.de").id,
        )
    )
    env.cr.execute(
        "SELECT SETVAL('res_partner_id_seq', (SELECT MAX(id) FROM res_partner))"
    )
    env.cr.execute(
        SQL(
            """
            ALTER TABLE bench_fact ADD COLUMN partner_id int;
            UPDATE bench_fact SET partner_id = customer_nr
                + (SELECT MIN(id) - 1 FROM res_partner WHERE name = 'Customer 1')
            """
        )
    )


def _make_moves(env):
    company = env.company
    env.cr.execute(
        SQL(
            """
            INSERT INTO account_move (id, name, sequence_prefix, sequence_number,
                journal_id, company_id, partner_id, commercial_partner_id,
                partner_shipping_id, currency_id, invoice_partner_display_name,
                state, move_type, auto_post, payment_state, payment_reference, date,
                invoice_date, invoice_date_due, invoice_currency_rate, amount_untaxed,
                amount_tax, amount_total, amount_residual, amount_untaxed_signed,
                amount_total_signed, amount_total_in_currency_signed,
                amount_residual_signed, checked, posted_before, create_uid, write_uid,
                create_date, write_date)
            SELECT first.id + nr, 'BENCH/' || nr, 'BENCH/', nr, %(journal)s,
                   %(company)s, partner_id, partner_id, partner_id,
                   CASE WHEN is_foreign THEN %(foreign)s ELSE %(currency)s END,
                   'Customer ' || customer_nr, 'posted',
                   CASE WHEN sign > 0 THEN 'out_invoice' ELSE 'out_refund' END, 'no',
                   payment_state, 'BENCH/' || nr, due - 30, due - 30, due, 1, amount,
                   0, amount, amount, sign * amount, sign * amount, sign * amount,
                   sign * amount, TRUE, TRUE, 1, 1, NOW(), NOW()
              FROM bench_fact, (SELECT MAX(id) AS id FROM account_move) first
            """,
            journal=_get_journal(env).id,
            company=company.id,
            currency=company.currency_id.id,
            foreign=_get_foreign_currency(env).id,
        )
    )
    env.cr.execute(
        "SELECT SETVAL('account_move_id_seq', (SELECT MAX(id) FROM account_move))"
    )


def _make_lines(env):
    """Make the receivable line and the income line of each invoice."""
    company = env.company
    env.cr.execute(
        SQL(
            """
            INSERT INTO account_move_line (move_id, journal_id, company_id,
                company_currency_id, account_id, currency_id, partner_id, move_name,
                parent_state, name, display_type, date, invoice_date, date_maturity,
                debit, credit, balance, amount_currency, amount_residual,
                amount_residual_currency, quantity, price_unit, price_subtotal,
                price_total, reconciled, no_followup, sequence, deductible_amount,
                create_uid, write_uid, create_date, write_date)
            SELECT move.id, move.journal_id, move.company_id, %(currency)s,
                   side.account_id, move.currency_id, move.partner_id, move.name,
                   'posted', side.name, side.display_type, move.date,
                   move.invoice_date,
                   CASE WHEN side.sign > 0 THEN move.invoice_date_due END,
                   GREATEST(total, 0), GREATEST(-total, 0), total, total,
                   CASE WHEN side.sign > 0 THEN total ELSE 0 END,
                   CASE WHEN side.sign > 0 THEN total ELSE 0 END, 1, total, total,
                   total, FALSE, fact.no_followup, 100, 100, 1, 1, NOW(), NOW()
              FROM bench_fact fact
              JOIN account_move move ON move.name = 'BENCH/' || fact.nr
        CROSS JOIN (VALUES (-1, %(income)s, 'Service', 'product'),
                           (1, %(receivable)s, NULL, 'payment_term'))
                        AS side (sign, account_id, name, display_type)
        CROSS JOIN LATERAL (SELECT side.sign * fact.sign * fact.amount) AS x (total)
            """,
            currency=company.currency_id.id,
            income=_get_account(env, "income").id,
            receivable=get_receivable(env).id,
        )
    )


def _get_journal(env):
    return env["account.journal"].search(
        [("type", "=", "sale"), ("company_id", "=", env.company.id)], limit=1
    )


def get_receivable(env):
    """Return the account of the receivable lines."""
    return _get_account(env, "asset_receivable")


def _get_account(env, account_type):
    return env["account.account"].search(
        [("account_type", "=", account_type), ("company_ids", "=", env.company.id)],
        limit=1,
    )


def _get_foreign_currency(env):
    currency = env.ref("base.EUR")
    if currency == env.company.currency_id:
        currency = env.ref("base.USD")
    currency.active = True
    env.flush_all()
    return currency
