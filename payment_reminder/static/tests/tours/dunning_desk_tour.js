import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const ROW = ".o_dunning_run_list .o_data_row";
const MOST_CLICKS = 6;

const openMenu = (content) => [
    {
        content: "Open the menu of the customers",
        trigger: '[data-menu-xmlid="account.menu_finance_receivables"]',
        run: "click",
    },
    {
        content,
        trigger: '[data-menu-xmlid="payment_reminder.dunning_case_menu"]',
        run: "click",
    },
];

const openCase = (name) => ({
    content: `Open the case of ${name}`,
    trigger: `.o_kanban_group:contains('Remind') .o_kanban_record:contains('${name}')`,
    run: "click",
});

/** The bookkeeper's day: review, send, call, agree. */
registry.category("web_tour.tours").add("payment_reminder_desk", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting app"),
        ...openMenu("Open the desk"),
        openCase("Late Payer"),
        {
            content: "The case says why the customer is reminded",
            trigger: "div[name='explanation']:contains('will be reminded of today')",
        },
        {
            content: "Propose a reminder to this customer",
            trigger: "button[name='action_remind_now'].btn-primary",
            run: "click",
        },
        {
            content: "Review the notice",
            trigger: `${ROW}:contains('Late Payer') td[name='partner_id']`,
            run: "click",
        },
        {
            content: "Edit its text",
            trigger: ".o_form_view:has(iframe.o_dunning_preview) button[name='action_edit_text']",
            run: "click",
        },
        {
            content: "The words of the level are there",
            trigger: ".modal .odoo-editor-editable:contains('We would like to remind you')",
        },
        {
            content: "Write another subject",
            trigger: ".modal div[name='subject'] input",
            run: "edit About our talk, [amount]",
        },
        {
            content: "Save the text",
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            content: "It is told that the text was edited",
            trigger:
                "body:not(:has(.modal)) .o_form_view:has(button[name='action_reset_text']) div[name='text_user_id']",
        },
        {
            content: "Back to the run",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            content: "Approve and send",
            trigger: "button[name='action_approve_and_send']",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: `${ROW}:contains('Late Payer'):contains('Queued')`,
        },
        ...openMenu("Back to the desk"),
        openCase("Good Talker"),
        {
            content: "Log a call",
            trigger: "button[name='action_log_call']",
            run: "click",
        },
        {
            content: "The customer promises to pay",
            trigger: ".modal .o_selection_badge:contains('Promises to pay')",
            run: "click",
        },
        {
            content: "Log it",
            trigger: ".modal:has([name='amount'] input:value('100.00')) button[name='action_log']",
            run: "click",
        },
        {
            content: "The case rests because of the promise",
            trigger: "body:not(:has(.modal)) div[name='next_step_text']:contains('Promised')",
        },
        {
            content: "Pause the reminders",
            trigger: "button[name='action_add_pause']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal div[name='reason'] input",
            run: "edit On holiday",
        },
        {
            content: "Save the pause",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The case is on hold; the customer objects to an item",
            trigger:
                "body:not(:has(.modal)):has(button[name='action_resume']) button[name='action_add_dispute']",
            run: "click",
        },
        {
            content: "Choose the category",
            trigger: ".modal div[name='category'] input, .modal div[name='category'] select",
            run() {
                const select = this.anchor;
                if (select.tagName === "SELECT") {
                    select.value = '"amount"';
                    select.dispatchEvent(new Event("change", { bubbles: true }));
                } else {
                    select.click();
                }
            },
        },
        {
            content: "Pick it from the list",
            trigger: ".o_select_menu_item:contains('Amount or price')",
            run: "click",
        },
        {
            content: "Say what is objected to",
            trigger: ".modal div[name='text'] textarea",
            run: "edit The price was another one",
        },
        {
            content: "Save the dispute",
            trigger: ".modal:has(.o_data_row) .o_form_button_save",
            run: "click",
        },
        {
            content: "Reminders go on: end the pause",
            trigger: "body:not(:has(.modal)) button[name='action_resume']",
            run: "click",
        },
        {
            content: "What is disputed still rests",
            trigger:
                ".o_form_view:not(:has(button[name='action_resume'])) div[name='explanation']:contains('disputed since')",
        },
    ],
});

/** From the apps to the first reviewed reminder. */
registry.category("web_tour.tours").add("payment_reminder_first_use", {
    url: "/odoo",
    steps: () => {
        const steps = [
            ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting app"),
            ...openMenu("Open the desk"),
            {
                content: "Propose a reminder",
                trigger:
                    ".o_kanban_record:contains('Late Payer') button[name='action_remind_now']",
                run: "click",
            },
            {
                content: "Review it and send",
                trigger: `.o_form_view:has(${ROW}:contains('Late Payer')) button[name='action_approve_and_send']`,
                run: "click",
            },
            {
                content: "The first reminder is on its way",
                trigger: `${ROW}:contains('Late Payer'):contains('Queued')`,
            },
        ];
        // the way into the app is told for both editions of Odoo: one of them is taken
        const clicks = steps.filter(
            (step) => step.run === "click" && !step.isActive?.includes("enterprise")
        ).length;
        if (clicks > MOST_CLICKS) {
            throw new Error(`${clicks} clicks to the first reminder`);
        }
        return steps;
    },
});
