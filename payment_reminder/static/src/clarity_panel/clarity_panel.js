import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The page of the invoice's notebook that a field stands on. */
const PAGES = { payment_reference: "other_info", invoice_line_ids: "invoice_tab" };

/**
 * What is unclear in an invoice: one quiet line that unfolds.
 */
export class ClarityPanel extends Component {
    static template = "payment_reminder.ClarityPanel";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.root = useRef("root");
        this.state = useState({ isOpen: false });
    }

    get clarity() {
        return this.props.record.data[this.props.name];
    }

    get toggleTitle() {
        return this.state.isOpen ? _t("Fold the remarks") : _t("Unfold the remarks");
    }

    toggle() {
        this.state.isOpen = !this.state.isOpen;
    }

    /** Lead to what has to be filled in; nothing is changed but what was typed. */
    async mend(finding) {
        if (finding.target === "move" && (await this.focusField(finding.field))) {
            return;
        }
        if (!(await this.props.record.save())) {
            return;
        }
        const args = [[finding.id]];
        const action = await this.orm.call("dunning.clarity.finding", "action_open", args);
        await this.action.doAction(action);
    }

    async focusField(name) {
        const form = this.root.el.closest(".o_form_view");
        const tab = form?.querySelector(`.o_notebook .nav-link[name="${PAGES[name]}"]`);
        tab?.click();
        await new Promise((resolve) => setTimeout(resolve, 50)); // the page is drawn
        const field = form?.querySelector(`.o_field_widget[name="${name}"]`);
        field?.scrollIntoView({ block: "center" });
        field?.querySelector("input, textarea, .o_data_row td[name=name]")?.focus();
        return Boolean(field);
    }
}

registry.category("fields").add("dunning_clarity_panel", {
    component: ClarityPanel,
    supportedTypes: ["json"],
});
