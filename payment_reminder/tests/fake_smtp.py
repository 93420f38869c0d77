"""A mail server for tests: the whole of smtplib is real, only the socket is not."""

import email
import email.policy
import smtplib


class FakeServer:
    """Keeps the mails it is given in ``mails``, and misbehaves on request.

    ``server.fault("rcpt", (550, b"no such user"), "nobody@")`` answers the command for
    such a recipient; an exception instead of a reply is raised, as the network would.
    Commands are connect, mail, rcpt, data (before the text) and text (after it).
    """

    def __init__(self):
        self.mails = []
        self.faults = []
        self.connections = 0

    def fault(self, command, reply, recipient="", times=-1):
        """Answer ``command`` with ``reply`` the next ``times`` times (-1: always)."""
        self.faults.append([command, reply, recipient, times])

    def connect(self, host="127.0.0.1", port=25, **options):
        """Stand in for ``smtplib.SMTP``."""
        return FakeConnection(self, host, port)

    def answer(self, command, recipients, reply):
        """Return the reply to a command, or raise what breaks the connection."""
        for fault in self.faults:
            wanted, wrong, recipient, times = fault
            matches = not recipient or any(recipient in one for one in recipients)
            if wanted == command and matches and times:
                fault[3] -= 1
                if isinstance(wrong, Exception):
                    raise wrong
                return wrong
        return reply

    def keep(self, content, sender, recipients):
        """Take a mail as delivered."""
        mail = email.message_from_bytes(content, policy=email.policy.default)
        mail.sender, mail.recipients = sender, recipients
        self.mails.append(mail)

    def mails_to(self, recipient):
        """Return the mails that ``recipient`` got."""
        return [mail for mail in self.mails if recipient in mail.recipients]


class FakeConnection(smtplib.SMTP):
    """One connection to a :class:`FakeServer`."""

    def __init__(self, server, host, port):
        self.server = server
        self.replies = []
        self.sender, self.recipients = None, []
        super().__init__(host, port, local_hostname="test.example.com")

    def connect(self, host="localhost", port=0, source_address=None):
        self.server.connections += 1
        return self.server.answer("connect", [], (220, b"ready"))

    def putcmd(self, cmd, args=""):
        handler = getattr(self, f"on_{cmd.lower()}", lambda args: (250, b"OK"))
        self.replies.append(handler(args))

    def getreply(self):
        return self.replies.pop(0)

    def on_ehlo(self, args):
        return 250, b"test.example.com\nSMTPUTF8\n8BITMIME"

    def on_mail(self, args):
        self.sender, self.recipients = args.split("<")[1].split(">")[0], []
        return self.server.answer("mail", [], (250, b"OK"))

    def on_rcpt(self, args):
        recipient = args.split("<")[1].split(">")[0]
        reply = self.server.answer("rcpt", [recipient], (250, b"OK"))
        if reply[0] == 250:
            self.recipients.append(recipient)
        return reply

    def on_data(self, args):
        return self.server.answer("data", self.recipients, (354, b"go on"))

    def send(self, s):
        """Take the text of a mail, as smtplib has quoted it."""
        reply = self.server.answer("text", self.recipients, (250, b"accepted"))
        if reply[0] == 250:
            lines = s.split(b"\r\n")[:-2]
            content = b"\r\n".join(x[1:] if x[:2] == b".." else x for x in lines)
            self.server.keep(content, self.sender, self.recipients)
        self.replies.append(reply)
