"""A real SMTP server that keeps each mail as a file, and that can misbehave.

``python -m devtools.smtp_sink --port 2525 --out FOLDER [--fault FAULT]...``

A fault is a kind and, if it is not for all mails, which: ``:TEXT`` for recipients with
that text, ``#K`` for the K-th mail (as counted by MAIL commands)::

    refuse                                    do not listen at all
    421, 450, 550                             answer RCPT with this code
    hang-mail, hang-rcpt, hang-data           never answer this command
    drop                                      cut the line instead of accepting the mail
    hold                                      keep the mail, but hold the 250 reply back

With ``--after-accept-touch FILE`` the file appears as soon as a mail is kept; a held
reply is given when somebody removes the file. So a test can end the sender at any
point of the conversation.
"""

import argparse
import asyncio
import itertools
import os
import re
import tempfile
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiosmtpd.controller import Controller

from .console import ToolError, command
from .process import free_port, require_port

REPLIES = {
    "421": "421 4.3.2 Service not available",
    "450": "450 4.2.1 Mailbox busy, try again later",
    "550": "550 5.1.1 No such user here",
}
KINDS = {"refuse", "hang-mail", "hang-rcpt", "hang-data", "drop", "hold", *REPLIES}
LARGEST_MAIL = 100 * 1024 * 1024
FOREVER = 24 * 3600
_FAULT = re.compile(r"([\w-]+)(?:#(\d+)|:(.+))?")


@dataclass(frozen=True)
class Fault:
    """One way to misbehave, and towards which mails."""

    kind: str
    number: int | None = None
    text: str = ""

    @classmethod
    def parse(cls, spec):
        """Read a fault as it is written on the command line.

        >>> Fault.parse("550:nobody@")
        Fault(kind='550', number=None, text='nobody@')
        >>> Fault.parse("drop#3").number
        3
        """
        found = _FAULT.fullmatch(spec)
        if not found or found[1] not in KINDS:
            raise ToolError(
                f"{spec} is no fault: use {', '.join(sorted(KINDS))}, "
                "with #NUMBER or :RECIPIENT behind it."
            )
        return cls(found[1], int(found[2]) if found[2] else None, found[3] or "")

    def applies(self, kind, number, recipients):
        """Return whether this is the fault ``kind`` for such a mail."""
        return (
            self.kind == kind
            and self.number in (None, number)
            and (not self.text or any(self.text in one for one in recipients))
        )


class Handler:
    """What the server does with each command of the conversation."""

    def __init__(self, folder, faults=(), touch=None):
        self.folder, self.faults, self.touch = folder, tuple(faults), touch
        self.mails = itertools.count(1)
        self.kept = itertools.count(1)

    async def handle_MAIL(self, server, session, envelope, address, options):
        """Count the mail and take its sender."""
        session.mail_number = next(self.mails)
        await self._hang("hang-mail", session, [])
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Take a recipient, or refuse it as the faults say."""
        await self._hang("hang-rcpt", session, [address])
        for code, reply in REPLIES.items():
            if self._has_fault(code, session, [address]):
                return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """Keep the mail before it is accepted, as a mail server has to."""
        recipients = envelope.rcpt_tos
        await self._hang("hang-data", session, recipients)
        if self._has_fault("drop", session, recipients):
            server.transport.abort()
            return "451 4.3.0 Aborted"
        self._keep(envelope.content, recipients)
        if self.touch:
            self.touch.touch()
        if self._has_fault("hold", session, recipients):
            await self._hold()
        return "250 OK: kept"

    async def _hold(self):
        while not self.touch or self.touch.exists():
            await asyncio.sleep(0.02)

    async def _hang(self, kind, session, recipients):
        if self._has_fault(kind, session, recipients):
            await asyncio.sleep(FOREVER)

    def _has_fault(self, kind, session, recipients):
        number = session.mail_number
        return any(fault.applies(kind, number, recipients) for fault in self.faults)

    def _keep(self, content, recipients):
        """Write a mail to a name of its own; nobody ever sees a part of it."""
        descriptor, temporary = tempfile.mkstemp(prefix=".mail-", dir=self.folder)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            os.fchmod(stream.fileno(), 0o644)
        for number in self.kept:
            try:
                os.link(temporary, self.folder / _file_name(number, recipients))
            except FileExistsError:  # another sink writes here too
                continue
            break
        os.unlink(temporary)


class Sink:
    """The server in a thread of this process: ``with Sink(folder) as sink``."""

    def __init__(self, folder, port=None, faults=(), touch=None):
        self.folder = Path(folder)
        self.port = port or free_port()
        self.faults = [Fault.parse(spec) for spec in faults]
        self.touch = Path(touch) if touch else None
        self.controller = None

    def __enter__(self):
        """Listen, unless the fault is that nobody does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not any(fault.kind == "refuse" for fault in self.faults):
            require_port(self.port)
            self.controller = Controller(
                Handler(self.folder, self.faults, self.touch),
                hostname="127.0.0.1",
                port=self.port,
                data_size_limit=LARGEST_MAIL,
                enable_SMTPUTF8=True,
            )
            self.controller.start()
        return self

    def __exit__(self, *exc_info):
        """Stop listening."""
        if self.controller:
            self.controller.stop(no_assert=True)

    def mails(self):
        """Return the files of all mails kept so far, the oldest first."""
        return sorted(self.folder.glob("*.eml"))


def _file_name(number, recipients):
    recipient = re.sub(r"[^\w.@+-]", "_", recipients[0] if recipients else "nobody")
    return f"{datetime.now():%Y%m%d-%H%M%S}-{number:05d}-{recipient[:100]}.eml"


@command
def main():
    """Run the server until it is ended."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--after-accept-touch", type=Path, metavar="FILE")
    parser.add_argument("--hold", action="store_true", help="short for --fault hold")
    options = parser.parse_args()
    faults = options.fault + (["hold"] if options.hold else [])
    with Sink(options.out, options.port, faults, options.after_accept_touch):
        threading.Event().wait()


if __name__ == "__main__":
    main()
