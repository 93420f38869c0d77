import { Component, onWillStart, status, useComponent, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/**
 * Says above the desk what keeps reminders from going out; nothing when all is well.
 * Asked for once per opening, and never waited for.
 */
export class DunningDeskBanner extends Component {
    static template = "payment_reminder.DunningDeskBanner";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ banner: false });
        const component = useComponent();
        onWillStart(() => {
            this.load(component);
        });
    }

    async load(component) {
        try {
            const banner = await this.orm.silent.call("dunning.case", "get_desk_banner");
            if (status(component) !== "destroyed") {
                this.state.banner = banner;
            }
        } catch {
            // the desk works without it
        }
    }

    openAction() {
        this.action.doAction(this.state.banner.action);
    }
}
