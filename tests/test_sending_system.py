"""Mail servers that misbehave: everything is delivered or explained."""

import pytest
from system import WORK

from devtools.smtp_sink import Sink

NOTICES = 12

#: Comes back as often as a worker would in three hours, without the waiting.
COME_BACK = """
for again in range({times}):
    env["dunning.notice"].search([("state", "=", "queued")]).next_try = False
    env.cr.commit()
    env["dunning.notice"]._cron_send_queued()
"""


@pytest.fixture
def few(sending):
    """Give a system with a dozen notices."""
    sending.keep(NOTICES)
    return sending


def letters(notices):
    """Return the notices that are letters."""
    return [notice for notice in notices if notice["channel"] == "letter"]


def test_all_reminders_arrive_by_real_smtp(few, sink):
    few.use(sink)
    few.work()
    assert few.states() == {"sent": NOTICES}
    few.assert_accounted_for()
    assert len(few.mails()) == NOTICES


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["refuse", "421"])
def test_transient_fault_is_explained_and_overcome(few, tmp_path, fault):
    with Sink(tmp_path / "bad", faults=[fault]) as bad:
        few.use(bad)
        few.run(WORK + WORK)
        assert few.states() == {"queued": NOTICES}
        assert {n["tries"] for n in few.notices()} == {1}, "it waits for its time"
        few.assert_accounted_for()
    with Sink(tmp_path / "good") as good:
        few.use(good)
        few.run(COME_BACK.format(times=1))
    assert few.states() == {"sent": NOTICES}
    few.assert_accounted_for()


@pytest.mark.slow
def test_fault_that_lasts_ends_in_letters_and_questions(few, tmp_path):
    with Sink(tmp_path / "bad", faults=["450"]) as bad:
        few.use(bad)
        few.run(COME_BACK.format(times=7))
    notices = few.notices()
    mails = [n for n in notices if n["channel"] == "email"]
    assert {n["state"] for n in mails} == {"failed"}
    assert all("5 tries" in n["reason"] for n in mails)
    assert len(letters(notices)) == NOTICES / 2
    assert {n["state"] for n in letters(notices)} == {"sent"}
    few.assert_accounted_for()


@pytest.mark.slow
def test_refused_recipients_get_letters_and_the_others_their_mail(few, tmp_path):
    faults = ["550:c001@", "550:c002@", "450:c003@"]
    with Sink(tmp_path / "mail", faults=faults) as sink:
        few.use(sink)
        few.work()
        by_mail = {n["email"]: n for n in few.notices() if n["channel"] == "email"}
        with_letter = by_mail["c001@customer.example.com"]
        without = by_mail["c002@customer.example.com"]
        later = by_mail["c003@customer.example.com"]
        assert (with_letter["state"], without["state"]) == ("failed", "failed")
        assert with_letter["fallback_notice_id"]
        assert not with_letter["has_activity"]
        assert not without["fallback_notice_id"]
        assert without["has_activity"]
        assert "No such user" in without["reason"]
        assert later["state"] == "queued"
        assert few.states()["sent"] == NOTICES - 3 + 1
        few.assert_accounted_for()


@pytest.mark.slow
def test_line_dropped_at_one_mail_leaves_one_doubt(few, tmp_path):
    with Sink(tmp_path / "mail", faults=["drop#5"]) as sink:
        few.use(sink)
        few.run(WORK + WORK)
        assert few.states() == {"sent": NOTICES - 1, "in_doubt": 1}
        few.assert_accounted_for()
        assert len(sink.mails()) == NOTICES - 1


@pytest.mark.slow
def test_hanging_server_is_left_after_its_time(few, tmp_path):
    """Each command has a time limit: here two seconds instead of a minute."""
    script = (
        "from odoo.addons.base.models import ir_mail_server\n"
        "ir_mail_server.SMTP_TIMEOUT = 2\n" + COME_BACK.format(times=1)
    )
    faults = ["hang-rcpt:c002@", "hang-rcpt:c005@", "hang-data:c007@"]
    with Sink(tmp_path / "mail", faults=faults) as sink:
        few.use(sink)
        few.run(script)
        assert few.states() == {"sent": NOTICES - 3, "queued": 2, "in_doubt": 1}
        few.assert_accounted_for()
