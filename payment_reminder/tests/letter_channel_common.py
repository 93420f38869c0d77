from io import BytesIO

from pypdf import PdfReader

from odoo.fields import Command

from .sending_common import SendingCommon


def read_pdf(content):
    """Return the text of a PDF, with single spaces."""
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


class LetterChannelCommon(SendingCommon):
    """A company whose procedure sends letters only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.letters = cls._create_procedure(
            [
                {
                    "delay_days": 3,
                    "letter_intro": "<p>Please pay.</p>",
                    "channel_ids": [Command.set(cls.letter_channel.ids)],
                }
            ]
        )
        cls.level = cls.letters.level_ids
        cls.level.write(
            {
                "letter_subject": "Demand for payment",
                "letter_intro": "<p>the following amount is open:</p>",
                "letter_closing": "<p>Thank you.</p>",
            }
        )
        cls.company.dunning_procedure_id = cls.letters
