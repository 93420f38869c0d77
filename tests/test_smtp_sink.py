"""The SMTP server of the tests: what it keeps, and how it misbehaves on demand."""

import smtplib
import threading
import time
from email.message import EmailMessage

import pytest

from devtools import console, smtp_sink


def send(sink, recipient="anna@example.com", text="Hello", timeout=5):
    """Send one mail over real SMTP and return what the library says."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Reminder", "us@example.com", recipient
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=timeout) as client:
        return client.send_message(mail)


def wait_for(condition, seconds=5):
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_sink_keeps_each_mail_in_a_file_named_after_its_recipient(sink):
    send(sink, "anna@example.com", "first")
    send(sink, "boris@example.com", "second")
    first, second = sink.mails()
    assert first.name.endswith("-anna@example.com.eml")
    assert "second" in second.read_text()


def test_sink_never_overwrites_a_mail_of_another_sink(tmp_path):
    with smtp_sink.Sink(tmp_path) as one, smtp_sink.Sink(tmp_path) as other:
        for _number in range(3):
            send(one)
            send(other)
        assert len(one.mails()) == 6


@pytest.mark.parametrize(
    "recipient",
    ["../../etc/passwd@example.com", "a" * 200 + "@example.com", "пример@example.com"],
)
def test_sink_keeps_ugly_recipients_inside_its_folder(sink, recipient):
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.ehlo()
        client.sendmail(
            "us@example.com", [recipient], b"Subject: x\r\n\r\nx", ["SMTPUTF8"]
        )
    assert len(sink.mails()) == 1


@pytest.mark.parametrize("code", [421, 450, 550])
def test_sink_refuses_only_the_recipient_of_the_fault(tmp_path, code):
    with smtp_sink.Sink(tmp_path, faults=[f"{code}:bad@"]) as sink:
        with pytest.raises(smtplib.SMTPResponseException) as error:
            raise_first_refusal(lambda: send(sink, "bad@example.com"))
        assert error.value.smtp_code == code
        send(sink, "good@example.com")
        assert len(sink.mails()) == 1


def raise_first_refusal(action):
    """Turn the library's summary of refused recipients into the first reply."""
    try:
        action()
    except smtplib.SMTPRecipientsRefused as error:
        raise smtplib.SMTPResponseException(
            *next(iter(error.recipients.values()))
        ) from error


def test_sink_refuses_connections_when_it_is_told_to(tmp_path):
    with smtp_sink.Sink(tmp_path, faults=["refuse"]) as sink:
        with pytest.raises(ConnectionRefusedError):
            send(sink)


def test_sink_drops_only_the_mail_with_the_number_of_the_fault(tmp_path):
    with smtp_sink.Sink(tmp_path, faults=["drop#2"]) as sink:
        send(sink, text="one")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(sink, text="two")
        send(sink, text="three")
        assert ["two" in mail.read_text() for mail in sink.mails()] == [False, False]


@pytest.mark.parametrize("kind", ["hang-mail", "hang-rcpt", "hang-data"])
def test_sink_hangs_at_the_command_of_the_fault(tmp_path, kind):
    with smtp_sink.Sink(tmp_path, faults=[kind]) as sink:
        with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
            send(sink, timeout=0.3)
        assert not sink.mails()


def test_sink_holds_the_reply_of_a_kept_mail_until_the_file_is_removed(tmp_path):
    touch = tmp_path / "accepted"
    with smtp_sink.Sink(tmp_path / "mail", faults=["hold"], touch=touch) as sink:
        sender = threading.Thread(target=send, args=[sink])
        sender.start()
        wait_for(touch.exists)
        assert len(sink.mails()) == 1
        assert sender.is_alive()
        touch.unlink()
        sender.join(timeout=5)
        assert not sender.is_alive()


def test_sink_names_the_faults_it_knows():
    with pytest.raises(console.ToolError, match="is no fault: use 421, 450"):
        smtp_sink.Fault.parse("explode")
