import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const ROW = ".o_dunning_run_list .o_data_row";

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
            content: "The proposal is grouped by level",
            trigger: ".o_dunning_run_list .o_group_header:contains('Friendly reminder')",
        },
        {
            content: "It names the customer who is late, and where the notice goes",
            trigger: `${ROW}:contains('Late Payer'):contains('latepayer@customer.example.com')`,
        },
        {
            content: "The bank was never read: that is a warning",
            trigger: "[name='warnings']:contains('no bank entries')",
        },
        {
            content: "Look at who is left out",
            trigger: ".nav-link:contains('Left Out')",
            run: "click",
        },
        {
            content: "The reason is told",
            trigger: `${ROW}:contains('Wanted Silent')`,
        },
        {
            content: "Back to the notices",
            trigger: ".nav-link:contains('Notices')",
            run: "click",
        },
        {
            content: "Read one notice",
            trigger: `${ROW}:contains('Late Payer') td[name='partner_id']`,
            run: "click",
        },
        {
            content: "It says what is claimed, beside what the customer reads",
            trigger: ".o_form_view:has(.o_dunning_claims .o_data_row) iframe.o_dunning_preview",
        },
        {
            content: "Edit its text",
            trigger: "button[name='action_edit_text']",
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
            content: "It is told who has edited it, and the level's text can return",
            trigger:
                ".o_form_view:has(button[name='action_reset_text']) div[name='text_user_id']",
        },
        {
            content: "Back to the run",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            content: "The list says that it was edited",
            trigger: `${ROW}:contains('Late Payer'):contains('Text edited')`,
        },
        {
            content: "Tick the customer who should not be reminded today",
            trigger: `${ROW}:contains('Not Today') .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Leave the customer out",
            trigger: "button[name='leave_out_selected']",
            run: "click",
        },
        {
            content: "Choose why",
            trigger: ".modal label:contains('We have agreed on something else')",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name='action_leave_out']",
            run: "click",
        },
        {
            content: "That notice is skipped, with the reason",
            trigger: `body:not(:has(.modal)) ${ROW}:contains('Not Today'):contains('We have agreed on something else')`,
        },
        {
            content: "Approve and send the rest",
            trigger: "button[name='action_approve_and_send']",
            run: "click",
        },
        {
            content: "The run is on its way, and says how far it is",
            trigger:
                ".o_form_view:has(.o_statusbar_status button.o_arrow_button_current:contains('Sending')) .o_dunning_progress:contains('Waiting: 1')",
        },
        {
            content: "Its notice waits for the sender",
            trigger: `${ROW}:contains('Late Payer'):contains('Queued')`,
        },
    ],
});

/** A person who may only look finds the run and nothing to press in it. */
registry.category("web_tour.tours").add("payment_reminder_readonly", {
    steps: () => [
        {
            content: "The notices are there to be read",
            trigger: ROW,
        },
        {
            content: "Nothing can be decided",
            trigger:
                ".o_form_view:not(:has(button[name='action_approve_and_send'])):not(:has(button[name='action_cancel'])):not(:has(.o_list_record_selector))",
        },
        {
            content: "Nor can a run be created",
            trigger: ".o_control_panel:not(:has(.o_form_button_create))",
        },
        {
            content: "Open a notice",
            trigger: `${ROW} td[name='partner_id']`,
            run: "click",
        },
        {
            content: "It can be read and not edited",
            trigger:
                ".o_form_view:not(:has(button[name='action_edit_text'])) iframe.o_dunning_preview",
        },
    ],
});
