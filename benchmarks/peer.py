"""P2: planning time per overdue line of OCA's ``account_credit_control`` ÷ ours.

The peer is installed from PyPI as it is and runs beside ours on the same database,
for the same lines: all of them due for at least eleven days, so that the first level
of both has been reached. Each plans once and then again on the same day. New rows are
credit control lines there; cases, items, notices and notice items here (the reasons
why the second run says nothing are kept with it and are not counted).
"""

import importlib.metadata
import time

from .invoices import get_receivable, make_invoices
from .planning import TABLES, plan_run
from .result import Result, format_seconds

MODULE = "account_credit_control"
PACKAGE = "odoo-addon-account-credit-control"
LATE = (11, 90)


def measure(env, size, again=False):
    """Return the lines of the table for ``size`` overdue lines.

    :param bool again: plan a second time on the same day as well
    """
    make_invoices(env, size, overdue=1, late=LATE)
    _configure(env)
    env = _get_person(env)
    text = f"{size:,} overdue"
    ours, _queries = plan_run(env)
    theirs = _plan_peer(env)
    label = "P2 OCA credit control ÷ plan a run"
    results = [_compare(label, text, size, ours, theirs, ">= 200", ">= 100")]
    return results + (_measure_again(env, text, size) if again else [])


def _measure_again(env, text, size):
    mine, others = _count(env, *TABLES[:-1]), _count(env, "credit_control_line")
    ours, _queries = plan_run(env)
    theirs = _plan_peer(env)
    mine = _count(env, *TABLES[:-1]) - mine
    others = _count(env, "credit_control_line") - others
    return [
        _compare("P2 … again on the same day", text, size, ours, theirs, ">= 400"),
        Result(
            *("P2 … new rows of the second run", text, f"{mine:,}", f"{others:,}"),
            ratio=mine,
            unit="",
            target="0",
        ),
    ]


def _compare(label, text, size, ours, theirs, target, needed=""):
    mine, other = (f"{format_seconds(t / size)}/line" for t in (ours, theirs))
    ratio = theirs / ours
    return Result(label, text, mine, other, ratio, target=target, needed=needed)


def get_missing(reason):
    """Return the line of the table when the peer cannot be had."""
    text = f"{PACKAGE}: {reason}"
    return Result("P2 OCA credit control", "", peer=text, target=">= 200")


def get_version(folder):
    """Return the version of the peer that was installed into ``folder``."""
    [found] = importlib.metadata.distributions(name=PACKAGE, path=[str(folder)])
    return found.version


def _configure(env):
    """Let the peer's shipped policy apply to all customers of the company."""
    policy = env.ref(f"{MODULE}.credit_control_3_time")
    policy.write(
        {
            "account_ids": [(6, 0, get_receivable(env).ids)],
            "company_id": env.company.id,
        }
    )
    env.company.credit_policy_id = policy
    env.flush_all()
    env.cr.commit()


def _get_person(env):
    """Return an environment of the administrator with the rights of both addons.

    A person plans, so that record rules and access rights count.
    """
    groups = (
        f"{MODULE}.group_account_credit_control_manager",
        "payment_reminder.group_dunning_manager",
    )
    user = env.ref("base.user_admin")
    user.group_ids = [(4, env.ref(group).id) for group in groups]
    env.flush_all()
    env.cr.commit()
    return env(user=user.id)


def _plan_peer(env):
    """Return the seconds of a run of the peer; it stays in the transaction."""
    run = env["credit.control.run"].create(
        {
            "date": env.company._get_dunning_today(),
            "company_id": env.company.id,
            "policy_ids": [(6, 0, env.company.credit_policy_id.ids)],
        }
    )
    env.flush_all()
    start = time.perf_counter()
    run.generate_credit_lines()
    env.flush_all()
    return time.perf_counter() - start


def _count(env, *tables):
    env.flush_all()
    count = 0
    for table in tables:
        env.cr.execute(f"SELECT COUNT(*) FROM {table}")
        count += env.cr.fetchone()[0]
    return count
