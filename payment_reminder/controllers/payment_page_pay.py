from werkzeug.exceptions import BadRequest

from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import str2bool

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount

from ..models.dunning_payment_page_pay import OPTIONS
from .payment_page import PaymentPage, page_route

FLOWS = ("redirect", "direct", "token")


class PaymentPagePay(PaymentPage, PaymentPortal, PortalAccount):
    """Paying online on the customer's page, through Odoo's payment providers.

    What is paid, by whom and with what is decided here; of what the browser sends only
    the way of payment counts, and the amount that was shown is compared.
    """

    # === STEPS === #

    @page_route("/transaction", method="POST", type="jsonrpc")
    def payment_page_transaction(self, token=None, case_id=None, **data):
        """Begin a payment, as Odoo's payment form asks for it.

        The choice and the key of the window come in the address.

        :return: what the form goes on with, or ``state`` error and why, in words
        :rtype: dict
        """
        options = self._get_options(request.httprequest.args)
        page = self._find_page(token, case_id, options)
        self._limit(page, "pay")
        try:
            with request.env.cr.savepoint():
                return self._begin_payment(page, options, data)
        except BadRequest:
            message = page.env._("This payment cannot be made: nothing was charged.")
        except UserError as error:
            message = str(error)
        return {"state": "error", "state_message": message}

    @page_route("/again", method="POST")
    def payment_page_again(self, token=None, case_id=None, **options):
        """Give up what was begun in another window, and show the page again."""
        page = self._find_page(token, case_id, options)
        self._limit(page, "pay")
        problem = self._try(page._start_again)
        if problem:
            return self._render_payment_page(page, options, problem, status=422)
        return request.redirect(self._get_address(page, "", options))

    # === BEGINNING === #

    def _begin_payment(self, page, options, data):
        """Return the processing values of a new transaction.

        :raise UserError: in words, see ``dunning.payment.page._begin_payment``
        :raise BadRequest: when more is sent than a payment form sends
        """
        self._validate_transaction_kwargs(data, ("access_token", "payment_reference"))
        choice, window = page._begin_payment(options, data.get("amount"))
        form = self._prepare_form(page, choice)
        way = self._read_way(page, form, data)
        transaction = self._create_transaction(
            **way,
            amount=float(choice.total),
            currency_id=page.currency_id.id,
            partner_id=form["partner_id"],
            landing_route=page.url,
            reference_prefix=page._get_payment_prefix(choice),
            custom_create_values=page._prepare_transaction_values(choice, window),
        )
        transaction.landing_route = self._get_address(
            page, "", {**options, "payment": transaction.id}
        )
        return transaction._get_processing_values()

    def _read_way(self, page, form, data):
        """Return the way of payment: one of those that the form offers.

        :raise UserError: for a provider of another company, or somebody else's card
        """
        provider = form["providers_sudo"].filtered(
            lambda provider: provider.id == data.get("provider_id")
        )
        method = form["payment_methods_sudo"].filtered(
            lambda method: method.id == data.get("payment_method_id")
        )
        card = form["tokens_sudo"].filtered(
            lambda card: card.id == data.get("token_id")
        )
        flow = data.get("flow")
        is_offered = card and card.provider_id == provider
        if flow != "token":
            is_offered = provider and provider in method.provider_ids
        if flow not in FLOWS or not is_offered or form["company_mismatch"]:
            raise UserError(
                page.env._(
                    "This way of payment is not available here. Please open the page "
                    "again and choose another one: nothing was charged."
                )
            )
        may_save = form["show_tokenize_input_mapping"].get(provider.id)
        return {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "token_id": card.id if flow == "token" else None,
            "flow": flow,
            "tokenization_requested": bool(
                may_save and data.get("tokenization_requested") is True
            ),
        }

    # === PAGE === #

    def _render_payment_page(self, page, options, problem=False, status=200):
        response = super()._render_payment_page(page, options, problem, status)
        choice = response.qcontext.get("choice")
        response.qcontext["payment"] = self._prepare_payment(page, options, choice)
        return response

    def _prepare_payment(self, page, options, choice):
        """Return what the page shows about paying online.

        :return: ``outcome`` (see ``_prepare_outcome``), ``waiting`` (sentences),
            ``transfers`` (see ``_prepare_awaited_transfers``), ``draft`` (a sentence or
            False), ``form`` (values of Odoo's payment form, or False),
            ``label`` of the button, ``options`` (of the choice)
        :rtype: dict
        """
        chosen = self._get_options(options)
        made = page._find_payment(options.get("payment"))
        waiting = page._get_payments_on_their_way()
        draft = choice and page._find_draft(choice)
        form = choice and not draft and self._prepare_form(page, choice)
        return {
            "outcome": made and page._prepare_outcome(made),
            "waiting": [page._get_waiting_text(one) for one in waiting],
            "transfers": page._prepare_awaited_transfers() if waiting else [],
            "draft": draft and page._get_draft_text(draft),
            "options": {name: chosen[name] for name in OPTIONS if chosen.get(name)},
            "form": form and self._complete_form(page, choice, chosen, form),
            "label": choice
            and page.env._(
                "Pay %(amount)s", amount=page._format_amount(float(choice.total))
            ),
            "again_url": f"{page.url}/again",
        }

    def _prepare_form(self, page, choice):
        """Return the values of Odoo's payment form.

        Saved cards are shown to the user they belong to and to nobody else: who holds
        the link pays without.
        """
        if request.env.user._is_public():
            request.update_context(dunning_without_cards=True)
        values = self._get_common_page_view_values(
            {
                "partner": page.contact_id or page.partner_id,
                "company": page.company_id,
                "total_amount": float(choice.total),
                "currency": page.currency_id,
                "amount_residual": float(choice.total),
                "landing_route": page.url,
                "transaction_route": f"{page.url}/transaction",
            }
        )
        if request.env.user._is_public():
            values["show_tokenize_input_mapping"] = {}
        if not self._is_offered():
            for name in ("providers_sudo", "payment_methods_sudo", "tokens_sudo"):
                values[name] = values[name].browse()
        return values

    def _complete_form(self, page, choice, options, values):
        """Return the values of the form, or False when there is no way to pay."""
        if values["company_mismatch"] or not (
            values["payment_methods_sudo"] or values["tokens_sudo"]
        ):
            return False
        key = page._make_payment_key(options)
        route = self._get_address(page, "/transaction", {**options, "key": key})
        mapping = {
            provider.id: values["show_tokenize_input_mapping"].get(provider.id, False)
            for provider in values["providers_sudo"]
        }
        return {
            **values,
            "amount": float(choice.total),
            "transaction_route": route,
            "show_tokenize_input_mapping": mapping,
        }

    # === HELPERS === #

    def _is_offered(self):
        parameters = request.env["ir.config_parameter"].sudo()
        return str2bool(
            parameters.get_param("account_payment.enable_portal_payment", "True")
        )

    def _get_options(self, arguments):
        """Return the options of a choice as texts; a repeated ``item`` is one list."""
        options = {
            name: arguments.get(name) or "" for name in (*OPTIONS, "key", "lang")
        }
        if hasattr(arguments, "getlist"):
            options["item"] = ",".join(arguments.getlist("item"))
        return {name: str(value) for name, value in options.items()}

    def _get_address(self, page, step, options):
        """Return the path of a step with its options."""
        names = (*OPTIONS, "key", "lang", "payment")
        given = {name: options[name] for name in names if options.get(name)}
        return page._get_step_url(step, **given)
