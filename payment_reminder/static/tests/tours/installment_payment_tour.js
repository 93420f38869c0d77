import { registry } from "@web/core/registry";

/** The customer pays the next instalment on Odoo's own page of the invoice. */
registry.category("web_tour.tours").add("payment_reminder_installment_payment", {
    steps: () => [
        {
            content: "Pay the invoice",
            trigger: "a[data-bs-target='#pay_with']",
            run: "click",
        },
        {
            content: "The next instalment is offered first",
            trigger: "#pay_with.show #o_payment_installments_tab.active:contains('100.00')",
        },
        {
            content: "The whole rest could be paid as well",
            trigger: "#pay_with.show #o_payment_full_tab:contains('300.00')",
        },
        {
            content: "Fill in the demo card",
            trigger: "#pay_with.show input[name='customer_input']",
            run: "edit 4242424242424242",
        },
        {
            content: "Pay",
            trigger: "#pay_with.show button[name='o_payment_submit_button']:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is done",
            trigger: "[name='o_payment_status_alert'], .o_portal_invoice_sidebar, #invoice_content",
        },
    ],
});
