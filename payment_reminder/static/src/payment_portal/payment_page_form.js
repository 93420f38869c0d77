import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PaymentForm } from "@payment/interactions/payment_form";

/**
 * Odoo's payment form on the customer's page: what is refused is answered with the page
 * as it is now, and who comes back by the browser's button can go on.
 */
patch(PaymentForm.prototype, {
    start() {
        super.start(...arguments);
        if (this.isOnPaymentPage) {
            this.addListener(window, "pageshow", (ev) => {
                if (ev.persisted) {
                    this._enableButton();
                }
            });
        }
    },

    get isOnPaymentPage() {
        return Boolean(this.el.closest(".o_payment_page_pay"));
    },

    _displayErrorDialog(title, errorMessage = "") {
        if (!this.isOnPaymentPage) {
            return super._displayErrorDialog(...arguments);
        }
        this.services.dialog.add(ConfirmationDialog, {
            title,
            body: errorMessage || "",
            confirmLabel: _t("Open the page again"),
            confirm: () => window.location.reload(),
            cancelLabel: _t("Close"),
            cancel: () => {},
        });
    },
});
