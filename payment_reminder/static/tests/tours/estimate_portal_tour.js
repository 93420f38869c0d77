import { registry } from "@web/core/registry";

/** The customer opens the link, tries a deadline, asks, and accepts. */
registry.category("web_tour.tours").add("payment_reminder_estimate_portal", {
    steps: () => [
        {
            content: "The price of the offered day is as offered",
            trigger: ".o_estimate_price:contains('as much as in our offer')",
        },
        {
            content: "Move the slider to the first day",
            trigger: "#estimate_deadline",
            run: "range 0",
        },
        {
            content: "Haste costs, and the day is told",
            trigger: ".o_estimate_price:contains('more than in our offer')",
        },
        {
            content: "The reader of the screen hears the day",
            trigger: "#estimate_deadline[aria-valuetext*=',']",
        },
        {
            content: "See why",
            trigger: ".o_estimate_price_stages summary",
            run: "click",
        },
        {
            content: "The arithmetic names the deadline",
            trigger: ".o_estimate_price_stages li:contains('Deadline')",
        },
        {
            content: "Move the slider to the last day",
            trigger: "#estimate_deadline",
            run: "range 1000",
        },
        {
            content: "More time costs the same, and the page says why",
            trigger:
                ".o_estimate_price_reason:contains('more time than normal costs the same')",
        },
        {
            content: "Ask a question",
            trigger: "#discussion .o-mail-Composer textarea:enabled, #chatterRoot:shadow .o-mail-Composer textarea:enabled",
            run: "edit Does it include hosting?",
        },
        {
            content: "Send it",
            trigger: "#chatterRoot:shadow .o-mail-Composer button[title='Send']:enabled, #chatterRoot:shadow .o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            content: "It stands in the thread",
            trigger: "#chatterRoot:shadow .o-mail-Message-content:contains('Does it include hosting?')",
        },
        {
            content: "Accept",
            trigger: ".o_estimate_accept",
            run: "click",
        },
        {
            content: "The amount stands there once more",
            trigger: "#estimate_accept.show:contains('4,600.00')",
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
            content: "It is accepted",
            trigger: ".alert-success:contains('Accepted by Ann B. Example')",
        },
    ],
});
