"""Today's run without a person, inside Odoo: plan, approve, send, show what came of it.

Started by ``bin/demo --once`` with one JSON argument: database, folders, options.
"""

import json
import logging
import re
import sys
from collections import Counter, defaultdict
from datetime import datetime
from email import message_from_binary_file, policy
from io import BytesIO
from pathlib import Path

from pypdf import PdfWriter

from odoo import api
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config, formatLang

from .console import ToolError, command, say, step
from .demo_estimate import print_story
from .demo_interest import print_interest
from .demo_plan import print_plan, remind

_logger = logging.getLogger(__name__)

COLUMNS = ("Customer", "Level", "Channel", "Amount", "Days late", "File")
RIGHT_ALIGNED = {"Amount", "Days late"}
FAILURES = ("failed", "in_doubt", "queued", "in_flight")


@command
def main():
    """Do the run and return 1 if a notice did not reach its customer."""
    job = json.loads(sys.argv[1])
    config.parse_config(
        ["-d", job["database"], "--logfile", job["log"], *job["options"]],
        setup_logging=True,
    )
    load_server_wide_modules()
    with step("Odoo"):
        registry = Registry(job["database"])
    with registry.cursor() as cursor:
        env = api.Environment(cursor, api.SUPERUSER_ID, {})
        env = env(user=env.ref("base.user_admin"))
        try:
            return run(env, Path(job["mail"]), Path(job["letters"]))
        except Exception as error:
            _logger.exception("The run failed")
            raise ToolError(f"The run failed: {error} (see {job['log']})") from error


def run(env, mail, letters):
    """Plan, approve and send for each company, then print the result."""
    with step("Planning"):
        runs = plan(env)
    if not runs.notice_ids:
        say("0 new notices")
        return 0
    with step("Sending"):
        send(runs)
        remind(env)
    notices = runs.notice_ids.sorted(lambda n: (n.partner_id.name or "", n.id))
    files = save_letters(notices, letters) | find_mails(notices, mail)
    rows = [row_of(notice, files) for notice in notices]
    print_table(rows, [link_of(notice) for notice in notices])
    print_totals(env, notices)
    print_story(env, notices, format_amount)
    print_plan(env, format_amount)
    print_interest(env, format_amount)
    say(f"Mails are in {mail}, letters in {letters}")
    print_run = save_print_run(notices, letters)
    if print_run:
        say(f"All letters for the printer: {print_run}")
    return 1 if failed(notices) else 0


def plan(env):
    """Return today's runs of all companies, without those that propose nothing."""
    runs = env["dunning.run"]
    procedures = env["dunning.procedure"].search(
        [("company_id", "in", env.user.company_ids.ids)]
    )
    for company in procedures.company_id:
        values = {"company_id": company.id, "date": company._get_dunning_today()}
        planned = runs.with_context(allowed_company_ids=company.ids).create(values)
        planned.action_plan()
        if planned.notice_ids:
            runs |= planned.with_env(env)
        else:
            planned.unlink()
    env.cr.commit()
    return runs


def send(runs):
    """Approve the runs and work off the queue, as the cron does."""
    env = runs.env
    for one in runs:
        one.action_approve()
        one.action_send()
    env.cr.commit()
    manual = env["dunning.channel"]._get_manual()
    domain = [
        ("run_id", "in", runs.ids),
        ("state", "=", "queued"),
        ("channel_id", "not in", manual.ids),
    ]
    waiting = None
    while (left := env["dunning.notice"].search_count(domain)) and left != waiting:
        waiting = left
        env["dunning.notice"]._cron_send_queued()
        env.cr.commit()
        env.invalidate_all()


def failed(notices):
    """Return the notices that reached nobody, neither by another channel."""
    return notices.filtered(
        lambda n: n.state in FAILURES and not n.fallback_notice_id and not is_to_call(n)
    )


def is_to_call(notice):
    """Return whether a notice waits for a person who calls."""
    return notice.is_call and notice.state == "queued"


# Files


def save_letters(notices, folder):
    """Write each letter to a file and return ``{notice: file}``."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for notice in notices.filtered("pdf_attachment_id"):
        words = re.findall(r"\w+", f"{notice.number} {notice.partner_id.name}")
        path = folder / f"{'-'.join(words)}.pdf"
        path.write_bytes(notice.pdf_attachment_id.raw)
        files[notice] = path
    return files


def save_print_run(notices, folder):
    """Write all letters to one file for the printer and return its path."""
    letters = notices.filtered("pdf_attachment_id")
    if not letters:
        return None
    writer = PdfWriter()
    for letter in letters:
        writer.append(BytesIO(letter.pdf_attachment_id.raw))
    path = folder / f"print-run-{datetime.now():%Y%m%d-%H%M%S}.pdf"
    writer.write(path)
    return path


def find_mails(notices, folder):
    """Return ``{notice: file}`` for the mails, found by their Message-Id."""
    by_id = {}
    for path in folder.glob("*.eml"):
        with path.open("rb") as stream:
            headers = message_from_binary_file(stream, policy=policy.default)
        by_id[str(headers["Message-Id"]).strip()] = path
    sent = notices.filtered("message_id")
    return {n: by_id[n.message_id] for n in sent if n.message_id in by_id}


# Output


def row_of(notice, files):
    """Return the cells of a notice in the order of ``COLUMNS``."""
    file = files.get(notice)
    result = file.name if file else f"- {notice.state}: {notice.reason or 'no reason'}"
    if is_to_call(notice):
        result = f"- to call: {notice.phone_display}"
    return (*cells_of(notice), result)


def link_of(notice):
    """Return the address of the payment page that the notice carries, if it does."""
    return notice._get_page_url() if notice.link_ids else ""


def cells_of(notice):
    """Return the cells of a notice that do not tell what came of it."""
    return (
        notice.partner_id.display_name,
        notice.level_id.display_name,
        notice.channel,
        format_amount(notice.env, notice.amount_asked, notice.currency_id),
        str(notice.days_late),
    )


def print_table(rows, links):
    """Print rows under their headings, and below each the link that the notice carries.

    Each column is as wide as it has to be.
    """
    table = [COLUMNS, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(COLUMNS))]
    say()
    for row, link in zip(table, ["", *links], strict=True):
        cells = [
            cell.rjust(width) if name in RIGHT_ALIGNED else cell.ljust(width)
            for name, cell, width in zip(COLUMNS, row, widths, strict=True)
        ]
        say("  ".join(cells).rstrip())
        if link:
            say(f"  {link}")
    say()


def print_totals(env, notices):
    """Print how many notices went which way, and the amounts by currency."""
    states = Counter((notice.state, notice.channel) for notice in notices)
    parts = [f"{n} {state} ({by})" for (state, by), n in sorted(states.items())]
    say(f"{len(notices)} new notices: {', '.join(parts)}")
    amounts = defaultdict(float)
    sent = notices.filtered(lambda n: n.state == "sent")
    for case, told in sent.grouped("case_id").items():
        # a letter and an e-mail to the same customer ask for the same money
        amounts[case.currency_id] += max(told.mapped("amount_asked"))
    for currency, amount in sorted(amounts.items(), key=lambda item: item[0].name):
        say(f"Asked for: {format_amount(env, amount, currency)}")


def format_amount(env, amount, currency):
    """Return an amount with its currency's code, which any terminal can show."""
    digits = formatLang(env, amount, digits=currency.decimal_places)
    return f"{digits} {currency.name}"


if __name__ == "__main__":
    main()
