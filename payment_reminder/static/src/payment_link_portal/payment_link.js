import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** The payment page tells once that it was opened: a program that reads mails does not. */
export class PaymentPageOpened extends Interaction {
    static selector = ".o_payment_page_opened";

    start() {
        this.services.http
            .post(this.el.dataset.url, { csrf_token: odoo.csrf_token })
            .catch(() => {}); // the page itself does not depend on it
    }
}

registry
    .category("public.interactions")
    .add("payment_reminder.payment_page_opened", PaymentPageOpened);
