from unittest import SkipTest

from lxml import html

from .payment_page_common import PaymentPageCommon


class PaymentPagePayCommon(PaymentPageCommon):
    """The page with three open invoices (100, 50, 30) and Odoo's demo provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls._create_provider(cls.company)
        cls.method = cls.provider.payment_method_ids[:1]
        cls.second_invoice = cls._overdue(15, 50.0)
        cls.third_invoice = cls._overdue(10, 30.0)
        cls.invoices = cls.invoice | cls.second_invoice | cls.third_invoice
        cls.env["dunning.planner"]._open_cases(cls.company)

    @classmethod
    def _create_provider(cls, company, **values):
        demo = cls.env.ref("payment.payment_provider_demo").sudo()
        if demo.code != "demo":  # payment_demo is no dependency of the addon
            raise SkipTest("payment_demo is not installed")
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
        provider = demo.copy(
            {
                "company_id": company.id,
                "state": "test",
                "is_published": True,
                "journal_id": journal.id,
                **values,
            }
        )
        provider.payment_method_ids.active = True
        provider.payment_method_ids = provider.payment_method_ids[:1]
        return provider

    # === TRANSACTIONS WITHOUT A BROWSER === #

    def _begin(self, window="window", **options):
        """Return a draft transaction as the controller makes it of a choice."""
        page = self._page()
        choice = page._choose_by(options)
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "amount": float(choice.total),
                    "currency_id": page.currency_id.id,
                    "partner_id": page.contact_id.id,
                    "operation": "online_direct",
                    **page._prepare_transaction_values(choice, window),
                }
            )
        )

    def _succeed(self, transaction):
        """Let the money arrive, and book it."""
        transaction._set_done()
        transaction._post_process()

    def _items_option(self, *moves):
        return ",".join(
            str(line.id) for move in moves for line in self._receivables(move)
        )

    def _residuals(self, *moves):
        moves = moves or self.invoices
        return [move.amount_residual for move in moves]

    # === OVER HTTP === #

    def _open(self, path=None, **options):
        """Open the page and return it as a tree."""
        query = "&".join(f"{name}={value}" for name, value in options.items())
        path = path or self._path()
        response = self.url_open(f"{path}?{query}" if query else path)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def _form(self, tree):
        found = tree.xpath("//form[@id='o_payment_form']")
        return found[0] if found else None

    def _data(self, form, **values):
        """Return what Odoo's payment form sends."""
        return {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": float(form.get("data-amount")),
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": form.get("data-landing-route"),
            "is_validation": False,
            "csrf_token": "x",
            **values,
        }

    def _ask(self, form, route=None, **values):
        """Press 'Pay' in a form: return the answer."""
        route = route or form.get("data-transaction-route")
        return self.make_jsonrpc_request(route, self._data(form, **values))

    def _transactions(self):
        return (
            self.env["payment.transaction"]
            .sudo()
            .search([("dunning_case_id", "=", self.case.id)], order="id")
        )

    def _said(self):
        """Return the texts of the case's chatter, the oldest first."""
        return [str(m.body) for m in self.case.message_ids.sorted("id")]
