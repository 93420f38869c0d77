"""Workers that are killed: nothing is sent twice, nothing is lost."""

import pytest
from system import STOP, WORK, kill, wait_for

from devtools.smtp_sink import Sink

pytestmark = pytest.mark.slow

NOTICES = 8

#: Where a worker is killed in its own code, and how many notices are then in doubt.
STEPS = {
    "claimed": ("dunning.sender", "_send", 1, 0),
    "rendered": ("dunning.channel.email", "_get_session", 1, 0),
    "third one accepted, not recorded": ("dunning.sender", "_record_sent", 3, 1),
    "all recorded, no history": ("dunning.sender", "_finish_chunk", 1, 0),
}


def work_until(sending, step, file):
    """Start a worker that stops at a step, wait for it, and kill it."""
    model, method, number, _doubts = STEPS[step]
    stop = f"stop_before({model!r}, {method!r}, {str(file)!r}, {number})\n"
    worker = sending.start(STOP + stop + WORK)
    wait_for(file.exists, worker)
    kill(worker)


@pytest.mark.parametrize("step", STEPS)
def test_killed_worker_loses_nothing_and_repeats_nothing(sending, sink, step, tmp_path):
    doubts = STEPS[step][3]
    sending.use(sink)
    sending.keep(NOTICES)
    work_until(sending, step, tmp_path / "here")
    if step in ("claimed", "rendered"):
        assert not sending.mails(), "nothing was sent yet"
    sending.run(WORK + WORK)
    states = {"sent": NOTICES - doubts, "in_doubt": doubts}
    assert sending.states() == {key: n for key, n in states.items() if n}
    assert sum(sending.mails().values()) == NOTICES
    sending.assert_accounted_for()


def test_worker_killed_after_the_server_took_the_mail_leaves_one_doubt(
    sending, tmp_path
):
    sending.keep(NOTICES)
    with Sink(tmp_path / "held", faults=["hold#3"], touch=tmp_path / "kept") as held:
        sending.use(held)
        worker = sending.start(WORK)
        wait_for(lambda: len(held.mails()) == 3, worker)
        kill(worker)
    with Sink(tmp_path / "mail") as sink:
        sending.use(sink)
        sending.run(WORK + WORK)
        assert sending.states() == {"sent": NOTICES - 1, "in_doubt": 1}
        assert sum(sending.mails().values()) == NOTICES
        sending.assert_accounted_for()
        [doubt] = [n for n in sending.notices() if n["state"] == "in_doubt"]
        assert "nobody knows" in doubt["reason"]
        assert doubt["message_id"] in sending.message_ids(), "it had arrived"


def test_person_decides_what_becomes_of_the_doubt(sending, tmp_path):
    sending.keep(2)
    with Sink(tmp_path / "held", faults=["hold#1"], touch=tmp_path / "kept") as held:
        sending.use(held)
        worker = sending.start(WORK)
        wait_for(lambda: held.mails(), worker)
        kill(worker)
    with Sink(tmp_path / "mail") as sink:
        sending.use(sink)
        sending.run(
            WORK
            + 'doubt = env["dunning.notice"].search([("state", "=", "in_doubt")])\n'
            "doubt.action_send_again()\nenv.cr.commit()\n" + WORK
        )
        assert sending.states() == {"sent": 2}
        assert sorted(sending.mails().values()) == [1, 2], "twice, as a person wanted"


def test_real_cron_worker_takes_over_from_a_killed_one(sending, tmp_path):
    sending.keep(NOTICES)
    with Sink(tmp_path / "held", faults=["hold#3"], touch=tmp_path / "kept") as held:
        sending.use(held)
        first = sending.start_cron()
        wait_for(lambda: len(held.mails()) == 3, first, sending.wake)
        kill(first)
    with Sink(tmp_path / "mail") as sink:
        sending.use(sink)
        second = sending.start_cron()
        outcome = {"sent": NOTICES - 1, "in_doubt": 1}
        wait_for(lambda: sending.states() == outcome, second, sending.wake)
        kill(second)
    sending.assert_accounted_for()
    [[failures]] = sending.execute(
        "SELECT cron.failure_count FROM ir_cron cron"
        " JOIN ir_model_data data ON data.res_id = cron.id AND data.model = 'ir.cron'"
        " WHERE data.name = 'ir_cron_dunning_send'"
    )
    assert failures == 0
