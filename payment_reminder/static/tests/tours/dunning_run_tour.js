import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** From the menu to the queue: what a bookkeeper does every morning. */
registry.category("web_tour.tours").add("payment_reminder_run", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting app"),
        {
            content: "Open the menu of the customers",
            trigger: '[data-menu-xmlid="account.menu_finance_receivables"]',
            run: "click",
        },
        {
            content: "Open the reminder runs",
            trigger: '[data-menu-xmlid="payment_reminder.dunning_run_menu"]',
            run: "click",
        },
        {
            content: "The page of the runs says what they are for",
            trigger: ".o_view_nocontent:contains('Plan your first reminder run')",
        },
        {
            content: "Create a run",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Let it propose reminders",
            trigger: "button[name='action_plan']",
            run: "click",
        },
        {
            content: "The proposal names the customer who is late",
            trigger: "[name='notice_ids'] .o_data_row:contains('Late Payer'):contains('Friendly reminder')",
        },
        {
            content: "Look at who is left out",
            trigger: ".nav-link:contains('Left Out')",
            run: "click",
        },
        {
            content: "The reason is told",
            trigger: "[name='exclusion_ids'] .o_data_row:contains('Wanted Silent'):contains('Excluded')",
        },
        {
            content: "Back to the notices",
            trigger: ".nav-link:contains('Notices')",
            run: "click",
        },
        {
            content: "Open a notice",
            trigger: "[name='notice_ids'] .o_data_row:contains('Late Payer') td[name='partner_id']",
            run: "click",
        },
        {
            content: "It can be previewed, and says what is open",
            trigger: ".modal:has(button[name='action_preview']) [name='line_ids'] .o_data_row",
        },
        {
            content: "Close the notice",
            trigger: ".modal .o_form_button_cancel, .modal .btn-close",
            run: "click",
        },
        {
            content: "Leave the second customer out",
            trigger:
                "body:not(:has(.modal)) [name='notice_ids'] .o_data_row:contains('Not Today') button[name='action_leave_out']",
            run: "click",
        },
        {
            content: "That notice is skipped",
            trigger: "[name='notice_ids'] .o_data_row:contains('Not Today'):contains('Skipped')",
        },
        {
            content: "Approve the rest",
            trigger: "button[name='action_approve']",
            run: "click",
        },
        {
            content: "Send",
            trigger: "button[name='action_send']",
            run: "click",
        },
        {
            content: "The run is on its way",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Sending')",
        },
        {
            content: "Its notice waits for the sender",
            trigger: "[name='notice_ids'] .o_data_row:contains('Late Payer'):contains('Queued')",
        },
    ],
});

/** A person who may only look finds the run and nothing to press in it. */
registry.category("web_tour.tours").add("payment_reminder_readonly", {
    steps: () => [
        {
            content: "The notices are there to be read, and previewed",
            trigger: "[name='notice_ids'] .o_data_row button[name='action_preview']",
        },
        {
            content: "Nothing can be decided",
            trigger:
                ".o_form_view:not(:has(button[name='action_approve'])):not(:has(button[name='action_cancel'])):not(:has(button[name='action_leave_out']))",
        },
        {
            content: "Nor can a run be created",
            trigger: ".o_control_panel:not(:has(.o_form_button_create))",
        },
    ],
});
