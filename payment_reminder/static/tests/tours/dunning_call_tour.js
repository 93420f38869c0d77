import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** From the menu to a promise: whoever calls works the list off. */
registry.category("web_tour.tours").add("payment_reminder_call", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting app"),
        {
            content: "Open the menu of the customers",
            trigger: '[data-menu-xmlid="account.menu_finance_receivables"]',
            run: "click",
        },
        {
            content: "Open the calls",
            trigger: '[data-menu-xmlid="payment_reminder.dunning_call_menu"]',
            run: "click",
        },
        {
            content: "The number can be dialled",
            trigger: ".o_data_row:contains('Late Payer') a.o_phone_link[href='tel:+32-2-555-12-12;ext=7']",
        },
        {
            content: "Open the call",
            trigger: ".o_data_row:contains('Late Payer') td[name='partner_id']",
            run: "click",
        },
        {
            content: "The script stands there, with the figures",
            trigger: "[name='call_sheet']:contains('my name is'):contains('INV/')",
        },
        {
            content: "Log the call",
            trigger: "button[name='action_log_call']",
            run: "click",
        },
        {
            content: "The customer promises to pay",
            trigger: ".modal .o_selection_badge:contains('Promises to pay')",
            run: "click",
        },
        {
            content: "What follows is told, and the whole amount is proposed",
            trigger: ".modal:has([name='hint']:contains('Reminders rest')) [name='amount'] input:value('100.00')",
        },
        {
            content: "Note what was said",
            trigger: ".modal [name='note'] textarea",
            run: "edit Will pay next week",
        },
        {
            content: "Log it",
            trigger: ".modal button[name='action_log']",
            run: "click",
        },
        {
            content: "The call is done, and stands below",
            trigger: "body:not(:has(.modal)) [name='call_ids'] .o_data_row:contains('Promises to pay')",
        },
        {
            content: "Back to the list",
            trigger: ".breadcrumb-item:contains('Calls') a, .o_back_button a",
            run: "click",
        },
        {
            content: "Nobody is left to be called",
            trigger: ".o_view_nocontent:contains('Nobody has to be called now')",
        },
    ],
});
