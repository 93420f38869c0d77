import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

const tours = registry.category("web_tour.tours");
const PAGE = ".o_payment_page ";
const FORM = `${PAGE}#o_payment_form`;

/** Fill in the provider's own form. */
function fillCard(state = "done") {
    return [
        {
            content: "Fill in the demo card",
            trigger: `${FORM} input[name='customer_input']`,
            run: "edit 4242424242424242",
        },
        {
            content: `The payment will be ${state}`,
            trigger: `${FORM} #simulated_payment_state`,
            run: `select ${state}`,
        },
    ];
}

function clickPay(content = "Pay") {
    return {
        content,
        trigger: `${FORM} button[name='o_payment_submit_button']:enabled`,
        run: "click",
        expectUnloadPage: true,
    };
}

function readOutcome(text) {
    return {
        content: `The page says: ${text}`,
        trigger: `${PAGE}.o_payment_page_outcome:contains('${text}')`,
    };
}

/** Begin a payment of a form as Odoo does, without going on with it. */
function begin(form) {
    const radio = form.querySelector("input[name='o_payment_radio']");
    return rpc(form.dataset.transactionRoute, {
        provider_id: Number(radio.dataset.providerId),
        payment_method_id: Number(radio.dataset.paymentOptionId),
        token_id: null,
        amount: parseFloat(form.dataset.amount),
        flow: "direct",
        tokenization_requested: false,
        landing_route: form.dataset.landingRoute,
        is_validation: false,
    });
}

/** Pay what the page offers, with one click. */
tours.add("payment_reminder_page_pay", {
    steps: () => [...fillCard(), clickPay(), readOutcome("Thank you")],
});

/** Nothing but the card and one click. */
tours.add("payment_reminder_page_pending", {
    steps: () => [
        ...fillCard("pending"),
        clickPay(),
        // Odoo's status page waits for the money; who does not wait goes on
        {
            content: "Do not wait",
            trigger: "[name='o_payment_status_alert'] a:contains('Skip')",
            run: "click",
            expectUnloadPage: true,
        },
        readOutcome("is on its way"),
        {
            content: "It cannot be paid again",
            trigger: `${PAGE}.o_payment_page_pay:not(:has(form))`,
        },
    ],
});

tours.add("payment_reminder_page_fails", {
    steps: () => [
        ...fillCard("error"),
        clickPay(),
        readOutcome("Nothing was charged"),
        ...fillCard(),
        clickPay("Try again"),
        readOutcome("Thank you"),
    ],
});

tours.add("payment_reminder_page_two_tabs", {
    steps: () => [
        {
            content: "Begin the same payment in another tab",
            trigger: FORM,
            run: async () => {
                const response = await fetch(window.location.href);
                const other = new DOMParser().parseFromString(
                    await response.text(),
                    "text/html"
                );
                await begin(other.getElementById("o_payment_form"));
            },
        },
        ...fillCard(),
        {
            content: "Pay here too",
            trigger: `${FORM} button[name='o_payment_submit_button']:enabled`,
            run: "click",
        },
        {
            content: "It is refused in words",
            trigger: ".modal:contains('another window')",
        },
        {
            content: "See what is going on",
            trigger: ".modal button:contains('Open the page again')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Start again",
            trigger: `${PAGE}.o_payment_page_draft button`,
            run: "click",
            expectUnloadPage: true,
        },
        ...fillCard(),
        clickPay(),
        readOutcome("Thank you"),
    ],
});

tours.add("payment_reminder_page_back", {
    steps: () => [
        {
            content: "Begin, and come back to the page as the browser has kept it",
            trigger: FORM,
            run: async () => {
                await begin(document.getElementById("o_payment_form"));
                window.dispatchEvent(
                    new PageTransitionEvent("pageshow", { persisted: true })
                );
            },
        },
        ...fillCard(),
        clickPay("Pay after all"),
        readOutcome("Thank you"),
        {
            content: "Go back to where it was paid",
            trigger: PAGE,
            run: () => window.history.go(-2),
            expectUnloadPage: true,
        },
        {
            content: "There is nothing more to pay",
            trigger: `${PAGE}:not(:has(#o_payment_form)):not(:has(.o_payment_page_outcome))`,
        },
    ],
});
