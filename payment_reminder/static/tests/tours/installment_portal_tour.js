import { registry } from "@web/core/registry";

/** The customer opens the link, asks for another day, and accepts after all. */
registry.category("web_tour.tours").add("payment_reminder_installment_portal", {
    steps: () => [
        {
            content: "The first instalment stands at the top",
            trigger: ".o_installment_next:contains('100.00'):contains('in 7 days')",
        },
        {
            content: "Ask to change it",
            trigger: ".o_installment_ask",
            run: "click",
        },
        {
            content: "Say how",
            trigger: "#installment_ask.show textarea",
            run: "edit The 15th, please",
        },
        {
            content: "Send it",
            trigger: "#installment_ask.show button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It stands in the thread",
            trigger: "#chatterRoot:shadow .o-mail-Message-content:contains('The 15th, please')",
        },
        {
            content: "Accept",
            trigger: ".o_installment_accept",
            run: "click",
        },
        {
            content: "The amount stands there once more",
            trigger: "#installment_accept.show:contains('300.00')",
        },
        {
            content: "Another name",
            trigger: ".modal.show .o_web_sign_name_input",
            run: "edit Ann B. Example",
        },
        {
            content: "The name is drawn as a signature",
            trigger: ".modal.show canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            content: "Sign",
            trigger: ".modal.show .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is in force",
            trigger: ".alert-success:contains('Accepted by Ann B. Example')",
        },
    ],
});
