"""P1: planning a run ÷ a raw ``INSERT … SELECT`` of the rows that it wrote.

'The same rows' are all cases, case items, notices, notice items and exclusions of the
run. They are copied into staging tables, the real tables are emptied, and then the
copies are inserted into them again: the same tables, columns, indexes and foreign keys,
but nothing to decide. Nobody could write these rows faster into this schema, so the
ratio is what deciding costs. The second line inserts into copies of the tables with
their indexes but without foreign keys (``LIKE … INCLUDING INDEXES``); it informs about
what the database's own checks cost.
"""

import statistics
import time

from odoo.tools import SQL

from .invoices import make_invoices, vacuum
from .result import Result, format_seconds

TABLES = (
    "dunning_case",
    "dunning_case_line",
    "dunning_notice",
    "dunning_notice_line",
    "dunning_run_exclusion",
)
LARGE = 100_000  # lines from which the target counts: below, each query's own time does
RAW = "INSERT INTO {table} SELECT * FROM staging_{table}"
BARE = "INSERT INTO bare_{table} SELECT * FROM staging_{table}"


def measure(env, size, repeat=3):
    """Return the lines of the table for ``size`` receivable lines, 30 % overdue."""
    make_invoices(env, size)
    _cut_ties(env.cr)
    times = [_measure_once(env) for _number in range(repeat)]
    plan, raw, bare = (
        statistics.median(column) for column in list(zip(*times, strict=True))[:3]
    )
    queries, rows = times[-1][3:]
    large = size >= LARGE
    label, size = "P1 plan a run ÷ raw insert", f"{size:,} lines, {rows:,} rows"
    return [
        Result(
            *(label, size, format_seconds(plan), format_seconds(raw), plan / raw),
            target="<= 1.5" if large else "",
            needed="<= 3",
        ),
        Result(
            "   ÷ insert without foreign keys",
            *(size, format_seconds(plan), format_seconds(bare), plan / bare),
        ),
        Result(
            *("P1 queries of a run", size, str(queries), "60", queries),
            unit="",
            target="<= 60",
            facts={"queries": queries},
        ),
    ]


def _measure_once(env):
    """Plan, keep the rows, write them again.

    :return: seconds of plan, insert and bare insert; queries; number of rows
    :rtype: tuple
    """
    _empty(env.cr)
    plan, queries = plan_run(env)
    env.cr.commit()
    rows = _stage(env.cr)
    _empty(env.cr)
    raw = _insert(env.cr, RAW)
    bare = _insert(env.cr, BARE)
    return plan, raw, bare, queries, rows


def plan_run(env):
    """Plan a run of today; the transaction stays open.

    :return: seconds and number of queries
    :rtype: tuple[float, int]
    """
    run = env["dunning.run"].create({"company_id": env.company.id})
    env.flush_all()
    before, start = env.cr.sql_log_count, time.perf_counter()
    run.action_plan()
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - before


def _cut_ties(cr):
    """Let the books not point at cases: emptying these would empty them as well.

    It changes nothing that is measured, for planning writes into none of these tables.
    """
    cr.execute(
        """
        SELECT conrelid::regclass::text, conname
          FROM pg_constraint
         WHERE contype = 'f' AND confrelid::regclass::text LIKE 'dunning%'
           AND conrelid::regclass::text SIMILAR TO '(account|payment|mail|res)%'
        """
    )
    for table, name in cr.fetchall():
        cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(name),
            )
        )
    cr.commit()


def _empty(cr):
    """Empty the tables; what they knew of their old rows is out of date, as in life."""
    cr.execute(SQL("TRUNCATE %s CASCADE", SQL(", ").join(map(SQL.identifier, TABLES))))
    cr.commit()


def _stage(cr):
    """Copy the rows, make the bare tables; return the number of rows."""
    rows = 0
    for table in TABLES:
        cr.execute(f"DROP TABLE IF EXISTS staging_{table}, bare_{table}")
        cr.execute(f"CREATE TABLE staging_{table} AS TABLE {table}")
        rows += cr.rowcount
        cr.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES)")
    vacuum(cr, *(f"staging_{table}" for table in TABLES))
    return rows


def _insert(cr, statement):
    """Return the seconds that the insert of all rows takes."""
    start = time.perf_counter()
    for table in TABLES:
        cr.execute(statement.format(table=table))
    seconds = time.perf_counter() - start
    cr.commit()
    return seconds
