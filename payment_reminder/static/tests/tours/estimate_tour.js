import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const stage = (row, name, volume, rate) => [
    {
        content: `Add the stage ${name}`,
        trigger: "[name='stage_ids'] .o_field_x2many_list_row_add a:contains('Add a stage')",
        run: "click",
    },
    {
        content: "Its row is open",
        trigger: `[name='stage_ids'] .o_data_row:eq(${row}).o_selected_row`,
    },
    {
        content: "Name it",
        trigger: "[name='stage_ids'] .o_selected_row [name='name'] :is(input, textarea)",
        run: `edit ${name}`,
    },
    {
        content: "How much work",
        trigger: "[name='stage_ids'] .o_selected_row [name='volume'] input",
        run: `edit ${volume}`,
    },
    {
        content: "At which rate",
        trigger: "[name='stage_ids'] .o_selected_row [name='rate'] input",
        run: `edit ${rate}`,
    },
];

/** From the menu to a revision: whoever sells prices a job and answers 'what if'. */
registry.category("web_tour.tours").add("payment_reminder_estimate", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting app"),
        {
            content: "Open the menu of the customers",
            trigger: '[data-menu-xmlid="account.menu_finance_receivables"]',
            run: "click",
        },
        {
            content: "Open the estimates",
            trigger: '[data-menu-xmlid="payment_reminder.service_estimate_menu"]',
            run: "click",
        },
        {
            content: "A new one",
            trigger: ".o_breadcrumb:contains('Estimates') ~ * .o_list_button_add, .o_control_panel:has(.o_breadcrumb:contains('Estimates')) .o_list_button_add",
            run: "click",
        },
        {
            content: "What the job is",
            trigger: ".o_form_view [name='title'] input",
            run: "edit Garden house",
        },
        {
            content: "For whom",
            trigger: ".o_form_view [name='partner_id'] input",
            run: "edit Careful Buyer",
        },
        {
            content: "Choose the customer",
            trigger: ".ui-menu-item a:contains('Careful Buyer')",
            run: "click",
        },
        ...stage(0, "Design", "10", "100"),
        {
            content: "It is more complex than usual",
            trigger: "[name='stage_ids'] .o_selected_row [name='rating_ids'] input",
            run: "edit very high",
        },
        {
            content: "Choose the rating",
            trigger: ".ui-menu-item a:contains('very high')",
            run: "click",
        },
        ...stage(1, "Build", "20", "50"),
        {
            content: "Leave the row",
            trigger: "[name='stage_ids'] .o_selected_row [name='rate'] input",
            run: "press Tab",
        },
        {
            content: "The total is there before anything is saved",
            trigger: "[name='amount_untaxed']:contains('2,350.00')",
        },
        {
            content: "What if it were urgent or simpler?",
            trigger: "button[name='action_what_if']:enabled",
            run: "click",
        },
        {
            content: "Try another complexity",
            trigger: ".modal [name='rating_line_ids'] .o_data_row:contains('Complexity') td[name='rating_id']",
            run: "click",
        },
        {
            content: "Look for it",
            trigger: ".modal [name='rating_line_ids'] .o_selected_row [name='rating_id'] input",
            run: "edit low",
        },
        {
            content: "All stages are simple",
            trigger: ".ui-menu-item a:contains('low')",
            run: "click",
        },
        {
            content: "Each stage has its new price",
            trigger:
                ".modal [name='stage_line_ids']:has(.o_data_row:contains('Design'):contains('900.00')):has(.o_data_row:contains('Build'):contains('900.00'))",
        },
        {
            content: "Close it: nothing is saved",
            trigger: ".modal-footer button[special='cancel'], .modal-footer button:contains('Close')",
            run: "click",
        },
        {
            content: "The total is as before",
            trigger: "body:not(:has(.modal)) [name='amount_untaxed']:contains('2,350.00')",
        },
        {
            content: "It was handed over",
            trigger: "button[name='action_mark_sent']",
            run: "click",
        },
        {
            content: "Prices are fixed from now on",
            trigger: ".alert:contains('Prices are fixed')",
        },
        {
            content: "The customer wants less: revise",
            trigger: "button[name='action_revise']",
            run: "click",
        },
        {
            content: "The revision names the one before it",
            trigger: ".o_form_view [name='revision_of_id']:contains('EST')",
        },
        {
            content: "And can be compared with it",
            trigger: "button[name='action_compare']",
            run: "click",
        },
        {
            content: "Stage by stage",
            trigger: ".modal [name='line_ids'] .o_data_row:contains('Build')",
        },
    ],
});
