"""P6: the queries of a customer's pages, with few documents and with many.

A page is asked for as a browser does, by Odoo's own WSGI application in this process,
and all queries of the request are counted: routing, session, layout and content.
"""

import time

from werkzeug.test import Client

from odoo import http, sql_db

from .invoices import make_invoices, vacuum
from .result import Result, format_seconds

TABLES = ("account_move", "account_move_line", "dunning_case_line")
TARGET = "<= 40"


def measure(env, size, repeat=3):
    """Return the lines of the table for a customer with ``size`` open documents."""
    make_invoices(env, size, overdue=0.7, customers=1)
    env["dunning.planner"]._open_cases(env.company)
    [[case]] = env["dunning.case.line"]._read_group(
        [("case_id.currency_id", "=", env.company.currency_id.id)],
        ["case_id"],
        order="__count DESC",
        limit=1,
    )
    path = f"/pay/{env['dunning.link']._issue(case)._get_token()}"
    env.cr.commit()
    vacuum(env.cr, *TABLES)
    browser = Client(http.root)
    queries, seconds = min(_ask(env, browser, path) for _number in range(repeat + 1))
    return [
        Result(
            "P6 queries of the payment page",
            f"{size:,} documents",
            ours=f"{queries} in {format_seconds(seconds)}",
            ratio=queries,
            unit="",
            target=TARGET,
            facts={"queries": queries},
        )
    ]


def _ask(env, browser, path):
    """Return how many queries a page takes, and how long."""
    headers = {"X-Odoo-Database": env.cr.dbname}
    before, start = sql_db.sql_counter, time.perf_counter()
    response = browser.get(path, headers=headers)
    seconds = time.perf_counter() - start
    if response.status_code != 200:
        raise RuntimeError(f"The payment page answered {response.status}")
    return sql_db.sql_counter - before, seconds
