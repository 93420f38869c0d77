"""What ``bin/demo --once`` shows of an instalment plan: schedule, late instalment."""

from odoo.tools import format_date

from .console import say


def remind(env):
    """Send the reminders of instalments that are due today, as the daily job does."""
    plans = env["installment.plan"].sudo()
    for company in plans.search([("state", "=", "active")]).company_id:
        plans._remind(company, company._get_dunning_today())
    env.cr.commit()
    env["mail.mail"].sudo().process_email_queue()


def print_plan(env, format_amount):
    """Print the schedule of a plan that is late, and what was written about it.

    :param format_amount: gives an amount as text: ``(env, amount, currency)``
    """
    plan = env["installment.plan"].search([("is_late", "=", True)], limit=1)
    if not plan:
        return
    open_amount = format_amount(env, plan.amount_open, plan.currency_id)
    say(f"Instalments of {plan.partner_id.name}, {plan.name}: {open_amount} open")
    for line in plan.line_ids.sorted("date"):
        amount = format_amount(env, line.amount, line.currency_id)
        say(f"  {line.number}  {format_date(env, line.date)}  {amount}  {line.status}")
    for notice in plan.notice_ids.filtered("line_id"):
        amount = format_amount(env, notice.amount_open, notice.currency_id)
        subject = notice.message_id.subject or notice.problem
        say(f"  {notice.reminder_id.name}: {amount}, '{subject}'")
