from odoo.fields import Command

from .common import DunningCommon


class ClarityCommon(DunningCommon):
    """A customer and an invoice in which nothing is unclear."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.vat = "BE0477472701"
        cls.customer.write({"phone": "+32 2 290 34 90", "lang": "en_US"})
        cls.bank = cls.company.partner_id.bank_ids
        cls.tax = cls.company_data["default_tax_sale"]
        cls.clear = cls._clear_invoice()

    @classmethod
    def _clear_invoice(cls, lines=(), post=True, **values):
        """Return an overdue invoice; ``lines`` are values that make it unclear."""
        invoice = cls._invoice(
            post=post,
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "Consulting",
                        "price_unit": 100.0,
                        "tax_ids": [Command.set(cls.tax.ids)],
                        **line,
                    }
                )
                for line in lines or [{}]
            ],
            **values,
        )
        invoice.is_move_sent = post
        return invoice

    @classmethod
    def _check(cls, code):
        return cls.env["dunning.clarity.check"].search([("code", "=", code)])

    @classmethod
    def _set_stop(cls, code):
        cls._check(code).severity = "stop"

    def assertFindings(self, move, *codes):
        findings = move._get_clarity_findings()[move]
        self.assertEqual({finding["code"] for finding in findings}, set(codes))

    def _get_text(self, move):
        return move._get_clarity_findings()[move][0]["text"]
