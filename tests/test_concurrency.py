"""Several processes at once: each notice is planned once and sent once."""

import pytest
from system import MANY, OURS, WORK, wait_for

pytestmark = pytest.mark.slow

WORKERS = 3

#: Plans a run when the file appears and says in one line what came of it.
RACE = """
import pathlib, time
pathlib.Path({ready!r}).touch()
while not pathlib.Path({go!r}).exists():
    time.sleep(0.001)
for attempt in range(3):
    try:
        run = env["dunning.run"].create({{}})
        run.action_plan()
        env.cr.commit()
        print("planned", len(run.notice_ids))
    except Exception as error:
        env.cr.rollback()
        print("refused", type(error).__name__, str(error).replace("\\n", " "))
"""

#: Plans a run and keeps it open until the file appears.
PLAN_AND_WAIT = """
import pathlib, time
run = env["dunning.run"].create({{}})
run.action_plan()
env.flush_all()
pathlib.Path({planned!r}).touch()
while not pathlib.Path({go!r}).exists():
    time.sleep(0.01)
env.cr.commit()
print("planned", len(run.notice_ids))
"""

#: Sessions of a database that wait for another one.
WAITING = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
)

#: Makes an accepted estimate of two stages: only the first one is finished.
ESTIMATE = """
estimate = env["service.estimate"].create({
    "title": "Race",
    "partner_id": env["res.partner"].create({"name": "Racer"}).id,
    "stage_ids": [(0, 0, {
        "name": name, "volume": 10, "rate": 100, "tax_ids": [],
        "is_done": name == "First"}) for name in ("First", "Second")],
})
estimate.action_mark_sent()
estimate.action_accept()
env.cr.commit()
"""

#: Reads the estimate, invoices its stage as a request does, and says what came of it.
#: The transaction ends when the file appears.
INVOICE = """
import pathlib, time
from odoo.exceptions import UserError
from odoo.service.model import retrying

def invoice():
    estimate = env["service.estimate"].search([("title", "=", "Race")])
    first = estimate.stage_ids[0]
    pathlib.Path({began!r}).touch()
    estimate._create_invoice("stages", stages=first)
    env.flush_all()
    pathlib.Path({invoiced!r}).touch()
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.01)

try:
    retrying(invoice, env)
    print("invoiced")
except UserError as error:
    env.cr.rollback()
    print("refused", error)
"""


#: Makes a plan of two instalments that waits for the customer's decision.
PLAN = """
from datetime import timedelta
today = env.company._get_dunning_today()
move = env["account.move"].create({
    "move_type": "out_invoice",
    "partner_id": env["res.partner"].create({"name": "Racer"}).id,
    "invoice_date": today - timedelta(days=20),
    "invoice_payment_term_id": False,
    "invoice_date_due": today - timedelta(days=5),
    "invoice_line_ids": [(0, 0, {"name": "Race", "price_unit": 100, "tax_ids": []})],
})
move.action_post()
plan = env["installment.plan"]._make_equal(move, 2, today + timedelta(days=7))
plan.action_propose()
env.cr.commit()
"""

#: Reads the plan, accepts it as a request does, and says what came of it.
#: The transaction ends when the file appears.
ACCEPT = """
import pathlib, time
from odoo.exceptions import UserError
from odoo.service.model import retrying

SIGNATURE = "{signature}"

def accept():
    plan = env["installment.plan"].search([("partner_id.name", "=", "Racer")])
    assert plan.state in ("proposed", "active")
    pathlib.Path({began!r}).touch()
    plan._accept_by_customer({name!r}, SIGNATURE)
    env.flush_all()
    pathlib.Path({accepted!r}).touch()
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.01)

try:
    retrying(accept, env)
    print("accepted")
except UserError as error:
    env.cr.rollback()
    print("refused", error)
"""

#: Two mails to one customer, about two currencies; the rule allows one a day.
TWO_MAILS = """
from datetime import timedelta
today = env.company._get_dunning_today()
rule = env["contact.rule"].create({
    "name": "One a day", "is_timed": False,
    "cap_ids": [(0, 0, {"kind": "message", "period": "seven_days", "number": 1})],
})
partner = env["res.partner"].create({
    "name": "Racer", "email": "racer@customer.example.com",
    "dunning_contact_rule_id": rule.id,
})
other = env["res.currency"].with_context(active_test=False).search(
    [("id", "!=", env.company.currency_id.id)], limit=1)
other.active = True
moves = env["account.move"].create([{
    "move_type": "out_invoice",
    "partner_id": partner.id,
    "currency_id": currency.id,
    "invoice_date": today - timedelta(days=20),
    "invoice_payment_term_id": False,
    "invoice_date_due": today - timedelta(days=5),
    "invoice_line_ids": [(0, 0, {"name": "Race", "price_unit": 900, "tax_ids": []})],
} for currency in (env.company.currency_id, other)])
moves.action_post()
env["dunning.clarity.check"].search([]).severity = "off"
run = env["dunning.run"].create({"partner_ids": [(6, 0, partner.ids)]})
run._plan()
run.action_approve()
run._set_sending()
assert len(run.notice_ids.filtered(lambda n: n.state == "queued")) == 2
env.cr.commit()
"""

#: Claims one of the mails as a worker does, and says what came of it. The transaction
#: ends when the file appears.
CLAIM = """
import pathlib, time
domain = [("partner_id.name", "=", "Racer")]

def claim():
    env.invalidate_all()
    notice = env["dunning.notice"].search(domain, order="id")[{index}]
    pathlib.Path({began!r}).touch()
    allowed = notice._hold_back()
    allowed._set_in_flight(1)
    env.flush_all()
    pathlib.Path({claimed!r}).touch()
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.01)
    env.cr.commit()
    return len(allowed)

print("allowed", env["dunning.sender"]._retry(claim))
"""

#: A picture of one pixel.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


#: Makes a customer far beyond the last level, and an agency.
OVERDUE = """
from datetime import timedelta
today = env.company._get_dunning_today()
racer = env["res.partner"].create({"name": "Racer"})
env["res.partner"].create({
    "name": "Agency of the race", "is_company": True, "dunning_agency_role": "agency",
    "email": "agency@race.example.com"})
move = env["account.move"].create({
    "move_type": "out_invoice",
    "partner_id": racer.id,
    "invoice_date": today - timedelta(days=90),
    "invoice_payment_term_id": False,
    "invoice_date_due": today - timedelta(days=75),
    "invoice_line_ids": [(0, 0, {"name": "Race", "price_unit": 100, "tax_ids": []})],
})
move.action_post()
env["dunning.planner"]._open_cases(env.company, racer)
env.cr.commit()
"""

#: Reads the case, hands it over as a request does, and says what came of it.
#: The transaction ends when the file appears.
HAND_OVER = """
import pathlib, time
from odoo.exceptions import UserError
from odoo.service.model import retrying

def hand_over():
    case = env["dunning.case"].search([("partner_id.name", "=", "Racer")])
    agency = env["res.partner"].search([("name", "=", "Agency of the race")])
    pathlib.Path({began!r}).touch()
    case._hand_over(case.line_ids, agency, step="prepare", early_reason="Race")
    env.flush_all()
    pathlib.Path({handed!r}).touch()
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.01)

try:
    retrying(hand_over, env)
    print("handed over")
except UserError as error:
    env.cr.rollback()
    print("refused", str(error).replace("\\n", " "))
"""


def count_duplicates(system):
    """Return how many notices, items or cases stand for the same thing."""
    [[notices]] = system.execute(
        "SELECT COUNT(*) FROM (SELECT 1 FROM dunning_notice notice"
        f" JOIN res_partner contact ON contact.id = notice.contact_id WHERE {OURS}"
        " GROUP BY case_id, channel HAVING COUNT(*) > 1) twice"
    )
    [[items]] = system.execute(
        "SELECT COUNT(*) FROM (SELECT 1 FROM dunning_notice_line line"
        " JOIN dunning_notice notice ON notice.id = line.notice_id"
        f" JOIN res_partner contact ON contact.id = notice.contact_id WHERE {OURS}"
        " GROUP BY line.move_line_id, notice.channel HAVING COUNT(*) > 1) twice"
    )
    [[cases]] = system.execute(
        "SELECT COUNT(*) FROM (SELECT 1 FROM dunning_case"
        " GROUP BY company_id, partner_id, currency_id HAVING COUNT(*) > 1) twice"
    )
    return notices + items + cases


# --- Planning ---


def test_second_planner_is_told_that_somebody_else_is_planning(planning, tmp_path):
    planned, go = tmp_path / "planned", tmp_path / "go"
    first = planning.start(PLAN_AND_WAIT.format(planned=str(planned), go=str(go)))
    wait_for(planned.exists, first)
    second = planning.run(RACE.format(ready=str(tmp_path / "r"), go=str(planned)))
    assert second.count("refused UserError") == 3
    assert "being planned by somebody else" in second
    go.touch()
    assert f"planned {MANY}" in planning.finish(first)
    assert not count_duplicates(planning)


def test_planners_at_the_same_time_plan_each_customer_once(planning, tmp_path):
    go = tmp_path / "go"
    ready = [tmp_path / f"ready-{number}" for number in range(WORKERS)]
    planners = [
        planning.start(RACE.format(ready=str(file), go=str(go))) for file in ready
    ]
    for file, planner in zip(ready, planners, strict=True):
        wait_for(file.exists, planner)
    go.touch()
    said = "".join(planning.finish(planner) for planner in planners).splitlines()
    planned = [int(line.split()[1]) for line in said if line.startswith("planned")]
    refused = [line for line in said if line.startswith("refused")]
    assert len(planned) + len(refused) == 3 * WORKERS, said
    assert sum(planned) == MANY, said
    assert all("being planned by somebody else" in line for line in refused), refused
    assert not count_duplicates(planning)


# --- Sending ---


def test_workers_at_the_same_time_send_each_notice_once(sending, sink):
    sending.use(sink)
    workers = [sending.start(WORK) for _number in range(WORKERS)]
    for worker in workers:
        sending.finish(worker)
    assert sending.states() == {"sent": MANY}
    mails = sending.mails()
    assert set(mails.values()) == {1}
    assert len(mails) == len(sink.mails()) == MANY
    assert len(set(sending.message_ids())) == MANY
    [[logged]] = sending.execute(
        "SELECT COUNT(mail_message_id) FROM dunning_notice notice"
        f" JOIN res_partner contact ON contact.id = notice.contact_id WHERE {OURS}"
    )
    [[written]] = sending.execute(
        "SELECT COUNT(*) FROM mail_message"
        " WHERE model = 'dunning.case' AND message_type = 'email_outgoing'"
    )
    assert (logged, written) == (MANY, MANY), "each once in the history"
    last_run = "SELECT state FROM dunning_run ORDER BY id DESC LIMIT 1"
    assert sending.execute(last_run) == [("done",)]


def test_payment_while_a_worker_sends_is_never_reminded(sending, sink):
    """A customer who pays first is not written to; one who is written to owed it."""
    sending.use(sink)
    sending.keep(60)
    worker = sending.start(WORK)
    wait_for(sink.mails, worker)
    sending.execute(
        "UPDATE account_move_line SET no_followup = TRUE WHERE id IN ("
        " SELECT line.move_line_id FROM dunning_notice_line line"
        " JOIN dunning_notice notice ON notice.id = line.notice_id"
        " WHERE notice.state = 'queued')"
    )
    late = {n["email"] for n in sending.notices() if n["state"] == "queued"}
    sending.finish(worker)
    sending.work()
    assert not late & set(sending.mails())
    assert "queued" not in sending.states()


def test_two_workers_do_not_write_to_a_customer_more_often_than_allowed(
    world, tmp_path
):
    """The later one waits for the other, counts again and holds its mail back."""
    world.run(TWO_MAILS)
    files = {name: str(tmp_path / name) for name in ("began", "claimed", "go")}
    first = world.start(CLAIM.format(index=0, **files))
    wait_for((tmp_path / "claimed").exists, first)
    later = files | {"began": str(tmp_path / "began-too")}
    second = world.start(CLAIM.format(index=1, **later))
    wait_for((tmp_path / "began-too").exists, second)
    wait_for(lambda: world.execute(WAITING, world.database), second)
    (tmp_path / "go").touch()
    assert world.finish(first).splitlines() == ["allowed 1"]
    assert "allowed 0" in world.finish(second)


# --- Invoices of estimates ---


def test_stage_that_two_people_invoice_at_once_is_invoiced_once(world, tmp_path):
    """The later one waits for the other, starts again and is told."""
    world.run(ESTIMATE)
    files = {name: str(tmp_path / name) for name in ("began", "invoiced", "go")}
    first = world.start(INVOICE.format(**files))
    wait_for((tmp_path / "invoiced").exists, first)
    later = files | {"began": str(tmp_path / "began-too")}
    second = world.start(INVOICE.format(**later))
    wait_for((tmp_path / "began-too").exists, second)
    wait_for(lambda: world.execute(WAITING, world.database), second)
    (tmp_path / "go").touch()
    assert world.finish(first).splitlines() == ["invoiced"]
    said = world.finish(second)
    assert "refused Stage First is invoiced already." in said, said
    [[number]] = world.execute(
        "SELECT COUNT(*) FROM account_move_line line"
        " JOIN service_estimate_stage stage ON stage.id = line.estimate_stage_id"
        " WHERE stage.name = 'First'"
    )
    assert number == 1


# --- Instalment plans ---


def test_plan_that_two_people_accept_at_once_is_accepted_once(world, tmp_path):
    """The later one is told at once, and again once the plan is in force."""
    world.run(PLAN)
    files = {name: str(tmp_path / name) for name in ("began", "accepted", "go")}
    first = world.start(ACCEPT.format(name="Ann", signature=SIGNATURE, **files))
    wait_for((tmp_path / "accepted").exists, first)
    said = world.run(ACCEPT.format(name="Bob", signature=SIGNATURE, **files))
    assert "refused Somebody is deciding about this" in said, said
    (tmp_path / "go").touch()
    assert world.finish(first).splitlines() == ["accepted"]
    said = world.run(ACCEPT.format(name="Bob", signature=SIGNATURE, **files))
    assert "refused Accepted by Ann on" in said, said
    [plan] = world.execute(
        "SELECT plan.id, plan.state, plan.signed_by FROM installment_plan plan"
        " JOIN res_partner partner ON partner.id = plan.partner_id"
        " WHERE partner.name = 'Racer'"
    )
    assert plan[1:] == ("active", "Ann")
    [[signatures]] = world.execute(
        "SELECT COUNT(*) FROM ir_attachment WHERE res_model = 'installment.plan'"
        " AND res_field = 'signature' AND res_id = %s",
        plan[0],
    )
    assert signatures == 1


# --- Hand-overs ---


def test_item_that_two_people_hand_over_at_once_is_handed_over_once(world, tmp_path):
    """The later one waits for the other, and is told in words."""
    world.run(OVERDUE)
    files = {name: str(tmp_path / name) for name in ("began", "handed", "go")}
    first = world.start(HAND_OVER.format(**files))
    wait_for((tmp_path / "handed").exists, first)
    later = files | {"began": str(tmp_path / "began-too")}
    second = world.start(HAND_OVER.format(**later))
    wait_for((tmp_path / "began-too").exists, second)
    wait_for(lambda: world.execute(WAITING, world.database), second)
    (tmp_path / "go").touch()
    assert world.finish(first).splitlines() == ["handed over"]
    said = world.finish(second)
    assert "refused" in said, said
    assert "already" in said, said
    [[number]] = world.execute(
        "SELECT COUNT(*) FROM dunning_handover_line line"
        " JOIN dunning_handover handover ON handover.id = line.handover_id"
        " JOIN res_partner partner ON partner.id = handover.partner_id"
        " WHERE partner.name = 'Racer' AND line.is_living"
    )
    assert number == 1
