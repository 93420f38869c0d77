import { Component, onWillDestroy, useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECONDS = 3;
const FIGURES = ["waiting_count", "sent_count", "skipped_count", "problem_count"];

/** How far the sending of a run is; looks again every few seconds while it lasts. */
export class RunProgress extends Component {
    static template = "payment_reminder.RunProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.timer = null;
        useEffect(
            (isSending) => {
                if (isSending) {
                    this.wait();
                }
                return () => clearTimeout(this.timer);
            },
            () => [this.isSending, this.props.record.resId]
        );
        onWillDestroy(() => {
            this.isGone = true;
            clearTimeout(this.timer);
        });
    }

    get isSending() {
        return this.props.record.data.state === "sending";
    }

    get figures() {
        const { data } = this.props.record;
        const ended = data.sent_count + data.skipped_count + data.problem_count;
        const total = ended + data.waiting_count;
        return { ...data, ended, total, percent: total ? (100 * ended) / total : 0 };
    }

    wait() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.look(), SECONDS * 1000);
    }

    /** Read the figures; the form is loaded anew only if they have changed. */
    async look() {
        const { record } = this.props;
        if (document.visibilityState === "visible") {
            const names = ["state", ...FIGURES];
            const [now] = await this.orm.silent.read(record.resModel, [record.resId], names);
            const hasChanged = now && names.some((name) => now[name] !== record.data[name]);
            if (!this.isGone && hasChanged && !(await record.isDirty())) {
                await record.load();
            }
        }
        if (!this.isGone && this.isSending) {
            this.wait();
        }
    }
}

registry.category("view_widgets").add("dunning_run_progress", {
    component: RunProgress,
    fieldDependencies: [
        { name: "state", type: "selection" },
        ...FIGURES.map((name) => ({ name, type: "integer" })),
    ],
});
