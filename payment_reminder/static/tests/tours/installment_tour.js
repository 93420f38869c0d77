import { registry } from "@web/core/registry";

/** From the invoice to an agreed plan: whoever talks with the customer writes it down. */
registry.category("web_tour.tours").add("payment_reminder_installment", {
    steps: () => [
        {
            content: "The customer cannot pay at once",
            trigger: ".o_form_view button[name='action_installment_plan']",
            run: "click",
        },
        {
            content: "What is open stands there",
            trigger: ".modal [name='amount_open']:contains('300.00')",
        },
        {
            content: "In four instalments",
            trigger: ".modal [name='count'] input",
            run: "edit 4",
        },
        {
            content: "Show them",
            trigger: ".modal button[name='action_preview']",
            run: "click",
        },
        {
            content: "Four equal ones; change the first",
            trigger: ".modal [name='line_ids'] .o_data_row:eq(0) [name='amount']:contains('75.00')",
            run: "click",
        },
        {
            content: "The customer can pay more at first",
            trigger: ".modal [name='line_ids'] .o_selected_row [name='amount'] input",
            run: "edit 150",
        },
        {
            content: "Leave the row",
            trigger: ".modal [name='amount_open']",
            run: "click",
        },
        {
            content: "The others have followed",
            trigger: ".modal [name='line_ids'] .o_data_row:eq(3) [name='amount']:contains('50.00')",
        },
        {
            content: "The sum has stayed",
            trigger: ".modal [name='amount_lines']:contains('300.00')",
        },
        {
            content: "One more",
            trigger: ".modal button[name='action_add']",
            run: "click",
        },
        {
            content: "It shares what the last one had",
            trigger: ".modal [name='line_ids'] .o_data_row:eq(4) [name='amount']:contains('25.00')",
        },
        {
            content: "Take it out again",
            trigger: ".modal [name='line_ids'] .o_data_row:eq(4) .o_list_record_remove",
            run: "click",
        },
        {
            content: "The last one pays what it has paid",
            trigger: ".modal [name='line_ids']:not(:has(.o_data_row:eq(4))) .o_data_row:eq(3) [name='amount']:contains('50.00')",
        },
        {
            content: "It is agreed",
            trigger: ".modal button[name='action_activate']",
            run: "click",
        },
        {
            content: "The plan is open, and active",
            trigger: "body:not(:has(.modal)) .o_form_view .o_statusbar_status .o_arrow_button_current:contains('In force')",
        },
        {
            content: "It has the instalments that were shown",
            trigger: ".o_form_view [name='line_ids'] .o_data_row:eq(0):contains('150.00')",
        },
        {
            content: "It can be renegotiated",
            trigger: "button[name='action_renegotiate']",
        },
        {
            content: "Back to the invoice",
            trigger: ".o_breadcrumb .breadcrumb-item:contains('INV/') a, .o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "It says what is paid next",
            trigger: ".o_form_view [name='installment_next']:contains('150.00')",
        },
    ],
});
